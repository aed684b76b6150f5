/** The site has an About page. */

import { test } from 'node:test';

import { expect, openSite, same, startSite } from './support/index.js';

test('The API returns the contact e-mail', async () => {
  const site = await openSite();

  const reply = (await site.get('/api/about')).is(200);

  const isObject = typeof reply.body?.about === 'object';
  expect(isObject, reply.insteadOf('{"about": {"contactEmail": "…"}}'));
  same(reply.body.about.contactEmail, 'hello@example.org', 'contactEmail from GET /api/about');
});

test('The contact e-mail comes from the settings', async (t) => {
  const site = await startSite(t, { contactEmail: 'ada@example.com' });

  const { body } = (await site.get('/api/about')).is(200);

  same(body?.about?.contactEmail, 'ada@example.com', 'contactEmail with another setting');
});

test('The About page has a heading', async () => {
  const site = await openSite();

  const page = await site.open('/about');

  page.one('h1', 'a heading').hasText('About');
});

test('The About page has the layout of the site', async () => {
  const site = await openSite();

  const page = await site.open('/about');

  page.one('nav.navbar a.navbar-brand', 'the navigation bar').linksTo('/');
  page.one('main h1', 'the heading in the main part').hasText('About');
  page.one('title', 'a title for the browser tab').contains('About');
});

test('The navigation bar links to the About page', async () => {
  const site = await openSite();

  for (const url of ['/', '/editor', '/about']) {
    const page = await site.open(url);
    page.hasLink('nav.navbar a.nav-link', 'About', '/about');
  }
});

test('The About page shows the contact e-mail', async (t) => {
  const site = await openSite();
  const other = await startSite(t, { contactEmail: 'ada@example.com' });

  (await site.open('/about')).one('main', 'the main part').contains('hello@example.org');
  (await other.open('/about')).one('main', 'the main part').contains('ada@example.com');
});

test('HTML in the contact e-mail is shown as text', async (t) => {
  const site = await startSite(t, { contactEmail: 'Ada <b>@example.com' });

  const page = await site.open('/about');

  page.one('main', 'the main part').contains('Ada <b>@example.com');
  page.none('main b', 'a bold element');
});
