/** The author of an article, on its card and on its page: the picture, and a link to the profile. */

import { element } from '../dom.js';
import { put } from '../places.js';
import { picture, profileUrl } from '../profiles/people.js';

put('before-date', ({ author }) => {
  if (!author) return null;
  const link = element('a', { class: 'author', href: profileUrl(author) }, author.username);
  return [picture(author, 'author-img'), link];
});
