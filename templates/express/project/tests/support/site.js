/**
 * The site, as visitors know it: a program that sends requests to the API, or a person who opens pages in a browser.
 *
 * A failure says what a test expected from which request or on which page, and what it found.
 */

import { setTimeout as pause } from 'node:timers/promises';

import { Page } from './pages.js';
import { expect, failure, shortened, shown } from './results.js';

const EVENT_MS = 2000; // how long an event may take

export const PASSWORD = 'correct horse battery staple';

/** A visitor of the site. */
export class Visitor {
  name = '';
  email = '';
  password = '';
  token = '';
  #made; // the URLs that exist only in this test
  #isOffline = false;
  #storage = {};

  constructor(server, made = new Set()) {
    this.server = server; // the running site
    this.#made = made;
  }

  // Other visitors

  /** Another visitor, who isn't signed in. */
  get anonymous() {
    return new Visitor(this.server, this.#made);
  }

  /** Another visitor, who has created an account and is signed in. */
  async register(name, password = PASSWORD) {
    const email = `${encodeURIComponent(name)}@example.org`.toLowerCase();
    const user = { username: name, email, password };
    const reply = (await this.anonymous.post('/api/users', { user })).is(201);
    const visitor = this.with(reply.body.user?.token);
    for (const path of ['/api/profiles', '/profile']) this.#made.add(`${path}/${name}`);
    return Object.assign(visitor, { name, email, password });
  }

  /** Another visitor, who sends this token. */
  with(token) {
    return Object.assign(this.anonymous, { token });
  }

  /** This visitor in another test. */
  again() {
    const { name, email, password, token } = this;
    return Object.assign(new Visitor(this.server, new Set(this.#made)), {
      name,
      email,
      password,
      token,
    });
  }

  // Requests to the API

  get(url) {
    return this.send('GET', url);
  }

  post(url, body) {
    return this.send('POST', url, body);
  }

  put(url, body) {
    return this.send('PUT', url, body);
  }

  delete(url) {
    return this.send('DELETE', url);
  }

  /** Send a request. A `body` that is a string is sent as it is, and any other body as JSON. */
  async send(method, url, body, headers = {}) {
    const sent = { ...headers };
    if (this.token) sent.Authorization ??= `Token ${this.token}`;
    if (body !== undefined) sent['Content-Type'] ??= 'application/json';
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await this.server.request(
      method,
      url,
      sent,
      text === undefined ? undefined : Buffer.from(text),
    );
    const reason = response.status >= 500 ? await this.server.lastError() : '';
    return new Reply(`${method} ${url}`, response, reason, this.noteAbout(url));
  }

  /** Send a GET request for a stream of server-sent events. The stream is closed after the test. */
  async listen(t, url) {
    const headers = this.token ? { Authorization: `Token ${this.token}` } : {};
    const response = await this.server.openStream(url, headers);
    t.after(() => response.body.destroy());
    return new EventReply(`GET ${url}`, response, this.noteAbout(url));
  }

  // Articles and comments

  /** Publish an article. Return it as the API returns it. */
  async publish(title, fields = {}) {
    const article = { title, description: 'In short.', body: 'At length.', ...fields };
    const published = (await this.post('/api/articles', { article })).is(201).body?.article ?? {};
    for (const path of ['/api/articles', '/article', '/editor'])
      if (published.slug) this.#made.add(`${path}/${published.slug}`);
    return published;
  }

  /** Change some fields of an article. Return it as the API returns it. */
  async edit(slug, article) {
    return (await this.put(`/api/articles/${slug}`, { article })).is(200).body?.article ?? {};
  }

  /** The article with this slug, as the API returns it. */
  async read(slug) {
    return (await this.get(`/api/articles/${slug}`)).is(200).body?.article ?? {};
  }

  /** The articles of a list, and how many there are. */
  async list(query = '', path = '/api/articles') {
    const reply = (await this.get(path + query)).is(200);
    expect(Array.isArray(reply.body?.articles), reply.insteadOf('a list "articles"'));
    return reply.body;
  }

  /** The titles of the articles of a list, in this order. */
  async titles(query, path) {
    const { articles } = await this.list(query, path);
    return articles.map(({ title }) => title);
  }

  /** Write a comment on an article. Return it as the API returns it. */
  async comment(slug, body) {
    const reply = await this.post(`/api/articles/${slug}/comments`, { comment: { body } });
    return reply.is(201).body?.comment ?? {};
  }

  // Pages in a browser

  /** Open a URL in a browser window of this visitor, which signs in with the visitor's token. */
  async open(url) {
    const reply = (await this.anonymous.get(url)).is(200);
    const window = await this.server.openWindow();
    window.isOffline = this.#isOffline;
    const storage = { ...this.#storage, ...(this.token ? { jwtToken: this.token } : {}) };
    await window.load(url, reply.text, storage);
    this.#window = window;
    return new Page(window, (path) => this.noteAbout(path));
  }

  #window;

  /** What localStorage of the visitor's browser has under a name. */
  kept(name) {
    return this.#window.storage[name] ?? null;
  }

  /** After this call, the browser of this visitor can't reach the API. */
  goOffline() {
    this.#isOffline = true;
    if (this.#window) this.#window.isOffline = true;
  }

  // Other operations

  /** Run a command of the site, for example `init-db`. It must succeed. */
  async run(...command) {
    const { code, output } = await this.server.run(...command);
    const expected = `the command ${command.join(' ')} to succeed`;
    expect(code === 0, failure(expected, `exit code ${code}`, output.trim()));
    return output;
  }

  /** Do something at the moment before the site writes to its database. */
  justBeforeSaving(action, during) {
    return this.server.hook(action, during);
  }

  /** The work of the database for a GET request. The first request doesn't count. */
  async queries(url) {
    (await this.get(url)).is(200);
    return await this.server.queries(async () => (await this.get(url)).is(200));
  }

  /** Fail if the site needs more queries than this for a GET request. */
  async needsAtMost(most, url) {
    const { statements } = await this.queries(url);
    const times = Map.groupBy(statements, (statement) => statement);
    const [[repeated, { length }] = ['', []]] = [...times].sort(
      ([, one], [, other]) => other.length - one.length,
    );
    const note =
      length > 1 ? `This query was sent ${length} times: ${shortened(repeated, 300)}` : '';
    expect(
      statements.length <= most,
      failure(`at most ${most} queries for ${url}`, statements.length, note),
    );
  }

  /** A line about a page that exists only in the test, so nobody looks for it on the site. */
  noteAbout(url) {
    const path = `${url.split(/[?#]/)[0]}/`;
    const longest = [...this.#made].sort((one, other) => other.length - one.length);
    const made = longest.find((part) => path.startsWith(`${part}/`));
    return made ? `${made} exists only in this test.` : '';
  }
}

/** The response to a request. */
export class Reply {
  #reason;
  #note;

  constructor(request, { status, headers, body }, reason, note) {
    this.request = request;
    this.status = status;
    this.headers = headers;
    this.text = body.toString();
    this.body = parsed(this.text);
    this.#reason = reason;
    this.#note = note;
  }

  /** The response has this status. */
  is(status) {
    this.#expectAnEndpoint(status);
    expect(this.status === status, this.insteadOf(`status ${status}`));
    return this;
  }

  /** The site rejects the request with this status, and with an error about `name`. */
  isRejected(status, name, message) {
    this.is(status);
    const messages = this.body?.errors?.[name];
    const isList = Array.isArray(messages) && messages.length > 0;
    expect(
      isList && messages.every((text) => text && typeof text === 'string'),
      this.insteadOf(`{"errors": {"${name}": ["…"]}}`),
    );
    expect(
      !message || messages.includes(message),
      this.insteadOf(`{"errors": {"${name}": ["${message}"]}}`),
    );
    return this;
  }

  /** The message of a failure: what the test expected from this request, and what it found. */
  insteadOf(expected) {
    const body =
      this.text && this.body !== undefined ? `Response body: ${shortened(this.text, 300)}` : '';
    return failure(
      `${expected} from ${this.request}`,
      `status ${this.status}`,
      body,
      this.#reason,
      this.#note,
    );
  }

  #expectAnEndpoint(status) {
    const isUnknown = this.status === 404 && (this.body?.errors?.url || this.body === undefined);
    const message = failure(`an endpoint for ${this.request}`, 'none (status 404)', this.#note);
    expect(status === 404 || !isUnknown, message);
  }
}

/** A response that goes on: a stream of server-sent events. */
class EventReply extends Reply {
  #received = '';

  constructor(request, { body, ...head }, note) {
    super(request, { ...head, body: '' }, '', note);
    body.setEncoding('utf8').on('data', (part) => (this.#received += part));
    body.on('error', () => {}); // the test closes the stream
  }

  /** The data of the next events, which are JSON. Waits until there are as many. */
  async events(count) {
    const end = Date.now() + EVENT_MS;
    while (this.#events().length < count && Date.now() < end) await pause(5);
    const found = this.#events();
    const expected = `${count} events with JSON from ${this.request}`;
    expect(found.length === count, failure(expected, shown(this.#received)));
    return found.map(({ data }) => parsed(data));
  }

  #events() {
    const blocks = this.#received.split(/\r?\n\r?\n/).slice(0, -1);
    const lines = blocks.map((block) => block.match(/^data:.*$/gm) ?? []);
    return lines
      .filter((data) => data.length > 0)
      .map((data) => ({ data: data.map((line) => line.replace(/^data: ?/, '')).join('\n') }));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
