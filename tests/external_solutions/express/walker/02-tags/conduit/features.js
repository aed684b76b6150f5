/**
 * The parts of the API. Each is a function that is given the site, makes the tables that it needs, and gives
 * back a router. It is imported right where it is joined, so that each part is two lines in one place.
 */
export async function addFeatures(api, site) {
  const { articles } = await import('./articles.js');
  api.use('/articles', await articles(site));

  // Your own lines go below this one.
  const { discussion } = await import('./discussion/routes.js');
  api.use('/articles/:slug/comments', await discussion(site));
  const { labels } = await import('./labels/index.js');
  api.use('/tags', await labels(site));
}
