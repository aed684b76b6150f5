/** The link to the editor in the navigation bar. */

import { put } from '../places.js';
import { navLink } from '../router.js';

put('navigation', () => navLink('/editor', 'New Article'));
