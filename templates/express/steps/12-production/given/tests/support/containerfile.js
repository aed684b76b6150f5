/** The Containerfile of the project, as a list of instructions. */

import { existsSync, readFileSync } from 'node:fs';

const PROJECT = new URL('../../', import.meta.url);

/** The name of the file. Docker's own name is accepted, too. */
export const NAME = existsSync(new URL('Dockerfile', PROJECT)) ? 'Dockerfile' : 'Containerfile';

/** The instructions in their order, for example `{name: 'USER', text: 'node'}`. There are none without the file. */
export function instructions() {
  const file = new URL(NAME, PROJECT);
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8').replace(/^\s*#.*\n/gm, '');
  const lines = text.replace(/\\\r?\n/g, ' ').split(/\r?\n/);
  return lines
    .map((line) => /^\s*(\w+)\s+(.*)$/.exec(line))
    .filter(Boolean)
    .map(([, name, rest]) => ({ name: name.toUpperCase(), text: rest.trim() }));
}

/** The base images of all stages. A stage that continues an earlier stage has none. */
export function baseImages() {
  const names = new Set();
  const images = [];
  for (const { text } of instructions().filter(({ name }) => name === 'FROM')) {
    const [image, , stage] = text.split(/\s+/).filter((word) => !word.startsWith('--'));
    if (!names.has(image)) images.push(image);
    if (stage) names.add(stage);
  }
  return images;
}

/** The instructions of the last stage, which becomes the image. */
export function lastStage() {
  const all = instructions();
  return all.slice(all.findLastIndex(({ name }) => name === 'FROM') + 1);
}

/** The files and folders of the project that are copied into an image. */
export function copied() {
  const copies = instructions().filter(
    ({ name, text }) => ['COPY', 'ADD'].includes(name) && !/--from=/.test(text),
  );
  return copies.flatMap(({ text }) => wordsOf(text.replace(/--\S+\s+/g, '')).slice(0, -1));
}

/** The words of the command that the container runs. */
export function startCommand() {
  const last = (kind) => lastStage().findLast(({ name }) => name === kind)?.text ?? '';
  return [...wordsOf(last('ENTRYPOINT')), ...wordsOf(last('CMD'))];
}

function wordsOf(text) {
  if (text.startsWith('[')) return JSON.parse(text);
  return text ? text.split(/\s+/) : [];
}
