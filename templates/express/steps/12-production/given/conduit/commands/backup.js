/** Write all rows of the database to a file: `node conduit/commands/backup.js FILE` */

import { backup } from '../backup.js';
import { connect } from '../database.js';
import { readSettings } from '../settings.js';

const [file] = process.argv.slice(2);
const db = connect(readSettings().database);
await backup(db, file);
await db.destroy();
console.log(`Wrote all rows to ${file}.`);
