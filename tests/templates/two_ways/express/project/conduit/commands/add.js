/** Adds a line. */

import { openDatabase, readSettings } from '../database.js';

const text = process.argv[2] ?? '';
if (!text.trim()) {
  console.error('The line is blank.');
  process.exit(1);
}
const db = openDatabase(readSettings());
await db.run('INSERT INTO line (text) VALUES (?)', text);
db.close();
console.log(`Added: ${text}`);
