const NO_EMAIL = 'anonymous'; // no user can have this e-mail, because it contains no @

/** @param {import('knex').Knex} knex */
export async function up(knex) {
  const hasRows = (await knex('articles').first()) ?? (await knex('comments').first());
  const author_id = hasRows ? await anonymousId(knex) : null;
  for (const name of ['articles', 'comments']) {
    await knex.schema.alterTable(name, (table) => {
      table.integer('author_id').index();
    });
    await knex(name).update({ author_id });
    await knex.schema.alterTable(name, (table) => {
      table.dropNullable('author_id');
      table.foreign('author_id').references('users.id');
    });
  }
}

/** @param {import('knex').Knex} knex */
export async function down(knex) {
  for (const name of ['articles', 'comments']) {
    await knex.schema.alterTable(name, (table) => {
      table.dropForeign('author_id');
    });
    await knex.schema.alterTable(name, (table) => {
      table.dropIndex('author_id');
      table.dropColumn('author_id');
    });
  }
}

/** The user who becomes the author of the old rows. Nobody can sign in as this user. */
async function anonymousId(knex) {
  const user = await knex('users').where({ email: NO_EMAIL }).first();
  if (user) return user.id;
  const taken = await knex('users').where('username', 'like', 'anonymous%').pluck('username');
  let username = 'anonymous';
  for (let number = 2; taken.includes(username); number += 1) username = `anonymous-${number}`;
  const values = { username, email: NO_EMAIL, password_hash: 'none' };
  const [{ id }] = await knex('users').insert(values).returning('id');
  return id;
}
