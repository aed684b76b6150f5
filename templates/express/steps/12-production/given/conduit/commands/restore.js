/** Replace all rows of the database by the rows in a backup: `node conduit/commands/restore.js FILE` */

import { restore } from '../backup.js';
import { connect } from '../database.js';
import { readSettings } from '../settings.js';

const [file] = process.argv.slice(2);
const db = connect(readSettings().database);
await restore(db, file);
await db.destroy();
console.log(`Restored all rows in ${file}.`);
