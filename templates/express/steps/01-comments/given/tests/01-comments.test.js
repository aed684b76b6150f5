/** Readers can answer an article, and a comment can be taken down again. */

import { test } from 'node:test';

import { expect, made, openSite, same } from './support.js';

const COMMENT = '.card:not(.comment-form) .card-block p';

/** What the comments under an article say, in the order in which the API lists them. */
async function bodies(site, slug) {
  const { comments } = (await site.get(`/api/articles/${slug}/comments`)).is(200).body;
  expect(
    Array.isArray(comments),
    `Expected a list "comments" from GET /api/articles/${slug}/comments. Found none.`,
  );
  return comments.map((comment) => comment.body);
}

test('A comment appears under its article only', async (t) => {
  const site = await openSite(t);
  const bread = await site.publish('Bread');
  const soup = await site.publish('Soup');

  const comment = await site.comment(bread.slug, 'Mine came out flat.');

  same(comment.body, 'Mine came out flat.', 'the body of the comment');
  expect(
    Number.isInteger(comment.id),
    `Expected a whole number as id of a comment. Found ${comment.id}.`,
  );
  for (const name of ['createdAt', 'updatedAt']) {
    expect(
      /^\d{4}-.*\.\d+Z$/.test(comment[name]),
      `Expected a time in UTC as ${name} of a comment. Found ${comment[name]}.`,
    );
  }
  same(await bodies(site, bread.slug), ['Mine came out flat.'], 'the comments on Bread');
  same(await bodies(site, soup.slug), [], 'the comments on Soup');
});

test('Comments read from oldest to newest', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Bread');
  const words = ['first', 'second', 'third', 'and a fourth'];
  for (const word of words) await site.comment(slug, word);

  same(await bodies(site, slug), words, 'the comments in their order');
});

test('A comment without words is refused', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Bread');

  for (const body of ['', '  \n ', null, undefined]) {
    const answer = await site.post(`/api/articles/${slug}/comments`, { comment: { body } });
    answer.refuses(422, 'body', "can't be blank");
  }
  (await site.post(`/api/articles/${slug}/comments`, { comment: { body: 7 } })).refuses(
    422,
    'body',
  );
  (await site.post(`/api/articles/${slug}/comments`, '{"comment": ')).is(422);

  same(await bodies(site, slug), [], 'the comments after the errors');
});

test('A comment has at most 5000 characters', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Bread');

  await site.comment(slug, 'x'.repeat(5_000));
  const answer = await site.post(`/api/articles/${slug}/comments`, {
    comment: { body: 'y'.repeat(5_001) },
  });

  answer.refuses(422, 'body');
  same(await bodies(site, slug), ['x'.repeat(5_000)], 'the comments after the error');
});

test('A comment can be taken down', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Bread');
  await site.comment(slug, 'keep me');
  const { id } = await site.comment(slug, 'drop me');
  await site.get(`/api/articles/${slug}/comments/${id}`);
  same(await bodies(site, slug), ['keep me', 'drop me'], 'the comments after a GET');

  const answer = await site.delete(`/api/articles/${slug}/comments/${id}`);

  same(answer.is(204).text, '', 'the body of the response');
  same(await bodies(site, slug), ['keep me'], 'the comments after the deletion');
});

test('Deleting an article takes its comments along', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Bread');
  await site.comment(slug, 'an old remark');
  (await site.delete(`/api/articles/${slug}`)).is(204);

  const again = await site.publish('Bread');

  same(await bodies(site, again.slug), [], 'the comments on the new article');
  expect(
    !(await site.stored()).includes('an old remark'),
    'Expected no comment of the deleted article in the database. Found one.',
  );
});

test('A missing article has no comments', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Bread');
  const comment = { body: 'Hello?' };

  await site.comment(slug, 'Hello.');
  (await site.get('/api/articles/no-such/comments')).refuses(404, 'article', 'not found');
  (await site.post('/api/articles/no-such/comments', { comment })).refuses(
    404,
    'article',
    'not found',
  );
  (await site.delete('/api/articles/no-such/comments/1')).refuses(404, 'article', 'not found');
});

