/** The features of the site. */

/** Add each feature to the application: import its view and add its path. */
export function addFeatures(app) {
  // Your own lines go below this one.
}
