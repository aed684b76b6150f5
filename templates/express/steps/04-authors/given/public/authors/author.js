/** Who wrote an article, on its card and on its page: the picture and the name, which leads to their profile. */

import { picture, profileAddress } from '../accounts/people.js';
import { element } from '../dom.js';
import { put } from '../places.js';

put('before-date', ({ author }) => {
  if (!author) return null;
  const name = element('a', { class: 'author', href: profileAddress(author) }, author.username);
  return [picture(author, 'author-img'), name];
});
