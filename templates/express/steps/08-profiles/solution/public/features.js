/** The parts of the site in the browser. Each import adds one part. */

import './articles/actions.js';
import './articles/navigation.js';
import './pages/about.js';
import './comments/thread.js';
import './tags/tags.js';
import './drafts/drafts.js';
import './accounts/accounts.js';
import './accounts/settings.js';
import './authors/author.js';
import './profiles/articles.js';
import './profiles/follow.js';
// Your own lines go below this one.
