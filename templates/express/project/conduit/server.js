/** Serve the site: `node conduit/server.js --port 3000`. */

import { parseArgs } from 'node:util';

import { createApp } from './app.js';

const options = {
  port: { type: 'string', default: process.env.PORT ?? '3000' },
  host: { type: 'string', default: process.env.HOST ?? '127.0.0.1' },
};
const { port, host } = parseArgs({ options }).values;

const app = await createApp();
const server = app.listen(Number(port), host, (error) => {
  if (error) throw error;
  console.log(`The site is at http://${host}:${port}/`);
});

// When it is told to stop, what was asked is still answered.
process.once('SIGTERM', () => {
  server.close(() => app.locals.site.db.close());
});
