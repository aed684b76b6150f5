/** The pages of the site, as a visitor sees them in a browser. */

import { asHtml, expect, failure, shortened } from './results.js';

/** A page, or an element on a page. */
export class Part {
  #page;
  #where;
  #selector;

  constructor(node, where, page, selector = '') {
    this.node = node;
    this.#where = where; // "on /article/bread", "in the title on /article/bread"
    this.#page = page;
    this.#selector = selector;
  }

  /** The page that the part is on. */
  get page() {
    return this.#page ?? this;
  }

  get where() {
    return this.#where;
  }

  // Elements in it

  /** The only element that the selector matches. */
  one(selector, what) {
    const parts = this.some(selector, what);
    expect(parts.length === 1, this.failure(`${what} once`, parts.length, selector));
    return parts[0];
  }

  /** All elements that the selector matches. There must be at least one. */
  some(selector, what) {
    const nodes = [...this.node.querySelectorAll(selector)];
    expect(nodes.length > 0, this.failure(what, 'none', selector));
    return nodes.map((node) => new Part(node, `in ${what} ${this.where}`, this.page, selector));
  }

  /** The selector matches nothing. */
  none(selector, what) {
    const { length } = this.node.querySelectorAll(selector);
    expect(length === 0, this.failure(`not to find ${what}`, length, selector));
  }

  /** The only card (of an article or a comment) that contains this text. */
  card(text) {
    const selector = '.article-preview, .card';
    const nodes = [...this.node.querySelectorAll(selector)].filter((node) =>
      textOf(node).includes(text),
    );
    expect(
      nodes.length === 1,
      this.failure(`one card with "${text}"`, nodes.length || 'none', selector),
    );
    return new Part(nodes[0], `in the card "${text}" ${this.where}`, this.page);
  }

  /** The texts of all elements that the selector matches, in the order of the page. */
  texts(selector) {
    return [...this.node.querySelectorAll(selector)].map(textOf);
  }

  /** The elements that the selector matches have these texts, in this order. */
  lists(selector, what, expected) {
    const found = this.texts(selector);
    const isSame =
      found.length === expected.length && found.every((text, index) => text === expected[index]);
    const most = found.length === expected.length ? 12 : 4;
    const wanted =
      expected.length > 0
        ? `these ${what} ${this.where}: ${listed(expected, most)}`
        : `no ${what} ${this.where}`;
    expect(isSame, this.#failure(wanted, listed(found, most), selector));
  }

  /** A link that the selector matches has this text and leads to this URL. */
  hasLink(selector, text, url) {
    const links = [...this.node.querySelectorAll(selector)].map((node) => [
      textOf(node),
      decoded(node.getAttribute('href')),
    ]);
    const found = links.map(([name, target]) => `${name} to ${target}`).join(', ') || 'none';
    const isThere = links.some(([name, target]) => name === text && target === url);
    expect(isThere, this.failure(`a link ${text} to ${url}`, found, selector));
  }

  // The element

  /** Its text, with single spaces. */
  get text() {
    return textOf(this.node);
  }

  /** The value of an attribute. It is null if the attribute is missing. */
  attribute(name) {
    return this.node.getAttribute(name);
  }

  /** This is its whole text. */
  hasText(text) {
    expect(this.text === text, this.failure(`the text ${quoted(text)}`, quoted(this.text)));
    return this;
  }

  /** Its text contains this text. */
  contains(text) {
    expect(this.text.includes(text), this.failure(quoted(text), quoted(this.text)));
    return this;
  }

  /** The attribute has this value. */
  has(name, value) {
    const found = this.attribute(name);
    expect(found === value, this.failure(`${name}="${value}"`, quoted(found)));
    return this;
  }

  /** The value of the attribute contains this text. */
  hasIn(name, text) {
    const found = this.attribute(name);
    expect(found?.includes(text), this.failure(`${name}="…${text}…"`, quoted(found)));
    return this;
  }

  /** It is a link to this URL. */
  linksTo(url) {
    const found = decoded(this.attribute('href'));
    expect(found === url, this.failure(`a link to ${url}`, found));
    return this;
  }

  /** The field has this value. */
  hasValue(value) {
    expect(
      this.node.value === value,
      this.failure(`the value ${quoted(value)}`, quoted(this.node.value)),
    );
    return this;
  }

  // What the visitor does

  /** Click it, and wait until the page has changed. */
  async click() {
    await this.page.window.click(this.node);
  }

  /** Type a text into the field, and then a key, for example Enter. */
  async type(text, key) {
    await this.page.window.fill(this.node, text);
    await this.page.window.press(this.node, key);
  }

  /** Fill in these fields of the form, and click its button. */
  async submit(fields = {}) {
    for (const [name, value] of Object.entries(fields))
      await this.page.window.fill(this.one(`[name="${name}"]`, `the field ${name}`).node, value);
    await this.one('button[type=submit], button:not([type])', 'a submit button').click();
  }

  /** The message of a failure: what the test expected here, and what it found. */
  failure(expected, found, selector = '') {
    return this.#failure(`${expected} ${this.where}`, found, selector || this.#selector);
  }

  #failure(expected, found, selector) {
    return failure(
      expected,
      found,
      this.page.note,
      selector ? `Looked for: ${asHtml(selector)}` : '',
    );
  }
}

/** A whole page, in a window of a visitor's browser. */
export class Page extends Part {
  #noteAbout;

  constructor(window, noteAbout) {
    super(undefined, '', undefined);
    this.window = window;
    this.#noteAbout = noteAbout;
    delete this.node;
    Object.defineProperty(this, 'node', { get: () => window.document });
  }

  get where() {
    return `on ${decoded(this.window.url)}`;
  }

  /** A line about a page that exists only in the test. */
  get note() {
    return this.#noteAbout(this.window.url);
  }

  /** The browser shows the page at this URL. */
  isAt(url) {
    const { url: found } = this.window;
    expect(
      decoded(found) === url,
      failure(`the browser on ${url}`, `it on ${decoded(found)}`, this.note),
    );
  }
}

function textOf(node) {
  return (node.body ?? node).textContent.replace(/\s+/g, ' ').trim();
}

/** A URL as a person reads it. */
function decoded(url) {
  try {
    return decodeURIComponent(url ?? 'nowhere');
  } catch {
    return url;
  }
}

function quoted(text) {
  return text ? `"${shortened(text, 100)}"` : 'nothing';
}

function listed(texts, most) {
  const more = texts.length > most ? `, … (${texts.length} in all)` : '';
  return (
    texts
      .slice(0, most)
      .map((text) => `"${shortened(text, 60)}"`)
      .join(', ') + more || 'none'
  );
}
