/**
 * Six faults of the API. The tests in own_tests/ must notice at least five of them.
 *
 * A fault sits between the test client and the site. It changes a request or a response, and never the site's code.
 * This command runs your tests with one fault: `node tests/fault-runs.js missing`.
 */

import { once } from 'node:events';
import http from 'node:http';
import { registerHooks } from 'node:module';

// What a fault must know about the site
const [LIST, ITEM] = ['notes', 'note']; // the keys of the list, newest first, and of a single note
const CREATE = /^\/api\/notes$/; // the URL that creates a note
const EDIT = /^\/api\/notes\/\d+$/;

const OK = 200;
const CREATED = 201;
const INVALID = 422;
const OF_CONNECTION = ['connection', 'content-length', 'keep-alive', 'transfer-encoding'];

const APP = new URL('../conduit/app.js', import.meta.url).href;
const FAULTY_APP = new URL('faulty-app.js', import.meta.url).href;
const OWN_TESTS = new URL('../own_tests/', import.meta.url).href;

/** The active fault, and the number of the current round. Each round loads the tests in own_tests/ again. */
export const now = { fault: undefined, round: 0 };

export const FAULTS = [
  {
    name: 'missing',
    text: 'a new note is missing from the list',
    advice: 'Add a note, get the list, and expect the note there.',
    change: async (visit) => withList(await visit.send(), (items) => items.slice(1)),
  },
  {
    name: 'reversed',
    text: 'the list is in reverse order',
    advice: 'Add two notes, and expect the newer note before the older note.',
    change: async (visit) => withList(await visit.send(), (items) => items.toReversed()),
  },
  {
    name: 'accepted',
    text: 'an invalid note gets the response of a valid note',
    advice: 'Send a blank note, and expect status 422.',
    async change(visit) {
      const response = await visit.send();
      if (!visit.isTo('POST', CREATE) || response.status !== INVALID) return response;
      return { ...response, status: CREATED, body: JSON.stringify({ [ITEM]: { id: 1, ...visit.item } }) };
    },
  },
  {
    name: 'unescaped',
    text: 'a quotation mark in a note breaks the JSON',
    advice: 'Add a note with `"` in it, get the list, and expect the same text.',
    async change(visit) {
      const response = await visit.send();
      return isJson(response) ? { ...response, body: response.body.replaceAll(/\\(["\\])/g, '$1') } : response;
    },
  },
  {
    name: 'twice',
    text: 'a request that is sent once adds two notes',
    advice: 'Add one note, and expect exactly one note on the list.',
    async change(visit) {
      const response = await visit.send();
      if (visit.isTo('POST', CREATE)) await visit.send();
      return response;
    },
  },
  {
    name: 'swallowed',
    text: 'an edited note keeps its old text',
    advice: 'Edit a note, get it again, and expect the new text.',
    async change(visit) {
      if (!visit.isTo('PUT', EDIT)) return await visit.send();
      const before = asJson((await visit.send({ method: 'GET' })).body)?.[ITEM] ?? {};
      const response = await visit.send();
      const old = Object.keys(visit.item).filter((key) => key in before);
      if (response.status === OK)
        await visit.send({ data: { [ITEM]: Object.fromEntries(old.map((key) => [key, before[key]])) } });
      return response;
    },
  },
];

/** Let each `createApp` from now on create a site with faults, and load the tests in own_tests/ in each round. */
export function install() {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (found.url === APP && context.parentURL !== FAULTY_APP) return { ...found, url: FAULTY_APP };
      return found.url.startsWith(OWN_TESTS) ? { ...found, url: `${found.url}?round=${now.round}` } : found;
    },
  });
}

/** Put the active fault between a site and its clients. `app` is what `createApp` returned. */
export function withFaults(app) {
  const site = app.handle; // Express calls this function for each request
  const server = http.createServer((request, response) => site.call(app, request, response));
  app.handle = (request, response, next) => {
    if (!now.fault) return site.call(app, request, response, next);
    return respond(server, now.fault, request, response).catch(next ?? ((error) => response.destroy(error)));
  };
  return app;
}

/** Respond to a request as the site does with a fault. `server` serves the site without the fault. */
async function respond(server, fault, request, response) {
  if (!server.listening) {
    server.listen(0, '127.0.0.1').unref();
    await once(server, 'listening');
  }
  const chunks = await request.toArray();
  const { status, headers, body } = await fault.change(new Visit(server, request, Buffer.concat(chunks)));
  response.writeHead(status, headers).end(body);
}

/** A request, and the site that responds to it. */
class Visit {
  constructor(server, request, body) {
    Object.assign(this, { server, request, body });
  }

  /** True if the request has this method and path. */
  isTo(method, path) {
    return this.request.method === method && path.test(this.request.url.split('?')[0]);
  }

  /** The note that the client sent, or an empty one. */
  get item() {
    return asJson(this.body)?.[ITEM] ?? {};
  }

  /** Send the request to the site, and return the response. The method and the JSON can be replaced. */
  async send({ method = this.request.method, data } = {}) {
    const body = method === 'GET' ? '' : data ? JSON.stringify(data) : this.body;
    const sent = Object.entries(this.request.headers).filter(([name]) => !OF_CONNECTION.includes(name));
    const headers = { ...Object.fromEntries(sent), 'content-length': Buffer.byteLength(body) };
    const { port } = this.server.address();
    const request = http.request({ host: '127.0.0.1', port, method, path: this.request.url, headers, agent: false });
    request.end(body);
    const [response] = await once(request, 'response');
    const received = Object.entries(response.headers).filter(([name]) => !OF_CONNECTION.includes(name));
    const chunks = await response.toArray();
    return {
      status: response.statusCode,
      headers: Object.fromEntries(received),
      body: Buffer.concat(chunks).toString(),
    };
  }
}

/** Return a response with other items in its list. A response without the list stays the same. */
function withList(response, change) {
  const content = isJson(response) ? asJson(response.body) : undefined;
  if (!Array.isArray(content?.[LIST])) return response;
  return { ...response, body: JSON.stringify({ ...content, [LIST]: change(content[LIST]) }) };
}

function isJson({ headers }) {
  return headers['content-type']?.startsWith('application/json') ?? false;
}

/** Return the content of a body, or undefined if it isn't JSON. */
function asJson(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
