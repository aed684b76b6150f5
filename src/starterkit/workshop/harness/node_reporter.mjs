/** A reporter for Node's test runner. It passes the outcome of each test to the one listener. */

let listener;
let isRead = false;

/** Set the listener, which gets each later outcome. */
export function listen(onOutcome) {
  if (listener) throw new Error('There is one listener.');
  listener = onOutcome;
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
