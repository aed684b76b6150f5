/**
 * The visitors that the tests send to the site.
 *
 * The tests know the site as a program does that asks its API, and as a browser does that shows its pages. A
 * failure says what was expected on which page, and what was found there. `openSite` gives the visitor who acts in most tests.
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

/** The visitor who acts in most tests: someone who has an account and is signed in. */
function firstVisitor(server) {
  return new Visitor(server).register('someone');
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

/** The text of a failure. More lines may follow, the HTML that the test looked for as the last. */
export function failure(expected, found, ...more) {
  return [`Expected ${expected}. Found ${found}.`, ...more].filter(Boolean).join('\n');
}

/** What a CSS selector finds, as it looks in HTML: `<form class="comment-form">`. */
export function asHtml(selector) {
  return selector
    .split(/,\s*(?![^()]*\))/)
    .map((one) => one.match(/(?:\[[^\]]*\]|\([^()]*\)|[^\s>[(])+/g).map(elementOf))
    .map((elements) => elements.join(' '))
    .join(' or ');
}

function elementOf(compound) {
  const choice = /^:is\((.*)\)$/.exec(compound);
  if (choice) return asHtml(choice[1]);
  const simple = compound.replace(/:\w+\([^()]*\)/g, '');
  const names = simple.replace(/\[[^\]]*\]/g, '');
  const parts = [names.replace(/[.#].*/, '') || '…'];
  for (const [, id] of names.matchAll(/#([\w-]+)/g)) parts.push(`id="${id}"`);
  const classes = [...names.matchAll(/\.([\w-]+)/g)].map(([, name]) => name);
  if (classes.length > 0) parts.push(`class="${classes.join(' ')}"`);
  const attributes = /\[([\w-]+)(?:(\^?)=(['"]?)(.*?)\3)?\]/g;
  for (const [, name, start, , value] of simple.matchAll(attributes))
    parts.push(`${name}="${value ?? ''}${value && !start ? '' : '…'}"`);
  const conditions = [...compound.matchAll(/:(has|not)\(([^()]*)\)/g)].map(
    ([, how, inside]) => ` (${how === 'has' ? 'with' : 'not'} ${asHtml(inside)})`,
  );
  return `<${parts.join(' ')}>${conditions.join('')}`;
}

/** Fail with a sentence unless both are the same; `what` names the first of them. */
export function same(actual, expected, what) {
  if (isDeepStrictEqual(actual, expected)) return;
  const message = failure(`${what} to be ${shown(expected)}`, shown(actual));
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
  made = new Set(); // the URLs that exist only in this test's data

  /** A line about a page that a reader of the failure looks for in vain on the site. */
  onlyInTheTest(address) {
    const path = `${address.split(/[?#]/)[0]}/`;
    const longest = [...this.made].sort((one, other) => other.length - one.length);
    const made = longest.find((one) => path.startsWith(`${one}/`));
    return made ? `${made} exists only in this test's data.` : '';
  }

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
    for (const place of ['/api/profiles', '/profile']) this.#server.made.add(`${place}/${name}`);
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
    const note = this.#server.onlyInTheTest(address);
    return new Answer(`${method} ${address}`, response, text, told.slice(before), note);
  }

  // Articles and comments

  /** Publish an article; what the API tells of it. */
  async publish(title, fields = {}) {
    const article = { title, description: 'In short.', body: 'At length.', ...fields };
    const published = (await this.post('/api/articles', { article })).is(201).body.article;
    for (const place of ['/api/articles', '/article', '/editor'])
      if (published?.slug) this.#server.made.add(`${place}/${published.slug}`);
    return published;
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
      failure(`a list "articles" from GET /api/articles${query}`, shown(articles)),
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
  constructor(request, response, text, said, note) {
    this.request = request;
    this.note = note;
    this.status = response.status;
    this.headers = response.headers;
    this.text = text;
    this.body = parsed(text);
    this.reason = this.status >= 500 ? reasonIn(said) : '';
  }

  /** The answer has this status; gives the answer. */
  is(status) {
    this.#isThere(status);
    expect(this.status === status, this.insteadOf(`status ${status} from ${this.request}`));
    return this;
  }

  /** The site rejects with this status, and says why about `name`: with `message`, if one is given. */
  refuses(status, name, message) {
    this.#isThere(status);
    expect(this.status === status, this.insteadOf(`status ${status} from ${this.request}`));
    const messages = this.body?.errors?.[name];
    expect(
      Array.isArray(messages) && messages.every((one) => typeof one === 'string' && one !== ''),
      this.insteadOf(`{"errors": {"${name}": ["…"]}} from ${this.request}`),
    );
    if (message) {
      const wanted = `{"errors": {"${name}": ["${message}"]}} from ${this.request}`;
      expect(messages.includes(message), this.insteadOf(wanted));
    }
    return this;
  }

  /** The text of a failure: what was expected from this request, and what came. */
  insteadOf(expected) {
    const text = this.text.length > 300 ? `${this.text.slice(0, 300)} …` : this.text;
    const body = text && this.body ? `Response body: ${text}` : '';
    return failure(expected, `status ${this.status}`, body, this.reason, this.note);
  }

  /** Where nothing is built yet, say that and no more. */
  #isThere(status) {
    const isNowhere =
      this.status === 404 && (this.body?.errors?.address || this.body === undefined);
    const words = failure(`an endpoint for ${this.request}`, 'none (status 404)', this.note);
    expect(status === 404 || !isNowhere, words);
  }
}

/** The first error that the site told its console, and the line of the site where it came from. */
function reasonIn(said) {
  const error = said.find((one) => one instanceof Error);
  if (!error) return '';
  const place = /[^/\\(]*[/\\](conduit[/\\][^:()]+:\d+)/.exec(error.stack ?? '')?.[1];
  return `The console of the site says: ${error.name}: ${error.message}${place ? ` (${place})` : ''}`;
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
  constructor(node, where, page) {
    this.node = node;
    this.where = where; // "on /article/bread", "in the title on /article/bread"
    this.page = page;
  }

  /** The only element that the selector finds; `what` says it in words. */
  one(selector, what) {
    const found = this.some(selector, what);
    expect(found.length === 1, this.#failure(`${what} once`, found.length, selector));
    return found[0];
  }

  /** All elements that the selector finds: one at least. */
  some(selector, what) {
    const found = [...this.node.querySelectorAll(selector)];
    expect(found.length > 0, this.#failure(what, 'none', selector));
    return found.map((node) => new Part(node, `in ${what} ${this.where}`, this.page));
  }

  /** There is no such element. */
  none(selector, what) {
    const count = this.node.querySelectorAll(selector).length;
    expect(count === 0, this.#failure(`not to find ${what}`, count, selector));
  }

  #failure(expected, found, selector = '') {
    const html = selector && asHtml(selector);
    return failure(`${expected} ${this.where}`, found, this.page?.note, html);
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
    expect(this.words === words, this.#failure(`the text "${words}"`, `"${this.words}"`));
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
    const wanted = `one card with "${words}"`;
    const html = '.article-preview, .card';
    expect(found.length === 1, this.#failure(wanted, found.length || 'none', html));
    return new Part(found[0], `in the card "${words}" ${this.where}`, this.page);
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
      this.one(`[name="${name}"]`, `the field ${name}`).node.value = value;
    }
    await this.one('button[type=submit], button:not([type])', 'a button that sends it').press();
  }
}

/** A page in a visitor's browser. */
export class Page extends Part {
  #window;
  #server;

  constructor(window, server) {
    super(window.document, '', undefined);
    this.page = this;
    this.#window = window;
    this.#server = server;
    this.where = `on ${this.address}`;
  }

  /** Where the browser is, without the site's own address. */
  get address() {
    const { pathname, search } = this.#window.location;
    return pathname + search;
  }

  /** A line about a page that exists only in the test's data. */
  get note() {
    return this.#server.onlyInTheTest(this.address);
  }

  /** The browser is at this address. */
  isAt(address) {
    expect(this.address === address, failure(`the browser on ${address}`, `it on ${this.address}`));
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
  if (!node?.querySelectorAll) expect(false, failure(`${what} to be an element`, shown(node)));
  const box = node.ownerDocument.createElement('div');
  box.append(node);
  return new Part(box, `in ${what}`);
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
    expect(turns < 5_000, failure('the page to come to rest', 'an endless loop'));
    await (asked > 0 ? pause(1) : nextTurn());
    calm = asked > 0 ? 0 : calm + 1;
  }
}
