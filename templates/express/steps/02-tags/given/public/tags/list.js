/** The tags of an article, as links. */

/** The address of the page of a tag, whatever signs the tag holds. */
export function tagAddress(tag) {
  // TODO: lessons/02-tags.md tells which.
  return '/';
}

/** A list of links, one for each of these tags; null where there are none. */
export function tagList(tags) {
  // TODO: lessons/02-tags.md tells what it looks like.
  return null;
}
