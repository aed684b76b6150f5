/**
 * Restart the site without losing a request, as a deployment does.
 *
 * Give the command of the production server after `--`. `{port}` stands for the port of the server:
 *
 *     node tools/rehearse.mjs -- node conduit/server.js --port "{port}"
 *
 * This program owns the socket that clients connect to, as a load balancer does. For a restart, it starts a new server,
 * waits until `/health` of the new server responds with status 200, and sends each new connection there. It stops the
 * old server when all its connections have a response. Press Enter to restart the server. With `--restarts 10`, the
 * program restarts the server ten times while clients send requests, and reports whether a request failed. Only tested
 * on Linux.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const HOST = '127.0.0.1';
const START_MS = 30_000; // how long a new server may take until it is healthy
const DRAIN_MS = 10_000; // how long the old server may take for its first responses
const STOP_MS = 30_000; // how long the old server may take to stop
const REQUEST_MS = 20_000;
const PAUSE_MS = 20;

/** The rehearsal can't go on. The message says why. */
class RehearsalError extends Error {}

/** A running server. `unanswered` is the number of connections that have no response yet. */
class Server {
  unanswered = 0;
  error = '';

  constructor(command, port) {
    this.port = port;
    const [program, ...args] = command.map((argument) => argument.replaceAll('{port}', port));
    // The server has its own process group, so that Ctrl+C reaches only this program, which then stops the server.
    this.process = spawn(program, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    this.process.once(
      'error',
      ({ message }) => (this.error = `The server can't be started: ${message}`),
    );
    this.process.once(
      'exit',
      (code, signal) => (this.error = `The server ended with exit code ${code ?? signal}.`),
    );
  }

  /** Wait until /health responds with status 200. Throws `RehearsalError` if it doesn't. */
  async waitUntilHealthy() {
    let found = 'no response';
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline) {
      if (this.error) throw new RehearsalError(this.error);
      try {
        const { status } = await get(this.port, '/health', false);
        if (status === 200) return;
        found = `status ${status}`;
      } catch (error) {
        if (!error.code) throw error; // an error with a code means that the server doesn't listen yet
      }
      await pause(50);
    }
    throw new RehearsalError(
      `Expected status 200 from /health in ${START_MS / 1000} s. Found ${found}.`,
    );
  }

  /** Let the server finish its responses and stop. Throws `RehearsalError` if it doesn't stop. */
  async stop() {
    for (let waited = 0; this.unanswered > 0 && waited < DRAIN_MS; waited += PAUSE_MS)
      await pause(PAUSE_MS);
    if (this.error) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS);
    const [, signal] = await exit;
    clearTimeout(timer);
    if (signal === 'SIGKILL')
      throw new RehearsalError(
        `The old server was still running ${STOP_MS / 1000} s after SIGTERM.`,
      );
  }
}

/** The socket that clients connect to, and the server that gets the new connections. */
class Deployment {
  #command;
  #server;
  #clients = net.createServer({ allowHalfOpen: true }, (client) => this.#connect(client));

  constructor(command) {
    this.#command = command;
  }

  get port() {
    return this.#clients.address().port;
  }

