/** Places on the pages where a part of the site can add elements. */

const drawings = new Map();

/** Call `draw` for each page that has this place. The page shows the element that `draw` returns, or nothing for null. */
export function put(place, draw) {
  drawings.set(place, [...(drawings.get(place) ?? []), draw]);
}

/** The elements in a place. `about` says what the page shows, for example an article. */
export function fill(place, ...about) {
  return (drawings.get(place) ?? []).map((draw) => draw(...about));
}
