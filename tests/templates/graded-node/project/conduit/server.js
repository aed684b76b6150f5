/** Serve the site. */

import { createApp } from './app.js';

createApp().listen(Number(process.argv[2]), '127.0.0.1');
