/** The tags of an article, as links. */

/** The URL of the page of a tag. A tag can contain any character. */
export function tagUrl(tag) {
  // TODO: lessons/03-tags.md describes the URL.
  return '/';
}

/** A list of links, one for each tag, or null if there are no tags. */
export function tagList(tags) {
  // TODO: lessons/03-tags.md describes the list.
  return null;
}
