/**
 * The parts of the API. Each is a function that is given the site, makes the tables that it needs, and gives
 * back a router. It is imported right where it is joined, so that each part is two lines in one place.
 */
export async function addFeatures(api, site) {
  const { articles } = await import('./articles.js');
  api.use('/articles', await articles(site));

  const { comments } = await import('./comments.js');
  api.use('/articles/:slug/comments', await comments(site));

  const { tags } = await import('./tags.js');
  api.use('/tags', await tags(site));

  const { accounts } = await import('./accounts.js');
  api.use(await accounts(site));

  const { profiles } = await import('./profiles.js');
  api.use('/profiles', await profiles(site));

  const { favorites } = await import('./favorites.js');
  api.use('/articles/:slug/favorite', await favorites(site));

  // Your own lines go below this one.
}
