/** The site with the faults of faults.js, instead of conduit/app.js. */

import { createApp as createSite } from '../conduit/app.js';
import { withFaults } from './faults.js';

export * from '../conduit/app.js';

/** Create the site, with the active fault. */
export function createApp(...settings) {
  return withFaults(createSite(...settings));
}
