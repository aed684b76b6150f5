/** The button that favorites or unfavorites an article. */

import { element } from '../dom.js';

/** The button of an article: {favorited, favoritesCount}. It submits the form that contains it. */
export function favoriteButton(article) {
  const style = article.favorited ? 'btn-primary' : 'btn-outline-primary';
  const label = article.favorited ? 'Unfavorite' : 'Favorite';
  return element(
    'button',
    { class: `btn btn-sm ${style}`, type: 'submit' },
    element('span', { 'aria-hidden': 'true' }, '♥'),
    element('span', { class: 'words' }, ` ${label} `),
    element('span', { class: 'counter' }, `${article.favoritesCount}`),
  );
}
