/** What index.html loads: starts the site in the browser. */

import { start } from './app.js';

start();
