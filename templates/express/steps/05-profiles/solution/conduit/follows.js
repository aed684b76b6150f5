/** Who follows whom: a pair of accounts, in this order. */

import { marks } from './database.js';

export const TABLES = `
  CREATE TABLE IF NOT EXISTS follow (
    follower_id INTEGER NOT NULL REFERENCES account (id),
    followed_id INTEGER NOT NULL REFERENCES account (id),
    PRIMARY KEY (follower_id, followed_id)
  );
`;

/** From now on, the one follows the other. Where they do already, nothing changes. */
export async function follow(db, follower, followed) {
  const pair = [follower.id, followed.id];
  await db.run(
    'INSERT INTO follow (follower_id, followed_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
    pair,
  );
}

/** From now on, the one does not follow the other. */
export async function unfollow(db, follower, followed) {
  const pair = [follower.id, followed.id];
  await db.run('DELETE FROM follow WHERE follower_id = ? AND followed_id = ?', pair);
}

/** The numbers of those among these accounts whom somebody follows; nobody (undefined) follows anybody. */
export async function followedBy(db, follower, ids) {
  if (follower === undefined) return new Set();
  const sql = `SELECT followed_id FROM follow WHERE follower_id = ? AND followed_id IN ${marks(ids)}`;
  const rows = await db.all(sql, [follower.id, ...ids]);
  return new Set(rows.map((row) => row.followed_id));
}
