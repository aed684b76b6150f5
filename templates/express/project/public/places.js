/** Places on the pages where a part of the site may put something: docs/contract.md lists them. */

const drawings = new Map();

/** Have `draw` called whenever a page has this place; what it gives back (an element, or null) is shown there. */
export function put(place, draw) {
  drawings.set(place, [...(drawings.get(place) ?? []), draw]);
}

/** What belongs into a place; the parts are told what the page is about. */
export function fill(place, ...about) {
  return (drawings.get(place) ?? []).map((draw) => draw(...about));
}
