/** The link to the editor in the navigation bar. */

import { currentUser, needsAccount } from '../accounts/session.js';
import { put } from '../places.js';
import { navLink } from '../router.js';

needsAccount('/editor');
put('navigation', () => currentUser() && navLink('/editor', 'New Article'));
