/** Lists of articles: the home page, tags, drafts, and the lists on a profile. */

import { ask, offers, site } from './api.js';
import { date, element, errorList, sending } from './dom.js';
import { goTo } from './router.js';
import { currentUser } from './session.js';

const PAGE_SIZE = 10;

/** The home page, a tag's page, the feed or the drafts. */
export async function showList({ params, query, path }) {
  const isFeed = query.get('feed') === 'following';
  const isDrafts = path === '/drafts';
  const url = isDrafts ? '/drafts' : isFeed ? '/articles/feed' : '/articles';
  const filter = params.tag ? { tag: params.tag } : {};
  const [list, tags] = await Promise.all([articleList(url, filter, { path, query }), popularTags()]);
  const title = isDrafts ? 'Drafts' : params.tag ? `# ${params.tag}` : '';
  const banner = element(
    'header',
    { class: 'banner' },
    element(
      'div',
      { class: 'container' },
      element('h1', { class: 'logo-font' }, isDrafts ? 'Drafts' : site.title),
      element('p', {}, isDrafts ? 'Articles that are not published yet.' : 'A place to share what you know.'),
    ),
  );
  const about = `${site.author || 'Somebody'} writes ${site.title}. You can use Markdown in your articles.`;
  const content = element(
    'div',
    {},
    banner,
    element(
      'div',
      { class: 'container page home-page' },
      element('div', { class: 'feed' }, !isDrafts && feedTabs(params.tag, isFeed), list),
      element(
        'aside',
        { class: 'sidebar', 'aria-label': 'About this site' },
        element('section', { class: 'sidebar-box' }, element('h2', {}, 'About'), element('p', {}, about)),
        tags,
      ),
    ),
  );
  return { title, content };
}

function feedTabs(tag, isFeed) {
  const hasFeed = offers('GET /articles/feed') && currentUser();
  if (!tag && !hasFeed) return null;
  const tabs = [
    hasFeed && tab('/?feed=following', 'Your Feed', isFeed),
    tab('/', 'Global Feed', !tag && !isFeed),
    tag && tab(tagUrl(tag), `# ${tag}`, true),
  ];
  return tabList('feed-toggle', tabs);
}

/** A list of tabs. */
export function tabList(className, tabs) {
  const attributes = { class: className, role: 'navigation', 'aria-label': 'Lists of articles' };
  return element('div', attributes, element('ul', { class: 'nav nav-pills' }, tabs));
}

export function tab(url, label, isCurrent) {
  const attributes = { class: isCurrent ? 'nav-link active' : 'nav-link', 'aria-current': isCurrent && 'page' };
  return element('li', { class: 'nav-item' }, element('a', { ...attributes, href: url }, label));
}

/** The cards of a list and the links to its pages. If the API rejects the request, the messages. */
export async function articleList(url, filter, { path, query }) {
  const hasPages = offers(`GET ${url}`, 'limit');
  const page = Number(query.get('page') ?? 1);
  const limits = hasPages ? { limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE } : {};
  try {
    const { articles = [], articlesCount = 0 } = await ask('GET', `${url}?${new URLSearchParams({ ...filter, ...limits })}`);
    return [
      articles.map(card),
      articles.length === 0 && emptyList(url),
      hasPages && pageLinks(path, query, page, Math.ceil(articlesCount / PAGE_SIZE)),
    ];
  } catch (error) {
    if (!error.messages) throw error;
    return [errorList(error.messages)];
  }
}

function emptyList(url) {
  if (url !== '/articles/feed') return element('p', { class: 'empty' }, 'No articles are here... yet.');
  const link = element('a', { href: '/' }, 'Global Feed');
  return element('p', { class: 'empty-feed-message' }, 'Your feed is empty. Follow an author, or read the ', link, '.');
}

function pageLinks(path, query, current, last) {
  if (last < 2) return null;
  const items = [];
  for (let number = 1; number <= last; number += 1) {
    const isNear = Math.abs(number - current) <= 2 || number === 1 || number === last;
    if (!isNear && items.at(-1)?.textContent === '…') continue;
    const url = `${path}?${new URLSearchParams({ ...Object.fromEntries(query), page: number })}`;
    const isCurrent = number === current;
    const link = { class: 'page-link', href: url, 'aria-current': isCurrent && 'page' };
    const item = isNear ? element('a', link, `${number}`) : element('span', { class: 'page-link' }, '…');
    items.push(element('li', { class: isCurrent ? 'page-item active' : 'page-item' }, item));
  }
  return element('nav', { 'aria-label': 'Pages' }, element('ul', { class: 'pagination' }, items));
}

function card(article) {
  const link = element(
    'a',
    { class: 'preview-link', href: `/article/${article.slug}` },
    element('h1', {}, article.title),
    element('p', {}, article.description),
  );
  return element('article', { class: 'article-preview' }, articleMeta(article), link, tagList(article.tagList));
}

/** The line about an article: its author, its date and its favorites. */
export function articleMeta(article) {
  return element(
    'div',
    { class: 'article-meta' },
    article.author && [picture(article.author, 'author-img'), nameLink(article.author, 'author')],
    date(article.createdAt, 'date'),
    article.draft && element('span', { class: 'draft-label' }, 'Draft'),
    article.favoritesCount !== undefined && favoriteForm(article),
  );
}

function favoriteForm(article) {
  let current = article;
  const change = async (_values, form) => {
    if (!currentUser()) return goTo('/login');
    const url = `/articles/${current.slug}/favorite`;
    current = (await ask(current.favorited ? 'DELETE' : 'POST', url)).article;
    form.replaceChildren(favoriteButton(current));
    return form.querySelector('button').focus();
  };
  return element('form', { class: 'favorite', onsubmit: sending(change) }, favoriteButton(article));
}

function favoriteButton({ favorited, favoritesCount }) {
  return element(
    'button',
    { class: `btn btn-sm ${favorited ? 'btn-primary' : 'btn-outline-primary'}`, type: 'submit' },
    element('span', { 'aria-hidden': 'true' }, '♥'),
    ' ',
    element('span', { class: 'words' }, favorited ? 'Unfavorite Article' : 'Favorite Article'),
    ' ',
    element('span', { class: 'counter' }, `${favoritesCount}`),
  );
}

export const tagUrl = (tag) => `/tag/${encodeURIComponent(tag)}`;

/** The tags of an article as links, or null. */
export function tagList(tags = []) {
  if (tags.length === 0) return null;
  const link = (tag) => element('a', { class: 'tag-pill tag-default tag-outline', href: tagUrl(tag) }, tag);
  return element('ul', { class: 'tag-list', 'aria-label': 'Tags' }, tags.map((tag) => element('li', {}, link(tag))));
}

async function popularTags() {
  if (!offers('GET /tags')) return null;
  const { tags = [] } = await ask('GET', '/tags').catch(() => ({}));
  if (tags.length === 0) return null;
  const links = tags.map((tag) => element('a', { class: 'tag-pill tag-default', href: tagUrl(tag) }, tag));
  const list = element('div', { class: 'tag-list' }, links);
  return element('section', { class: 'sidebar-box' }, element('h2', {}, 'Popular Tags'), list);
}

/** The picture of a user. */
export function picture(user, className) {
  return element('img', { class: className, src: user.image || '/default-avatar.svg', alt: '' });
}

export const profileUrl = ({ username }) => `/profile/${encodeURIComponent(username)}`;

export function nameLink(user, className) {
  return element('a', { class: className, href: profileUrl(user) }, user.username);
}