  /** Start the first server, and accept connections. */
  async listen(port) {
    await this.restart();
    this.#clients.listen(port, HOST);
    await once(this.#clients, 'listening');
  }

  /** Start a new server, send new connections there, and stop the old server. */
  async restart() {
    const server = new Server(this.#command, await freePort());
    try {
      await server.waitUntilHealthy();
    } catch (error) {
      await server.stop();
      throw error;
    }
    const old = this.#server;
    this.#server = server;
    await old?.stop();
  }

  async stop() {
    this.#clients.close();
    await this.#server?.stop();
  }

  /** Pass the bytes of a client on to the server, and the server's bytes to the client. */
  #connect(client) {
    client.on('error', () => client.destroy());
    client.once('end', () => client.bytesRead === 0 && client.end());
    // A connection belongs to a server from its first request on.
    client.once('data', (request) => {
      client.pause();
      const server = this.#server;
      server.unanswered += 1;
      const upstream = net.connect({ host: HOST, port: server.port, allowHalfOpen: true });
      upstream.once('data', () => (server.unanswered -= 1));
      upstream.once('close', () => {
        if (upstream.bytesRead === 0) server.unanswered -= 1;
        client.end();
      });
      upstream.on('error', () => client.destroy());
      client.once('close', () => upstream.destroy());
      upstream.write(request);
      client.pipe(upstream).pipe(client);
    });
  }
}

/** Return a port that no program uses. */
async function freePort() {
  const server = net.createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Send a GET request. Return its status, and whether it used an open connection. `agent` keeps connections open. */
async function get(port, path, agent) {
  const request = http.get({ host: HOST, port, path, agent, timeout: REQUEST_MS });
  request.once('timeout', () =>
    request.destroy(new RehearsalError(`No response in ${REQUEST_MS / 1000} s.`)),
  );
  try {
    const [response] = await once(request, 'response');
    response.resume();
    await once(response, 'end');
    return { status: response.statusCode };
  } catch (error) {
    throw Object.assign(error, { isReused: request.reusedSocket });
  }
}

/** Four clients that send requests until `stop`. Two of them keep their connections open. */
class Clients {
  sent = 0;
  sentAgain = 0;
  failures = [];
  #isOver = false;
  #running;

  constructor(port, path) {
    const agents = [
      false,
      false,
      ...[1, 2].map(() => new http.Agent({ keepAlive: true, maxSockets: 1 })),
    ];
    this.#running = agents.map(async (agent) => {
      for (; !this.#isOver; await pause(PAUSE_MS)) await this.#request(port, path, agent);
      if (agent) agent.destroy();
    });
  }

  async stop() {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  /** Wait until this many requests have ended. Throws `RehearsalError` if that takes too long. */
  async waitFor(requests) {
    const deadline = Date.now() + REQUEST_MS + requests * 100;
    while (this.sent < requests) {
      if (Date.now() > deadline)
        throw new RehearsalError(`Only ${this.sent} of ${requests} requests have ended.`);
      await pause(PAUSE_MS);
    }
  }

  async #request(port, path, agent) {
    try {
      const { status } = await get(port, path, agent).catch((error) => {
        // A server may close an open connection that no request uses. Then clients send their request again, as
        // browsers do (RFC 9112, section 9.3.1). A new connection must not break.
        if (!error.isReused) throw error;
        this.sentAgain += 1;
        return get(port, path, agent);
      });
      if (status !== 200) this.failures.push(`status ${status}`);
    } catch ({ message }) {
      this.failures.push(message);
    }
    this.sent += 1;
  }
}

/** Restart the server while clients send requests, and print the result. Return true if no request failed. */
async function rehearse(deployment, path, restarts, requests) {
  const clients = new Clients(deployment.port, path);
  try {
    for (let number = 1; number <= restarts; number += 1) {
      await deployment.restart();
      await clients.waitFor(Math.floor((requests * number) / restarts));
    }
  } finally {
    await clients.stop();
  }
  const { sent, sentAgain, failures } = clients;
  const result = failures.length > 0 ? `${failures.length} failed: ${failures[0]}` : 'none failed';
  const again = sentAgain > 0 ? ` ${sentAgain} were sent again on a new connection.` : '';
  console.log(`${sent} requests during ${restarts} restarts: ${result}.${again}`);
  return failures.length === 0;
}

/** Restart the server each time somebody presses Enter, until the input ends. Return true. */
async function restartOnEnter(deployment) {
  console.log(
    `The site is at http://${HOST}:${deployment.port}/. Press Enter to restart it, or Ctrl+C to stop.`,
  );
  for await (const line of createInterface({ input: process.stdin })) {
    void line;
    await deployment.restart();
    console.log('The new server is running. The old server has stopped.');
  }
  return true;
}

async function main() {
  const { values, positionals: command } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '3000' },
      path: { type: 'string', default: '/' },
      restarts: { type: 'string', default: '0' },
      requests: { type: 'string', default: '1000' },
    },
  });
  if (process.platform === 'win32') {
    console.log(
      "This program needs Linux or macOS. On Windows, it can't ask a server to finish its requests and stop.",
    );
    return 2;
  }
  if (process.platform !== 'linux') console.log('This program is only tested on Linux.');
  const deployment = new Deployment(command);
  const interrupted = Promise.race(
    ['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)),
  ).then(() => 130);
  try {
    await deployment.listen(Number(values.port));
    const [restarts, requests] = [Number(values.restarts), Number(values.requests)];
    const work =
      restarts > 0
        ? rehearse(deployment, values.path, restarts, requests)
        : restartOnEnter(deployment);
    return await Promise.race([work.then((isGood) => (isGood ? 0 : 1)), interrupted]);
  } catch (error) {
    if (!(error instanceof RehearsalError) && !error.code) throw error;
    console.log(error.message);
    return 1;
  } finally {
    await deployment.stop();
  }
}

process.exit(await main());
