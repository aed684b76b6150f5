"""Users favorite articles, and no list sends a query for each article."""

from tests.support.api import Object, Site, comments_of, url_of


def favorite(site: Site, article: Object) -> Object:
    """Favorite an article. Return the article in the response."""
    __tracebackhide__ = True
    return site.post(f"{url_of(article)}/favorite").gives("article")


def unfavorite(site: Site, article: Object) -> Object:
    """Unfavorite an article. Return the article in the response."""
    __tracebackhide__ = True
    return site.delete(f"{url_of(article)}/favorite").gives("article")


def has_state(site: Site, article: Object, favorited: bool, count: int) -> None:
    """The article says whether the client has favorited it, and how many users have."""
    __tracebackhide__ = True
    for found in (site.read(article), site.listed(article)):
        found.has(favorited=favorited, favoritesCount=count)


def test_article_has_a_number_of_favorites(site: Site) -> None:
    """Each article has a number of favorites, which is 0 at first."""
    moss = site.publish("Moss")

    moss.has(favorited=False, favoritesCount=0)
    for client in (site, site.anonymous):
        has_state(client, moss, False, 0)


def test_user_can_favorite_an_article(site: Site) -> None:
    """Favoriting returns the article with favorited: true."""
    lichen = site.register("nora").publish("Lichen", tagList=["grey"])
    for article in (site.publish("Moss"), lichen):
        favorite(site, article).has(title=article["title"], body="At length.", favorited=True, favoritesCount=1)

        has_state(site, article, True, 1)
    site.read(lichen).has(tagList=["grey"])
    site.read(lichen)["author"].has(username="nora")


def test_user_can_unfavorite_an_article(site: Site) -> None:
    """Unfavoriting returns the article with favorited: false."""
    moss, lichen = site.publish("Moss"), site.publish("Lichen")
    for article in (moss, lichen):
        favorite(site, article)

    unfavorite(site, moss).has(title="Moss", favorited=False, favoritesCount=0)

    has_state(site, moss, False, 0)
    has_state(site, lichen, True, 1)


def test_count_is_the_same_for_everyone(site: Site) -> None:
    """Everyone sees the same number, and only their own favorites."""
    moss = site.publish("Moss")
    nora, oskar = site.register("nora"), site.register("oskar")

    favorite(nora, moss).has(favorited=True, favoritesCount=1)
    favorite(oskar, moss).has(favorited=True, favoritesCount=2)

    has_state(nora, moss, True, 2)
    has_state(site, moss, False, 2)
    has_state(site.anonymous, moss, False, 2)
    site.edit(moss, body="Longer.").gives("article").has(favorited=False, favoritesCount=2)
    unfavorite(nora, moss).has(favorited=False, favoritesCount=1)
    has_state(oskar, moss, True, 1)


def test_favoriting_twice_counts_once(site: Site) -> None:
    """Favoriting an article a second time changes nothing."""
    moss, nora = site.publish("Moss"), site.register("nora")
    favorite(nora, moss)

    for _ in range(2):
        favorite(site, moss).has(favorited=True, favoritesCount=2)
    for _ in range(2):
        unfavorite(site, moss).has(favorited=False, favoritesCount=1)


def test_client_without_a_token_cannot_favorite(site: Site) -> None:
    """Favoriting without a token is rejected with 401."""
    moss = site.publish("Moss")
    favorite(site, moss)

    for url in (f"{url_of(moss)}/favorite", "/api/articles/no-such-article/favorite"):
        site.anonymous.post(url).rejected(401, token="is missing")
        site.anonymous.delete(url).rejected(401, token="is missing")

    has_state(site, moss, True, 1)


def test_favoriting_a_missing_article_returns_404(site: Site) -> None:
    """Favoriting an article that doesn't exist returns 404."""
    favorite(site, site.publish("Moss"))
    draft = site.register("nora").publish("Not ready", draft=True)

    for url in ("/api/articles/no-such-article/favorite", f"{url_of(draft)}/favorite"):
        site.post(url).rejected(404, article="not found")
        site.delete(url).rejected(404, article="not found")


