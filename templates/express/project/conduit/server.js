/** Serve the site: `node conduit/server.js --port 3000`; with --show-queries, it prints what it asks its database. */

import { parseArgs } from 'node:util';

import { createApp } from './app.js';

const options = {
  port: { type: 'string', default: process.env.PORT ?? '3000' },
  'show-queries': { type: 'boolean', default: false },
  host: { type: 'string', default: process.env.HOST ?? '127.0.0.1' },
};
const { port, host, 'show-queries': showQueries } = parseArgs({ options }).values;

const app = await createApp({ onQuery: showQueries ? (sql) => console.log(sql) : undefined });
const server = app.listen(Number(port), host, (error) => {
  if (error) throw error;
  console.log(`The site is at http://${host}:${port}/`);
});

// When it is told to stop, what was asked is still answered.
process.once('SIGTERM', () => {
  server.close(() => app.locals.site.db.close());
});