test('What is no comment of this article cannot be taken down', async (t) => {
  const site = await openSite(t);
  const bread = await site.publish('Bread');
  const soup = await site.publish('Soup');
  const { id } = await site.comment(bread.slug, 'Mine came out flat.');

  for (const wrong of [id + 1, 'x', `${id}x`, '-1', '9'.repeat(30), '%00']) {
    const answer = await site.delete(`/api/articles/${bread.slug}/comments/${wrong}`);
    answer.refuses(404, 'comment', 'not found');
  }
  (await site.delete(`/api/articles/${soup.slug}/comments/${id}`)).refuses(
    404,
    'comment',
    'not found',
  );
  same(await bodies(site, bread.slug), ['Mine came out flat.'], 'the comments on Bread');
  (await site.delete(`/api/articles/${bread.slug}/comments/${id}`)).is(204);
  (await site.delete(`/api/articles/${bread.slug}/comments/${id}`)).refuses(
    404,
    'comment',
    'not found',
  );
});

test('An article that is deleted at this moment takes no comment', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Bread');
  await site.comment(slug, 'In time.');

  const deletion = () => site.delete(`/api/articles/${slug}`);
  const comment = { body: 'Too late.' };
  const answer = await site.justBeforeSaving(deletion, () =>
    site.post(`/api/articles/${slug}/comments`, { comment }),
  );

  answer.refuses(404, 'article', 'not found');
});

test('A comment stands in a card of its own', async () => {
  const { commentCard } = await import('../public/comments/card.js');
  const words = '<script>alert(1)</script> Nice <b>crust</b>.';
  const comment = { id: 7, body: words, createdAt: '2026-11-03T10:00:00.000Z' };
  let removed = 0;

  const box = await made(
    () => commentCard(comment, () => (removed += 1)),
    'the result of commentCard',
  );

  const card = box.one('.card', 'a card');
  card.one('.card-block p', 'a paragraph with the text').says(words);
  card.none('script, b', 'an element from the comment');
  card.one('.mod-options .ion-trash-a', 'a trash icon');
  const button = card.one('.mod-options button:has(.ion-trash-a)', 'a button that holds the sign');
  same(removed, 0, 'the number of calls of remove before a press');
  button.node.click();
  same(removed, 1, 'the number of calls of remove after one press');
});

test('The page of an article has its comments and a form for the next', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Bread');
  await site.comment(slug, 'Mine came out flat.');

  const page = await site.open(`/article/${slug}`);
  same(page.texts(COMMENT), ['Mine came out flat.'], 'the comments on the page');
  const form = page.one('form.card.comment-form', 'a comment form');
  form.one('textarea[placeholder="Write a comment..."]', 'a text area');
  form.one('button', 'a button').says('Post Comment');

  await form.submit({ body: '   ' });
  same(page.texts('.error-messages li'), ["body can't be blank"], 'the messages on the page');
  await form.submit({ body: 'Try more water.' });
  same(page.texts(COMMENT), ['Mine came out flat.', 'Try more water.'], 'the comments on the page');
  same(form.one('textarea', 'a text area').node.value, '', 'the text area after posting');
  page.none('.error-messages', 'an error message');
});

test('Pressing the sign on a comment takes it down', async (t) => {
  const site = await openSite(t);
  const { slug } = await site.publish('Bread');
  for (const body of ['keep me', 'drop me']) await site.comment(slug, body);

  const page = await site.open(`/article/${slug}`);
  await page.card('drop me').one('.ion-trash-a', 'a trash icon').press();

  same(page.texts(COMMENT), ['keep me'], 'the comments on the page');
  same(await bodies(site, slug), ['keep me'], 'the comments in the API');
  site.loseTheSite();
  await page.card('keep me').one('.ion-trash-a', 'a trash icon').press();
  page.one('.error-messages li', 'an error message');
  same(page.texts(COMMENT), ['keep me'], 'the comments on the page without a server');
});
