/** The script of index.html. It starts the site in the browser. */

import { start } from './app.js';

start();
