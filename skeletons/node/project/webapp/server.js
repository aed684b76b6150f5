/** `node webapp/server.js 8000` serves the application on this machine. */

import { createServer } from 'node:http';

import { createApp } from './app.js';

const app = createApp();
createServer((request, response) => app.handle(request, response)).listen(Number(process.argv[2] ?? 8000), '127.0.0.1');
