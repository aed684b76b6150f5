/** The parts of the site in the browser, one import each; docs/contract.md tells what a part can do. */

import './articles/actions.js';
import './articles/navigation.js';
// Your own lines go below this one.
import './comments/thread.js';
import './tags/tags.js';
import './accounts/accounts.js';
import './authors/author.js';
import './favorites/favorites.js';
import './profiles/articles.js';
import './profiles/follow.js';
