/** The parts of the site in the browser. Each import adds one part. */

import './articles/actions.js';
import './articles/navigation.js';
import './pages/about.js';
import './comments/thread.js';
// Your own lines go below this one.
