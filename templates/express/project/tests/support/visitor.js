/** The visitor in most tests. Step 07 replaces this file: then the visitor is signed in. */

import { Visitor } from './site.js';

/** The visitor in most tests: somebody who isn't signed in. */
export function firstVisitor(server) {
  return new Visitor(server);
}
