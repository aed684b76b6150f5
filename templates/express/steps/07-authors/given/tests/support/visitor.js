/** The visitor in most tests: a signed-in user. */

import { Visitor } from './site.js';

/** The visitor in most tests. */
export async function firstVisitor(server) {
  return await new Visitor(server).register('someone');
}
