/** How a test fails: with a sentence that says what it expected, and what it found. */

import { AssertionError } from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';

/** Fail with this message, unless the fact is true. */
export function expect(fact, message) {
  if (!fact) throw new AssertionError({ message, stackStartFn: expect });
}

/** The message of a failure. More lines may follow, the last one with the HTML that the test looked for. */
export function failure(expected, found, ...more) {
  return [`Expected ${expected}. Found ${found}.`, ...more].filter(Boolean).join('\n');
}

/** Fail unless both values are the same. `what` names the first value. */
export function same(actual, expected, what) {
  if (isDeepStrictEqual(actual, expected)) return;
  const message = failure(`${what} to be ${shown(expected)}`, shown(actual));
  throw new AssertionError({ message, stackStartFn: same });
}

/** A value as JavaScript writes it. A long value is shortened. */
export function shown(value) {
  const text = inspect(value, { depth: 6, breakLength: Infinity, maxStringLength: 200 });
  return shortened(text.replace(/([[{,])\s+/g, '$1 ').replace(/\s+([\]}])/g, ' $1'), 600);
}

/** A text with at most this many characters, and without line breaks. */
export function shortened(text, most) {
  const line = text.slice(0, most).replaceAll('\n', ' ');
  return text.length > most ? `${line}… (${text.length} characters)` : line;
}

/** A CSS selector as HTML, for example `<form class="comment-form">`. */
export function asHtml(selector) {
  return selector
    .split(/,\s*(?![^()]*\))/)
    .map((part) => part.match(/(?:\[[^\]]*\]|\([^()]*\)|[^\s>[(])+/g).map(elementOf))
    .map((elements) => elements.join(' '))
    .join(' or ');
}

function elementOf(compound) {
  const choice = /^:is\((.*)\)$/.exec(compound);
  if (choice) return asHtml(choice[1]);
  const simple = compound.replace(/:[\w-]+\([^()]*\)/g, '');
  const names = simple.replace(/\[[^\]]*\]/g, '');
  const parts = [names.replace(/[.#:].*/, '') || '…'];
  for (const [, id] of names.matchAll(/#([\w-]+)/g)) parts.push(`id="${id}"`);
  const classes = [...names.matchAll(/\.([\w-]+)/g)].map(([, name]) => name);
  if (classes.length > 0) parts.push(`class="${classes.join(' ')}"`);
  const attributes = /\[([\w-]+)(?:(\^?)=(['"]?)(.*?)\3)?\]/g;
  for (const [, name, start, , value] of simple.matchAll(attributes))
    parts.push(`${name}="${value ?? ''}${value && !start ? '' : '…'}"`);
  const conditions = [...compound.matchAll(/:(has|not)\(([^()]*)\)/g)].map(
    ([, kind, inside]) => ` (${kind === 'has' ? 'with' : 'not'} ${asHtml(inside)})`,
  );
  return `<${parts.join(' ')}>${conditions.join('')}`;
}
