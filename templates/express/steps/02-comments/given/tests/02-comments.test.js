/** Readers can comment on articles and delete comments. */

import { test } from 'node:test';

import { expect, openSite, same } from './support/index.js';

const COMMENT = '.card:not(.comment-form) .card-block p';
const ERRORS = '.error-messages li';
const TRASH = '.mod-options button:has(.ion-trash-a)';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/;

/** The URL of the comments on an article. */
function commentsOf(slug) {
  return `/api/articles/${slug}/comments`;
}

/** The texts of the comments on an article, in the order of the API. */
async function texts(site, slug) {
  const reply = (await site.get(commentsOf(slug))).is(200);
  expect(Array.isArray(reply.body?.comments), reply.insteadOf('a list "comments"'));
  return reply.body.comments.map(({ body }) => body);
}

test('A new comment is returned with all its fields', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');

  const comment = await site.comment(slug, 'Mine came out flat.');

  same(comment.body, 'Mine came out flat.', 'the body of the new comment');
  expect(Number.isInteger(comment.id), `Expected a whole number as id. Found ${comment.id}.`);
  for (const name of ['createdAt', 'updatedAt']) {
    const found = comment[name];
    const example = '2026-11-03T18:05:09.012Z';
    expect(TIME.test(found), `Expected a time such as ${example} as ${name}. Found ${found}.`);
  }
});

test('A comment appears under its own article only', async () => {
  const site = await openSite();
  const bread = await site.publish('Bread');
  const soup = await site.publish('Soup');

  const comment = await site.comment(bread.slug, 'Mine came out flat.');

  const { body } = (await site.get(commentsOf(bread.slug))).is(200);
  same(body?.comments, [comment], `the comments from GET ${commentsOf(bread.slug)}`);
  same(await texts(site, soup.slug), [], `the comments from GET ${commentsOf(soup.slug)}`);
});

test('Comments are listed oldest first', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  const words = ['first', 'second', 'third'];
  for (const word of words) await site.comment(slug, word);

  same(await texts(site, slug), words, `the comments from GET ${commentsOf(slug)}`);
});

test('A blank comment is rejected', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  await site.comment(slug, 'Mine came out flat.');

  for (const body of ['', '  \n ', null, undefined]) {
    const reply = await site.post(commentsOf(slug), { comment: { body } });
    reply.isRejected(422, 'body', "can't be blank");
  }

  same(await texts(site, slug), ['Mine came out flat.'], 'the comments after the errors');
});

test('A body that is not a comment is rejected', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  await site.comment(slug, 'Mine came out flat.');

  (await site.post(commentsOf(slug), { comment: { body: 7 } })).isRejected(422, 'body');
  for (const body of ['{"comment": ', '{"comment": "text"}', '[]', 'null'])
    (await site.post(commentsOf(slug), body)).is(422);

  same(await texts(site, slug), ['Mine came out flat.'], 'the comments after the errors');
});

test('A comment that is too long is rejected', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  const longest = 'x'.repeat(5_000);
  await site.comment(slug, longest);

  const reply = await site.post(commentsOf(slug), { comment: { body: `${longest}x` } });

  reply.isRejected(422, 'body');
  same(await texts(site, slug), [longest], 'the comments after the error');
});

test('Deleting a comment keeps the other comments', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  await site.comment(slug, 'keep me');
  const { id } = await site.comment(slug, 'delete me');
  await site.get(`${commentsOf(slug)}/${id}`);
  same(await texts(site, slug), ['keep me', 'delete me'], 'the comments after a GET request');

  const reply = (await site.delete(`${commentsOf(slug)}/${id}`)).is(204);

  same(reply.text, '', 'the body of the response');
  same(await texts(site, slug), ['keep me'], 'the comments after the DELETE request');
});

test('A missing article or comment returns 404', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  const { id } = await site.comment(slug, 'Mine came out flat.');
  const missing = commentsOf('no-such-article');

  (await site.get(missing)).isRejected(404, 'article', 'not found');
  (await site.post(missing, { comment: { body: 'Hello?' } })).isRejected(
    404,
    'article',
    'not found',
  );
  (await site.delete(`${missing}/${id}`)).isRejected(404, 'article', 'not found');
  for (const wrong of [id + 1, 'x', `${id}x`, '9'.repeat(30)])
    (await site.delete(`${commentsOf(slug)}/${wrong}`)).isRejected(404, 'comment', 'not found');
  same(await texts(site, slug), ['Mine came out flat.'], 'the comments after the errors');
});

