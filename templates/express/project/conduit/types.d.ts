/** Types for the editor and for `npm run types`. They do nothing when the site runs. */

import type { Knex } from 'knex';

import type { Settings } from './settings.js';

declare global {
  namespace Express {
    /** What every request finds in `request.app.locals`. */
    interface Locals {
      db: Knex;
      settings: Settings;
    }

    interface Request {
      /** The signed-in user, a row of the table `users`. It exists from step 05. */
      user?: any;
    }
  }
}
