/** Start the site: `node conduit/server.js --port 3000`. With --show-queries, it prints each query. */

import { parseArgs } from 'node:util';

import { createApp } from './app.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: process.env.PORT ?? '3000' },
    host: { type: 'string', default: process.env.HOST ?? '127.0.0.1' },
    'show-queries': { type: 'boolean', default: false },
  },
});

const app = createApp();
const { db, settings } = app.locals;
if (values['show-queries']) db.on('query', ({ sql }) => console.log(sql));

const server = app.listen(Number(values.port), values.host, (error) => {
  if (error) throw error;
  console.log(`The site is at http://${values.host}:${values.port}/`);
});

// Before the server stops, it sends the responses to the requests that it has received. It doesn't wait long for them,
// because a response can be endless, such as a stream of events.
process.once('SIGTERM', () => {
  server.close(() => db.destroy());
  setTimeout(() => server.closeAllConnections(), settings.shutdownSeconds * 1000).unref();
});
