/** Serves the site: `node conduit/server.js --port 8000`. */

import { parseArgs } from 'node:util';

import { createApp } from './app.js';

const { values } = parseArgs({ options: { port: { type: 'string', default: '8000' } } });
const app = await createApp();
app.listen(Number(values.port), '127.0.0.1');
