/** Serve the site: `node conduit/server.js --port 3000`. */

import { parseArgs } from 'node:util';

import { createApp } from './app.js';

const { port } = parseArgs({ options: { port: { type: 'string', default: '3000' } } }).values;
const app = await createApp();
const server = app.listen(Number(port), '127.0.0.1');

// After SIGTERM, each connection is closed with its next response, so that no client keeps the server running.
server.prependListener('request', (request, response) => {
  if (!server.listening) response.setHeader('Connection', 'close');
});
process.once('SIGTERM', () => server.close());
