/** Markdown as elements of the page. HTML stays text, and URLs that could run code are left out. */

import { Lexer } from 'marked';

import { element } from './dom.js';

const SAFE_URL = /^(https?:|mailto:|\/(?!\/)|#)/i;
const ENTITIES = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  nbsp: '\u00a0',
  copy: '©',
  hellip: '…',
};

/** The elements of a text in Markdown. */
export function markdown(source) {
  return Lexer.lex(source, { gfm: true }).map(block);
}

function block(token) {
  switch (token.type) {
    case 'paragraph':
      return element('p', {}, inline(token));
    case 'heading': // the only h1 of the page is the title of the article
      return element(`h${Math.min(token.depth + 1, 6)}`, {}, inline(token));
    case 'blockquote':
      return element('blockquote', {}, token.tokens.map(block));
    case 'code':
      return element('pre', {}, element('code', {}, token.text));
    case 'list':
      return list(token);
    case 'table':
      return table(token);
    case 'hr':
      return element('hr');
    case 'html':
      return element('p', {}, token.text.trim());
    case 'text': // of a list item
      return token.tokens ? inline(token) : plain(token.text);
    default:
      return null;
  }
}

function list(token) {
  const items = token.items.map((item) => element('li', {}, item.tokens.map(block)));
  if (!token.ordered) return element('ul', {}, items);
  return element('ol', { start: token.start === 1 ? null : token.start }, items);
}

function table(token) {
  const row = (name, cells) =>
    element(
      'tr',
      {},
      cells.map((cell) => element(name, {}, inline(cell))),
    );
  return element(
    'table',
    {},
    element('thead', {}, row('th', token.header)),
    element(
      'tbody',
      {},
      token.rows.map((cells) => row('td', cells)),
    ),
  );
}

function inline({ tokens }) {
  return tokens.map((token) => {
    switch (token.type) {
      case 'strong':
      case 'em':
      case 'del':
        return element(token.type === 'del' ? 's' : token.type, {}, inline(token));
      case 'codespan':
        return element('code', {}, token.text);
      case 'br':
        return element('br');
      case 'link':
        return link(token);
      case 'image':
        return SAFE_URL.test(token.href)
          ? element('img', { src: token.href, alt: plain(token.text), title: token.title || null })
          : plain(token.text);
      case 'html':
        return token.text;
      default:
        return token.tokens ? inline(token) : plain(token.text);
    }
  });
}

function link(token) {
  if (!SAFE_URL.test(token.href)) return inline(token);
  return element('a', { href: token.href, title: token.title || null }, inline(token));
}

/** Text whose HTML entities are replaced. HTML has hundreds of entities, but people use few of them. */
function plain(text) {
  return text.replace(/&(#\d{1,6}|\w+);/g, (whole, name) => {
    if (name in ENTITIES) return ENTITIES[name];
    const number = Number(name.slice(1));
    return name.startsWith('#') && number > 0 && number < 0x110000
      ? String.fromCodePoint(number)
      : whole;
  });
}
