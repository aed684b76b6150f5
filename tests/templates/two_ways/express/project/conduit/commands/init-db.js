/** Creates the tables. */

import { openDatabase, readSettings } from '../database.js';

const db = openDatabase(readSettings());
await db.run('DROP TABLE IF EXISTS line');
await db.run('CREATE TABLE line (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)');
db.close();
