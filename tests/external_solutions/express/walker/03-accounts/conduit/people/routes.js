/** The addresses of accounts and profiles. */

import { Router } from 'express';

import { Refusal } from '../errors.js';
import { fieldsOf } from '../fields.js';
import { Directory } from './directory.js';
import * as form from './forms.js';
import { fits, sealed } from './passwords.js';

export async function people(site) {
  const cost = site.settings.passwordCost;
  const directory = await Directory.open(site);
  site.directory = directory;

  const tell = async (response, person, status = 200) =>
    response.status(status).json({ user: await directory.userView(person) });

  async function signUp(request, response) {
    const fields = fieldsOf(request, 'user');
    const [username, email, words] = [
      form.username(fields),
      form.email(fields),
      form.password(fields),
    ];
    fields.check();
    const person = { username, email, seal: await sealed(words, cost) };
    await tell(response, await directory.add(person), 201);
  }

  async function signIn(request, response) {
    const fields = fieldsOf(request, 'user');
    const email = fields.line('email', {}).toLowerCase();
    const words = form.password(fields, false);
    fields.check();
    const person = await directory.by('email', email);
    if (!(await fits(words, person?.seal, cost))) {
      throw new Refusal(401, { credentials: ['invalid'] });
    }
    await tell(response, person);
  }

  async function change(request, response) {
    const { id } = await directory.mustKnow(request);
    const fields = fieldsOf(request, 'user');
    const changes = {};
    for (const name of ['username', 'email', 'bio', 'image']) {
      if (fields.has(name)) changes[name] = form[name](fields);
    }
    const words = fields.has('password') ? form.password(fields) : undefined;
    fields.check();
    if (words !== undefined) changes.seal = await sealed(words, cost);
    await tell(response, await directory.change(id, changes));
  }

  return Router()
    .post('/users', signUp)
    .post('/users/login', signIn)
    .get('/user', async (request, response) => tell(response, await directory.mustKnow(request)))
    .put('/user', change)
    .get('/profiles/:name', async (request, response) => {
      await directory.whoAsks(request);
      const person = await directory.named(request.params.name);
      response.json({ profile: directory.profileView(person) });
    });
}