test('Deleting an article deletes its comments', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  const other = await site.publish('Soup');
  await site.comment(slug, 'an old remark');
  await site.comment(other.slug, 'Salty.');

  (await site.delete(`/api/articles/${slug}`)).is(204);

  const again = await site.publish('Bread');
  same(await texts(site, again.slug), [], 'the comments on a new article with the same title');
  same(await texts(site, other.slug), ['Salty.'], 'the comments on another article');
});

test("An article's page shows its comments", async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  for (const body of ['Mine came out flat.', 'Try more water.']) await site.comment(slug, body);

  const page = await site.open(`/article/${slug}`);

  page.lists(COMMENT, 'comments', ['Mine came out flat.', 'Try more water.']);
});

test('The comment form adds a comment to the page', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  const page = await site.open(`/article/${slug}`);
  const form = page.one('form.card.comment-form', 'a comment form');
  form.one('textarea[placeholder="Write a comment..."]', 'a text area');
  form.one('button', 'a submit button').hasText('Post Comment');

  await form.submit({ body: 'Try more water.' });

  page.lists(COMMENT, 'comments', ['Try more water.']);
  form.one('textarea', 'the text area').hasValue('');
  same(await texts(site, slug), ['Try more water.'], `the comments from GET ${commentsOf(slug)}`);
});

test('The comment form shows errors and keeps the text', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  const page = await site.open(`/article/${slug}`);
  const form = page.one('form.card.comment-form', 'a comment form');

  await form.submit({ body: '   ' });

  page.lists(ERRORS, 'error messages', ["body can't be blank"]);
  form.one('textarea', 'the text area').hasValue('   ');
  await form.submit({ body: 'Try more water.' });
  page.none(ERRORS, 'an error message');
  page.lists(COMMENT, 'comments', ['Try more water.']);
});

test('Each comment has a button that deletes it', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  for (const body of ['keep me', 'delete me']) await site.comment(slug, body);
  const page = await site.open(`/article/${slug}`);

  await page.card('delete me').one(TRASH, 'a delete button').click();

  page.lists(COMMENT, 'comments', ['keep me']);
  same(await texts(site, slug), ['keep me'], `the comments from GET ${commentsOf(slug)}`);
});

test('HTML in a comment is shown as text', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  const body = '<script>alert(1)</script> Nice <b>crust</b>.';
  await site.comment(slug, body);

  const page = await site.open(`/article/${slug}`);

  page.one(COMMENT, 'the comment').hasText(body);
  page.none('.card script, .card b', 'an element from the comment');
});

test('A comment of another article returns 404', async () => {
  const site = await openSite();
  const bread = await site.publish('Bread');
  const soup = await site.publish('Soup');
  const { id } = await site.comment(bread.slug, 'Mine came out flat.');

  const reply = await site.delete(`${commentsOf(soup.slug)}/${id}`);

  reply.isRejected(404, 'comment', 'not found');
  same(await texts(site, bread.slug), ['Mine came out flat.'], 'the comments after the error');
  (await site.delete(`${commentsOf(bread.slug)}/${id}`)).is(204);
});

test('A comment on an article being deleted returns 404', async () => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  await site.comment(slug, 'In time.');

  const reply = await site.justBeforeSaving(
    () => site.delete(`/api/articles/${slug}`),
    () => site.post(commentsOf(slug), { comment: { body: 'Too late.' } }),
  );

  reply.isRejected(404, 'article', 'not found');
});

test('A stream sends each new comment', async (t) => {
  const site = await openSite();
  const { slug } = await site.publish('Bread');
  const other = await site.publish('Soup');
  await site.comment(slug, 'before');
  const stream = await site.listen(t, `${commentsOf(slug)}/live`);
  stream.is(200);
  expect(
    stream.headers['content-type']?.startsWith('text/event-stream'),
    stream.insteadOf('the content type text/event-stream'),
  );

  await site.comment(other.slug, 'elsewhere');
  const first = await site.comment(slug, 'one\nand a half');
  const second = await site.comment(slug, 'two');

  same(await stream.events(2), [first, second], `the events from GET ${commentsOf(slug)}/live`);
  (await site.get(`${commentsOf('no-such-article')}/live`)).isRejected(404, 'article', 'not found');
});
