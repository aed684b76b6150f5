/** The button that marks an article as a favorite, or no longer. */

import { element } from '../dom.js';

/** The button of an article, as the API tells it: {favorited, favoritesCount}. It sends the form in which it stands. */
export function favoriteButton({ favorited: isOn, favoritesCount: count }) {
  const colour = isOn ? 'btn-primary' : 'btn-outline-primary';
  const words = isOn ? 'Unfavorite' : 'Favorite';
  return element(
    'button',
    { class: `btn btn-sm ${colour}`, type: 'submit' },
    element('span', { 'aria-hidden': 'true' }, '♥ '),
    element('span', { class: 'words' }, `${words} `),
    element('span', { class: 'counter' }, count),
  );
}
