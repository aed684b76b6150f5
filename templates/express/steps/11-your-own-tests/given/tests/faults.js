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
const [LIST, ITEM] = ['articles', 'article']; // the keys of the list, newest first, and of a single article
const CREATE = /^\/api\/articles$/; // the URL that publishes an article
const EDIT = /^\/api\/articles\/[^/]+$/;

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
    text: 'a new article is missing from the list',
    advice: 'Publish an article, get the list of articles, and expect the article there.',
    change: async (visit) => withList(await visit.send(), (items) => items.slice(1)),
  },
  {
    name: 'reversed',
    text: 'the list has the oldest article first',
    advice: 'Publish two articles, and expect the newer article before the older article.',
    change: async (visit) => withList(await visit.send(), (items) => items.toReversed()),
  },
  {
    name: 'accepted',
    text: 'an article without a title gets the response of a valid article',
    advice: 'Send an article with a blank title, and expect status 422.',
    async change(visit) {
      const response = await visit.send();
      if (!visit.isTo('POST', CREATE) || response.status !== INVALID) return response;
      const article = { slug: 'accepted', ...visit.item };
      return { ...response, status: CREATED, body: JSON.stringify({ [ITEM]: article }) };
    },
  },
  {
    name: 'unescaped',
    text: 'a quotation mark in a title breaks the JSON',
    advice: 'Publish an article with `"` in its title, get it, and expect the same title.',
    async change(visit) {
      const response = await visit.send();
      if (!isJson(response)) return response;
      return { ...response, body: response.body.replaceAll(/\\(["\\])/g, '$1') };
    },
  },
  {
    name: 'twice',
    text: 'a request that is sent once publishes two articles',
    advice: 'Publish one article, and expect exactly one article in the list.',
    async change(visit) {
      const response = await visit.send();
      if (visit.isTo('POST', CREATE)) await visit.send();
      return response;
    },
  },
  {
    name: 'swallowed',
    text: 'an edited article keeps its old text',
    advice: 'Edit an article, get it again, and expect the new text.',
    async change(visit) {
      if (!visit.isTo('PUT', EDIT)) return await visit.send();
      const before = asJson((await visit.send({ method: 'GET' })).body)?.[ITEM] ?? {};
      const response = await visit.send();
      const old = Object.keys(visit.item).filter((key) => key in before);
      const values = Object.fromEntries(old.map((key) => [key, before[key]]));
      if (response.status === OK) await visit.send({ data: { [ITEM]: values } });
      return response;
    },
  },
];

/** Let each later `createApp` create a site with faults, and load the tests in own_tests/ in each round. */
export function install() {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (found.url === APP && context.parentURL !== FAULTY_APP)
        return { ...found, url: FAULTY_APP };
      return found.url.startsWith(OWN_TESTS)
        ? { ...found, url: `${found.url}?round=${now.round}` }
        : found;
    },
  });
}

/** Put the active fault between a site and its clients. `app` is what `createApp` returned. */
export function withFaults(app) {
  const site = app.handle; // Express calls this function for each request
  const server = http.createServer((request, response) => site.call(app, request, response));
  app.handle = (request, response, next) => {
    if (!now.fault) return site.call(app, request, response, next);
    return respond(server, now.fault, request, response).catch(
      next ?? ((error) => response.destroy(error)),
    );
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
  const { status, headers, body } = await fault.change(
    new Visit(server, request, Buffer.concat(chunks)),
  );
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

  /** The article that the client sent, or an empty one. */
  get item() {
    return asJson(this.body)?.[ITEM] ?? {};
  }

  /** Send the request to the site, and return the response. The method and the JSON can be replaced. */
  async send({ method = this.request.method, data } = {}) {
    const body = method === 'GET' ? '' : data ? JSON.stringify(data) : this.body;
    const sent = Object.entries(this.request.headers).filter(
      ([name]) => !OF_CONNECTION.includes(name),
    );
    const headers = { ...Object.fromEntries(sent), 'content-length': Buffer.byteLength(body) };
    const { port } = this.server.address();
    const request = http.request({
      host: '127.0.0.1',
      port,
      method,
      path: this.request.url,
      headers,
      agent: false,
    });
    request.end(body);
    const [response] = await once(request, 'response');
    const received = Object.entries(response.headers).filter(
      ([name]) => !OF_CONNECTION.includes(name),
    );
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
