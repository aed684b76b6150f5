import { createApp } from "./app.js";
import { connect } from "./database.js";

createApp(connect("site.db")).listen(Number(process.argv[2]), "127.0.0.1");
