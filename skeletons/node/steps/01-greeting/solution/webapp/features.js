/** The features of the site. */

import { greeting } from './greeting.js';

/** Add each feature to the application: import its view and add its path. */
export function addFeatures(app) {
  app.add('/greeting', greeting);

  // Your own lines go below this one.
}
