/**
 * A browser window, in the process of the site. It runs the front end of the site.
 *
 * happy-dom has the elements, the events and the storage of a browser, but it doesn't draw anything. The front end finds
 * the objects of a browser, such as `document`, as globals.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';

const APP = '../../public/app.js';
const GLOBALS = [
  'document',
  'location',
  'history',
  'localStorage',
  'FormData',
  'Event',
  'HTMLElement',
  'Node',
];
const CALM_TURNS = 3;
const LONGEST_MS = 3000;

/** A window of a visitor's browser. `send` sends a request to the site, as `Site.request` does. */
export class BrowserWindow {
  #send;
  #window;
  #open = 0; // requests without a response
  #changes = 0;
  isOffline = false;

  constructor(send) {
    this.#send = send;
  }

  /** Load a URL with the HTML of its page. `storage` is what localStorage contains. */
  async load(url, html, storage) {
    const { Window } = await import('happy-dom');
    const settings = {
      errorCapture: 'disabled',
      disableJavaScriptFileLoading: true,
      disableCSSFileLoading: true,
    };
    this.#window = new Window({ url: `http://localhost${url}`, settings });
    // The window doesn't load files: `start` below does what the script of the page does.
    this.#window.document.write(html.replace(/<link\b[^>]*>|<script\b[^]*?<\/script>/g, ''));
    for (const [name, value] of Object.entries(storage))
      this.#window.localStorage.setItem(name, value);
    this.#use();
    const { start } = await import(APP);
    await start();
    await this.#calm();
  }

  get document() {
    return this.#window.document;
  }

  /** The URL of the page, without the host. */
  get url() {
    const { pathname, search } = this.#window.location;
    return pathname + search;
  }

  /** What localStorage contains. */
  get storage() {
    return { ...this.#window.localStorage };
  }

  /** Click an element. */
  async click(element) {
    this.#use();
    element.click();
    await this.#calm();
  }

  /** Write a value into a field. */
  fill(field, value) {
    if (field.type === 'checkbox') field.checked = Boolean(value);
    else field.value = value;
  }

  /** Press a key in a field, for example Enter. */
  async press(field, key) {
    this.#use();
    const { KeyboardEvent } = this.#window;
    field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await this.#calm();
  }

  /** Let the front end find this window in its globals. */
  #use() {
    const globals = Object.fromEntries(GLOBALS.map((name) => [name, this.#window[name]]));
    const fetch = (url, options) => this.#fetch(url, options);
    for (const [name, value] of Object.entries({ ...globals, window: this.#window, fetch }))
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }

  async #fetch(url, { method = 'GET', headers = {}, body = '' } = {}) {
    this.#open += 1;
    this.#changes += 1;
    try {
      if (this.isOffline) throw new TypeError('The site is offline.');
      const plain = headers instanceof Headers ? Object.fromEntries(headers) : headers;
      const { pathname, search } = new URL(url, `http://localhost${this.url}`);
      const response = await this.#send(method, pathname + search, plain, Buffer.from(body));
      const isEmpty = [204, 205, 304].includes(response.status);
      return new Response(isEmpty ? null : response.body, {
        status: response.status,
        headers: response.headers,
      });
    } finally {
      this.#open -= 1;
    }
  }

  /** Wait until the page has no open request, and everything that waited for a response has happened. */
  async #calm() {
    const end = Date.now() + LONGEST_MS;
    for (let calm = 0; calm < CALM_TURNS;) {
      const before = this.#changes;
      await nextTurn();
      calm = this.#open > 0 || this.#changes !== before ? 0 : calm + 1;
      if (Date.now() > end) throw new Error(`The page ${this.url} sends requests without an end.`);
    }
  }
}
