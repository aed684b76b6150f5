/** The people of the site: finding them, and telling who is behind a request. */

import { isDuplicate, marks } from '../database.js';
import { Refusal, notFound } from '../errors.js';
import { Follows } from './follows.js';
import { Tokens } from './tokens.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS person (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    seal TEXT NOT NULL,
    bio TEXT,
    image TEXT
  );
`;

export class Directory {
  #db;
  #tokens;
  #asking = new WeakMap();

  static async open({ db, settings }) {
    await db.exec(SCHEMA);
    const follows = new Follows(db);
    await follows.prepare();
    return new Directory(db, new Tokens(settings.secret), follows);
  }

  constructor(db, tokens, follows) {
    this.follows = follows;
    this.#db = db;
    this.#tokens = tokens;
  }

  /** Who asks: a row, or null for somebody without a token. A false token is refused. */
  whoAsks(request) {
    if (!this.#asking.has(request)) this.#asking.set(request, this.#identify(request));
    return this.#asking.get(request);
  }

  /** Who asks; whoever has no token is refused. */
  async mustKnow(request) {
    const person = await this.whoAsks(request);
    if (person === null) throw new Refusal(401, { token: ['is missing'] });
    return person;
  }

  /** Middleware: reading is for everyone, all else for people with an account. */
  gate = async (request, response, next) => {
    await (['GET', 'HEAD'].includes(request.method)
      ? this.whoAsks(request)
      : this.mustKnow(request));
    next();
  };

  async #identify(request) {
    const header = request.get('Authorization');
    if (header === undefined) return null;
    const token = /^Token (\S+)$/.exec(header)?.[1];
    const id = token === undefined ? null : await this.#tokens.read(token);
    const person = id === null ? undefined : await this.by('id', id);
    if (!person) throw new Refusal(401, { token: ['is invalid'] });
    return person;
  }

  /** The person with this value in a column; undefined where there is none. */
  by(column, value) {
    return this.#db.get(`SELECT * FROM person WHERE ${column} = ?`, [value]);
  }

  /** The people with these numbers, as a map from number to the profile that the asking one sees. */
  async profiles(request, ids) {
    const wanted = [...new Set(ids)];
    const sql = `SELECT * FROM person WHERE id IN ${marks(wanted)}`;
    const rows = await this.#db.all(sql, wanted);
    return await this.#seenBy(request, rows);
  }

  async named(username) {
    const person = await this.by('username', username);
    if (!person) throw notFound('profile');
    return person;
  }

  async add(person) {
    const columns = Object.keys(person);
    const sql = `INSERT INTO person (${columns}) VALUES (${columns.map(() => '?')}) RETURNING *`;
    return await this.#unlessTaken(person, 0, () => this.#db.get(sql, Object.values(person)));
  }

  async change(id, changes) {
    const columns = Object.keys(changes);
    if (columns.length > 0) {
      const sql = `UPDATE person SET ${columns.map((name) => `${name} = ?`)} WHERE id = ?`;
      await this.#unlessTaken(changes, id, () =>
        this.#db.run(sql, [...Object.values(changes), id]),
      );
    }
    return await this.by('id', id);
  }

  async #unlessTaken(wanted, id, save) {
    try {
      return await save();
    } catch (problem) {
      if (!isDuplicate(problem)) throw problem;
      const taken = {};
      for (const column of ['username', 'email']) {
        const holder = column in wanted && (await this.by(column, wanted[column]));
        if (holder && holder.id !== id) taken[column] = ['has already been taken'];
      }
      throw new Refusal(409, taken);
    }
  }

  async userView({ id, username, email, bio, image }) {
    return { username, email, bio, image, token: await this.#tokens.issue(id) };
  }

  async profile(request, person) {
    const seen = await this.#seenBy(request, [person]);
    return seen.get(person.id);
  }

  async #seenBy(request, people) {
    const ids = people.map(({ id }) => id);
    const followed = await this.follows.among(await this.whoAsks(request), ids);
    const view = ({ id, username, bio, image }) => {
      return { username, bio, image, following: followed.has(id) };
    };
    return new Map(people.map((person) => [person.id, view(person)]));
  }
}
