/** The button that marks an article as a favorite, or no longer. */

import { element } from '../dom.js';

/** The button of an article, as the API tells it: {favorited, favoritesCount}. It sends the form in which it stands. */
export function favoriteButton(article) {
  const looks = article.favorited ? 'btn-primary' : 'btn-outline-primary';
  return element(
    'button',
    { class: `btn btn-sm ${looks}`, type: 'submit' },
    element('span', { 'aria-hidden': 'true' }, '♥'),
    ' ',
    element(
      'span',
      { class: 'words' },
      article.favorited ? 'Unfavorite Article' : 'Favorite Article',
    ),
    ' ',
    element('span', { class: 'counter' }, `${article.favoritesCount}`),
  );
}
