/**
 * The visitors that the tests send to the site.
 *
 * The tests know the site as a program does that asks its API, and as a browser does that shows its pages. What goes
 * wrong is said in one sentence about the site. `openSite` gives the visitor who acts in most tests.
 */

import { AssertionError } from 'node:assert';
import { once } from 'node:events';
import { enableCompileCache } from 'node:module';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { inspect, isDeepStrictEqual } from 'node:util';

// What is imported from here on is compiled once for all runs, and not in each.
enableCompileCache();

// What the site tells its console. The reason behind an answer with status 500 stands there.
const told = [];
const { error: tell } = console;
console.error = (...words) => {
  told.push(...words);
  tell.apply(console, words);
};

export const PASSWORD = 'correct horse battery staple';
export const SECRET = 'only for tests, and as long as a secret has to be';

/** The visitor who acts in most tests. */
function firstVisitor(server) {
  return new Visitor(server);
}

/** A site of its own for one test, with an empty database; gives the visitor who acts in most tests. */
export async function openSite(t, settings = {}) {
  const server = await Server.start({
    database: ':memory:',
    secret: SECRET,
    passwordCost: 16,
    ...settings,
  });
  t.after(() => server.stop());
  return await firstVisitor(server);
}

/** Fail with a sentence unless the fact holds. */
export function expect(fact, otherwise) {
  if (!fact) throw new AssertionError({ message: otherwise, stackStartFn: expect });
}

/** Fail with a sentence unless both are the same; `what` names the first of them. */
export function same(actual, expected, what) {
  if (isDeepStrictEqual(actual, expected)) return;
  const message = `${what} was expected to be ${shown(expected)}, and is ${shown(actual)}`;
  throw new AssertionError({ message, stackStartFn: same });
}

function shown(value) {
  const text = inspect(value, { depth: 6, breakLength: Infinity, maxStringLength: 200 });
  return text.length > 600 ? `${text.slice(0, 600)} …` : text;
}

/** The site, as it runs. */
class Server {
  static async start(settings) {
    const server = new Server();
    // Imported here and not above, so that a mistake in the site's code is told by each test, by name.
    const { createApp } = await import('../conduit/app.js');
    const app = await createApp({
      ...settings,
      onQuery: (sql) => server.asked(sql),
      onRows: (count) => (server.rows += count),
    });
    server.http = app.listen(0, '127.0.0.1');
    await once(server.http, 'listening');
    server.address = `http://127.0.0.1:${server.http.address().port}`;
    server.app = app;
    return server;
  }

  questions = 0;
  rows = 0;
  isAway = false;
  interruption = undefined;

  async asked(sql) {
    this.questions += 1;
    const interrupt = this.interruption;
    if (interrupt && /^\s*(BEGIN|INSERT|UPDATE)/i.test(sql)) {
      this.interruption = undefined;
      await interrupt();
    }
  }

  async stop() {
    this.http.closeAllConnections();
    await new Promise((stopped) => this.http.close(stopped));
    await this.app.locals.site?.db?.close();
  }
}

/** The site, as one visitor sees it. */
export class Visitor {
  name = '';
  email = '';
  password = '';
  token = '';
  #server;
  #window;

  constructor(server) {
    this.#server = server;
  }

  // Other visitors

  /** Another visitor, who is not signed in. */
  get anonymous() {
    return new Visitor(this.#server);
  }

  /** Another visitor, who has just made an account and is signed in. */
  async register(name, password = PASSWORD) {
    const someone = this.anonymous;
    const email = `${encodeURIComponent(name)}@example.org`.toLowerCase();
    const user = { username: name, email, password };
    const answer = (await someone.post('/api/users', { user })).is(201);
    Object.assign(someone, { name, email, password, token: answer.body.user?.token });
    return someone;
  }

  /** The same visitor, with another token. */
  with(token) {
    const someone = this.anonymous;
    someone.token = token;
    return someone;
  }

  // Asking the API

  get(address) {
    return this.send('GET', address);
  }

  post(address, body) {
    return this.send('POST', address, body);
  }

  put(address, body) {
    return this.send('PUT', address, body);
  }

  delete(address) {
    return this.send('DELETE', address);
  }

  /** What the site answers. A `body` that is text is sent as it is, all else as JSON. */
  async send(method, address, body, headers = {}) {
    const sent = { ...headers };
    if (this.token) sent.Authorization ??= `Token ${this.token}`;
    if (body !== undefined) sent['Content-Type'] ??= 'application/json';
    const before = told.length;
    const response = await realFetch(this.#server.address + address, {
      method,
      headers: sent,
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
      redirect: 'manual',
    });
    const text = await response.text();
    return new Answer(`${method} ${address}`, response, text, told.slice(before));
  }

  // Articles and comments

  /** Publish an article; what the API tells of it. */
  async publish(title, fields = {}) {
    const article = { title, description: 'In short.', body: 'At length.', ...fields };
    return (await this.post('/api/articles', { article })).is(201).body.article;
  }

  /** The article with this slug, as the API tells it. */
  async read(slug) {
    return (await this.get(`/api/articles/${slug}`)).is(200).body.article;
  }