def test_user_has_a_list_of_favorites(site: Site) -> None:
    """The list of a user's favorites has the newest article first."""
    zoe, oskar = site.register("Zoë & Co?"), site.register("oskar")
    moss = zoe.publish("Moss", tagList=["green"])
    lichen, fern = oskar.publish("Lichen"), oskar.publish("Fern", tagList=["green"])
    for article in (fern, moss, lichen):
        favorite(zoe, article)
    favorite(oskar, fern)

    site.lists("Fern", "Lichen", "Moss", favorited="Zoë & Co?")

    site.get("/api/articles", favorited="Zoë & Co?").gives().has(articlesCount=3)
    site.lists("Fern", favorited="oskar")
    site.lists("Fern", "Moss", favorited="Zoë & Co?", tag="green")
    site.lists("Fern", "Lichen", favorited="Zoë & Co?", author="oskar")
    for unknown in ("nobody", "Zoë"):
        site.lists(favorited=unknown)


def test_deleting_an_article_deletes_its_favorites(site: Site) -> None:
    """Deleting an article deletes its favorites."""
    moss = site.publish("Moss")
    site.comment(moss, "Soft.")
    for client in (site, site.register("nora")):
        favorite(client, moss)

    site.delete(url_of(moss)).is_empty()

    site.lists(favorited="nora")
    again = site.publish("Moss")
    has_state(site, again, False, 0)
    site.get(comments_of(again)).gives("comments")


def test_docs_page_describes_favorites(site: Site) -> None:
    """The docs page describes favorites."""
    keys = "favorited", "favoritesCount"

    for method in ("POST", "DELETE"):
        site.documented(method, "/api/articles/{}/favorite", 200, "article", *keys)
        site.requires_token(method, "/api/articles/{}/favorite", 200)
    endpoint = site.documented("GET", "/api/articles", 200, *keys)
    parameters = [each["name"] for each in endpoint.get("parameters", [])]
    assert "favorited" in parameters, f"Expected the query parameter favorited for /api/articles. Found {parameters}."


def test_list_with_more_articles_needs_no_more_queries(site: Site) -> None:
    """A list with more articles doesn't send more queries."""
    nora, oskar, petra = site.register("nora"), site.register("oskar"), site.register("petra")

    def publish(*authors: Site) -> None:
        for author in authors:
            favorite(oskar, author.publish("Moss", tagList=["green", "soft"]))

    publish(nora, nora)
    oskar.post("/api/profiles/nora/follow").gives("profile")
    few = {}
    for url in (
        "/api/articles",
        "/api/articles?tag=green",
        "/api/articles?author=nora",
        "/api/articles?favorited=oskar",
    ):
        few[url] = len(oskar.queries(url).statements)
        articles = oskar.get(url).gives("articles")
        assert len(articles) == 2, f"Expected 2 articles from GET {url}. Found {len(articles)}."
        articles[0].has(favorited=True, favoritesCount=1, tagList=["green", "soft"])
    publish(nora, site, petra)

    for url, most in few.items():
        with oskar.most_queries(most, url):
            oskar.get(url).gives("articles")
    oskar.lists(*["Moss"] * 5)


def test_favoriting_twice_at_the_same_moment_counts_once(site: Site) -> None:
    """Two simultaneous favorites by one user count only once."""
    moss = site.publish("Moss")

    with site.just_before_saving(lambda: favorite(site, moss)):
        favorite(site, moss).has(favorited=True, favoritesCount=1)

    has_state(site, moss, True, 1)
    with site.just_before_saving(lambda: unfavorite(site, moss)):
        unfavorite(site, moss).has(favorited=False, favoritesCount=0)
    has_state(site, moss, False, 0)
