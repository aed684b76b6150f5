/** Make the database anew, with sample articles. What was in it is gone, and whoever was signed in is signed out. */

import { rmSync } from 'node:fs';

import { createApp } from '../app.js';
import { openDatabase } from '../database.js';
import { readSettings, secretFile } from '../settings.js';

rmSync(secretFile, { force: true });
const settings = readSettings();
const old = await openDatabase(settings.database);
await old.clear();
await old.close();

const app = await createApp({ samples: true });
await app.locals.site.db.close();
console.log('The database is new and holds the sample articles.');
