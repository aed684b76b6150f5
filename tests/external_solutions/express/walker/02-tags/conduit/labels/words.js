/** Which words may label an article. */

const MOST = 20;
const LONGEST = 50;
const byAlphabet = new Intl.Collator('en').compare;

export const sorted = (words) => [...words].sort(byAlphabet);

/** The words that a client sent under `name`, each tidy and once; undefined where nothing was sent. */
export function wordsSent(fields, name) {
  if (!fields.has(name)) return undefined;
  const sent = fields.raw(name);
  if (!Array.isArray(sent) || sent.some((word) => typeof word !== 'string')) {
    fields.refuse(name, 'must be a list of texts');
    return undefined;
  }
  const tidy = sent.map((word) => word.replaceAll('\0', '').split(/\s+/).filter(Boolean).join(' '));
  const words = [...new Set(tidy)].filter((word) => word !== '');
  if (words.length > MOST) fields.refuse(name, `has more than ${MOST} tags`);
  if (words.some((word) => word.length > LONGEST)) {
    fields.refuse(name, `has a tag of more than ${LONGEST} characters`);
  }
  if (words.some((word) => ['.', '..'].includes(word))) {
    fields.refuse(name, 'has a tag that no address can hold');
  }
  return words;
}