  /** Write a comment on an article; what the API tells of it. */
  async comment(slug, body) {
    const answer = await this.post(`/api/articles/${slug}/comments`, { comment: { body } });
    return answer.is(201).body.comment;
  }

  /** The articles that the API lists, and how many it says there are. */
  async list(query = '') {
    return (await this.get(`/api/articles${query}`)).is(200).body;
  }

  /** The titles of the articles that the API lists, in their order. */
  async titles(query = '') {
    const { articles } = await this.list(query);
    expect(
      Array.isArray(articles),
      `GET /api/articles${query} was expected to have a list "articles"`,
    );
    return articles.map((article) => article.title);
  }

  // What happens inside

  /** How often the site asks its database to answer this. */
  async questions(address) {
    return (await this.#effort(address)).questions;
  }

  /** How many rows the site takes out of its database to answer this. */
  async rows(address) {
    return (await this.#effort(address)).rows;
  }

  /** While `during` runs, let something else happen in the moment before the site saves anything. */
  async justBeforeSaving(action, during) {
    this.#server.interruption = action;
    try {
      return await during();
    } finally {
      this.#server.interruption = undefined;
    }
  }

  /** Everything that the database holds, as one text. */
  async stored() {
    const { db } = this.#server.app.locals.site;
    const tables = await db.all("SELECT name FROM sqlite_schema WHERE type = 'table'");
    const rows = await Promise.all(tables.map(({ name }) => db.all(`SELECT * FROM "${name}"`)));
    return JSON.stringify(rows);
  }

  async #effort(address) {
    (await this.get(address)).is(200);
    Object.assign(this.#server, { questions: 0, rows: 0 });
    (await this.get(address)).is(200);
    const { questions, rows } = this.#server;
    return { questions, rows };
  }

  // Looking at pages

  /** The page at an address, loaded anew in this visitor's browser. */
  async open(address) {
    const { Window } = await import('happy-dom');
    const answer = (await this.get(address)).is(200);
    const kept = this.#window ? { ...this.#window.localStorage } : {};
    if (this.token) kept.jwtToken = this.token;
    const url = this.#server.address + address;
    const settings = { errorCapture: 'disabled', disableJavaScriptFileLoading: true };
    this.#window = new Window({ url, settings });
    this.#window.document.write(
      answer.text.replace(/<link rel="stylesheet"[^>]*>|<script[^]*?<\/script>/g, ''),
    );
    for (const [name, value] of Object.entries(kept))
      this.#window.localStorage.setItem(name, value);
    useWindow(this.#window, this.#server);
    const { start } = await import('../public/app.js');
    await start();
    await quiet();
    return new Page(this.#window, this.#server);
  }

  /** From now on, pages of the site ask in vain: nobody answers. */
  loseTheSite() {
    this.#server.isAway = true;
  }

  /** What this visitor's browser keeps under a name. */
  kept(name) {
    return this.#window.localStorage.getItem(name);
  }
}

/** What the site answers to one request. */
class Answer {
  constructor(request, response, text, said) {
    this.request = request;
    this.status = response.status;
    this.headers = response.headers;
    this.text = text;
    this.body = parsed(text);
    this.reason = this.status >= 500 ? reasonIn(said) : '';
  }

  /** The answer has this status; gives the answer. */
  is(status) {
    this.#isThere(status);
    expect(this.status === status, `expected status ${status}; ${this}`);
    return this;
  }

  /** The site refuses with this status, and says why about `name`: with `message`, where one is asked for. */
  refuses(status, name, message) {
    this.#isThere(status);
    expect(this.status === status, `expected a refusal with status ${status}; ${this}`);
    const messages = this.body?.errors?.[name];
    expect(
      Array.isArray(messages) && messages.every((one) => typeof one === 'string' && one !== ''),
      `expected {"errors": {"${name}": ["…"]}}; ${this}`,
    );
    if (message)
      expect(messages.includes(message), `expected the message "${name} ${message}"; ${this}`);
    return this;
  }

  toString() {
    const text = this.text.length > 300 ? `${this.text.slice(0, 300)} …` : this.text;
    const body = text && this.body ? `: ${text}` : '';
    return `${this.request} answers with status ${this.status}${body}${this.reason}`;
  }

  /** Where nothing is built yet, say that and no more. */
  #isThere(status) {
    const isNowhere =
      this.status === 404 && (this.body?.errors?.address || this.body === undefined);
    expect(status === 404 || !isNowhere, `nothing answers at ${this.request} yet`);
  }
}

/** The first error that the site told its console, and the line of the site where it came from. */
function reasonIn(said) {
  const error = said.find((one) => one instanceof Error);
  if (!error) return '';
  const place = /[^/\\(]*[/\\](conduit[/\\][^:()]+:\d+)/.exec(error.stack ?? '')?.[1];
  return `\nThe console of the site says: ${error.name}: ${error.message}${place ? ` (${place})` : ''}`;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Part of a page that a visitor sees. */
export class Part {
  constructor(node, name, page) {
    this.node = node;
    this.name = name;
    this.page = page;
  }

  /** The only element that the selector finds; `what` says it in words. */
  one(selector, what) {
    const found = this.some(selector, what);
    expect(
      found.length === 1,
      `${this.name} was expected to have ${what} (${selector}) once, and has ${found.length}`,
    );
    return found[0];
  }

  /** All elements that the selector finds: one at least. */
  some(selector, what) {
    const found = [...this.node.querySelectorAll(selector)];
    expect(
      found.length > 0,
      `${this.name} was expected to have ${what} (${selector}), and has none`,
    );
    return found.map((node) => new Part(node, `${what} on ${this.name}`, this.page));
  }

  /** There is no such element. */
  none(selector, what) {
    const count = this.node.querySelectorAll(selector).length;
    expect(
      count === 0,
      `${this.name} was not expected to have ${what} (${selector}), and has ${count}`,
    );
  }

  /** The words of all elements that the selector finds, in the order of the page. */
  texts(selector) {
    return [...this.node.querySelectorAll(selector)].map(wordsOf);
  }

  /** All its words, with single spaces. */
  get words() {
    return wordsOf(this.node);
  }

  /** These are its words, all of them. */
  says(words) {
    expect(
      this.words === words,
      `${this.name} was expected to say "${words}", and says "${this.words}"`,
    );
    return this;
  }

  /** The value of an attribute; null where it has none. */
  attribute(name) {
    return this.node.getAttribute(name);
  }

  /** The one card (of an article or a comment) in which these words stand. */
  card(words) {
    const cards = [...this.node.querySelectorAll('.article-preview, .card')];
    const found = cards.filter((node) => wordsOf(node).includes(words));
    expect(
      found.length === 1,
      `${this.name} was expected to have one card that says "${words}", and has ${found.length}`,
    );
    return new Part(found[0], `the card "${words}" on ${this.name}`, this.page);
  }

  /** Press it, and wait until the page has changed. */
  async press() {
    this.page.use();
    this.node.click();
    await quiet();
  }

  /** Type these words into a field, and then a key: Enter, say. */
  async type(words, key) {
    this.page.use();
    this.node.value = words;
    const { KeyboardEvent } = this.node.ownerDocument.defaultView;
    const options = { key, bubbles: true, cancelable: true };
    this.node.dispatchEvent(new KeyboardEvent('keydown', options));
    await quiet();
  }

  /** Fill in these fields of a form, and press its button. */
  async submit(fields = {}) {
    for (const [name, value] of Object.entries(fields)) {
      this.one(`[name="${name}"]`, `a field ${name}`).node.value = value;
    }
    await this.one('button[type=submit], button:not([type])', 'a button that sends it').press();
  }
}

/** A page in a visitor's browser. */
export class Page extends Part {
  #window;
  #server;

  constructor(window, server) {
    super(window.document, 'the page', undefined);
    this.page = this;
    this.#window = window;
    this.#server = server;
    this.name = `the page ${this.address}`;
  }

  /** Where the browser is, without the site's own address. */
  get address() {
    const { pathname, search } = this.#window.location;
    return pathname + search;
  }

  /** The browser is at this address. */
  isAt(address) {
    expect(
      this.address === address,
      `the browser was expected to be at ${address}, and is at ${this.address}`,
    );
  }

  use() {
    useWindow(this.#window, this.#server);
  }
}

/** An element that a function of the front-end made, to be looked at. `make` is called in an empty window. */
export async function made(make, what) {
  const { Window } = await import('happy-dom');
  useWindow(new Window({ url: 'http://localhost/' }));
  const node = await make();
  if (!node?.querySelectorAll)
    expect(false, `${what} was expected to be an element, and is ${shown(node)}`);
  const box = node.ownerDocument.createElement('div');
  box.append(node);
  return new Part(box, what);
}

function wordsOf(node) {
  return (node.body ?? node).textContent.replace(/\s+/g, ' ').trim();
}

// The browser's globals, which the front-end's code finds there

const BORROWED = [
  'document',
  'location',
  'history',
  'localStorage',
  'FormData',
  'Event',
  'HTMLElement',
  'Node',
];
let asked = 0;

function useWindow(window, server) {
  const globals = Object.fromEntries(BORROWED.map((name) => [name, window[name]]));
  define({ ...globals, window, fetch: (address, options) => askInPage(server, address, options) });
}

function define(globals) {
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

const realFetch = globalThis.fetch;

async function askInPage(server, address, options) {
  asked += 1;
  try {
    if (!server || server.isAway) throw new TypeError('the site is away');
    const response = await realFetch(new URL(address, server.address), options);
    const text = await response.text();
    const isEmpty = [204, 205, 304].includes(response.status);
    return new Response(isEmpty ? null : text, {
      status: response.status,
      headers: response.headers,
    });
  } finally {
    asked -= 1;
  }
}

/** Wait until nothing is being asked any more, and everything that waited for it has happened. */
async function quiet() {
  for (let calm = 0, turns = 0; calm < 3; turns += 1) {
    expect(turns < 5_000, 'the page does not come to rest: is there a loop without an end?');
    await (asked > 0 ? pause(1) : nextTurn());
    calm = asked > 0 ? 0 : calm + 1;
  }
}
