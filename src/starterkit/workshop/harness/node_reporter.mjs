/** The reporter that Node's test runner gets: it hands on how each test ended, to the one who asked for it first. */

let listener;
let isRead = false;

/** Be told each event from now on. Only the first who asks is. */
export function listen(told) {
  if (listener) throw new Error('Somebody listens already.');
  listener = told;
}

export default async function* reporter(events) {
  if (isRead) throw new Error('There is one report.');
  isRead = true;
  for await (const { type, data } of events) {
    if (data?.nesting === 0 && (type === 'test:pass' || type === 'test:fail'))
      listener?.(type, data);
  }
  yield '';
}
