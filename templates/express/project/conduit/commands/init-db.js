/** Delete everything in the database. Then create the tables and the sample articles (without them: --empty). */

import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { connect } from '../database.js';
import { readSettings, secretFile } from '../settings.js';
import { setUp } from '../setup.js';

const { values } = parseArgs({ options: { empty: { type: 'boolean', default: false } } });

rmSync(secretFile, { force: true }); // tokens of the old database must not work in the new one
const db = connect(readSettings().database);
await setUp(db, { samples: !values.empty });
await db.destroy();
console.log('Created a new database.');
