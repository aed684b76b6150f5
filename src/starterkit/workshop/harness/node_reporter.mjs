/** The reporter for Node's test runner: it passes the outcome of each test to the first listener. */

let listener;
let isRead = false;

/** Get each outcome from now on. There is one listener. */
export function listen(told) {
  if (listener) throw new Error('There is one listener.');
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
