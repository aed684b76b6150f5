"""Readers have a feed of the authors they follow, and every list has a limit."""

import pytest

from tests.support.api import Site, equal

FEED = "/api/articles/feed"


def titles(newest: int, oldest: int) -> list[str]:
    """The titles of numbered articles, newest first."""
    return [f"Number {number}" for number in range(newest, oldest - 1, -1)]


def publish(site: Site, numbers: range, **fields: object) -> None:
    """Publish numbered articles."""
    for number in numbers:
        site.publish(f"Number {number}", **fields)


def follow(site: Site, *names: str) -> None:
    """Follow these users."""
    __tracebackhide__ = True
    for name in names:
        site.post(f"/api/profiles/{name}/follow").gives("profile")


def has_part(site: Site, url: str, articles: int, count: int) -> None:
    """The list has this number of articles, and articlesCount counts all."""
    __tracebackhide__ = True
    reply = site.get(url)
    found = len(reply.gives("articles"))
    assert found == articles, f"Expected {articles} articles from {reply.request}. Found {found}."
    reply.gives().has(articlesCount=count)


def test_list_has_twenty_articles(site: Site) -> None:
    """A list has the newest 20 articles, and the number of all."""
    site.run("fill-db", "article=22", "--others", "5")
    everything = [article["title"] for article in site.get("/api/articles", limit=100).gives("articles")]

    has_part(site, "/api/articles", 20, 22)

    site.lists(*everything[:20])
    assert len(everything) == 22, f"Expected 22 articles from GET /api/articles?limit=100. Found {len(everything)}."


def test_limit_and_offset_choose_a_part(site: Site) -> None:
    """`limit` and `offset` choose a part of the list."""
    publish(site, range(1, 8))

    site.lists(*titles(7, 5), limit=3)
    site.lists(*titles(4, 2), limit=3, offset=3)
    site.lists(*titles(1, 1), limit=3, offset=6)
    site.lists(*titles(3, 1), offset=4)
    site.lists(limit=3, offset=7)
    site.lists(*titles(7, 1), limit=100)
    for offset in (0, 6, 100):
        site.get("/api/articles", limit=3, offset=offset).gives().has(articlesCount=7)


def test_every_list_has_parts(site: Site) -> None:
    """Lists of tags, authors, favorites and drafts have parts."""
    zoe = site.register("Zoë")
    publish(zoe, range(1, 4), tagList=["sand"])
    site.publish("Another", tagList=["stone"])
    publish(site, range(1, 4), draft=True)
    for article in zoe.get("/api/articles", author="Zoë").gives("articles"):
        site.post(f"/api/articles/{article['slug']}/favorite").gives("article")

    lists = [{"tag": "sand"}, {"author": "Zoë"}, {"favorited": site.name}, {"url": "/api/drafts"}]
    for query in lists:
        site.lists(*titles(3, 2), **query, limit=2)
        site.lists(*titles(1, 1), **query, limit=2, offset=2)
        url = query.pop("url", "/api/articles")
        site.get(url, **query, limit=1).gives().has(articlesCount=3)


def test_limit_out_of_range_is_rejected(site: Site) -> None:
    """A limit or an offset that is out of range is rejected."""
    site.publish("Sand")
    for query in ({"limit": 1}, {"limit": 100}, {"offset": 0}):
        site.lists("Sand", **query)

    for limit in (-1, 0, 101, "ten", "1.5", ""):
        site.get("/api/articles", limit=limit).rejected(422, "limit")
    for offset in (-1, "ten"):
        site.get("/api/articles", offset=offset).rejected(422, "offset")


def test_feed_lists_articles_of_followed_authors(site: Site) -> None:
    """Your feed lists the articles of the authors you follow."""
    nora, oskar, petra = site.register("nora"), site.register("oskar"), site.register("petra")
    for author in (nora, oskar, petra, site):
        author.publish(f"By {author.name}")
    nora.publish("Again by nora", tagList=["sand"])
    nora.publish("Not ready", draft=True)
    follow(site, "nora", "petra")
    follow(nora, "oskar")

    site.lists("Again by nora", "By petra", "By nora", url=FEED)

    answer = site.get(FEED).gives()
    answer.has(articlesCount=3)
    newest = answer["articles"][0]
    newest.has(tagList=["sand"], favorited=False, favoritesCount=0)
    newest.lacks("body")
    newest["author"].has(username="nora", following=True)
    nora.lists("By oskar", url=FEED)
    site.delete("/api/profiles/nora/follow").gives("profile")
    site.lists("By petra", url=FEED)


def test_feed_has_parts(site: Site) -> None:
    """A long feed has a limit, and the number of all articles."""
    nora = site.register("nora")
    follow(site, "nora")
    publish(nora, range(1, 5))
    site.publish("By the client")

    site.lists(*titles(4, 3), url=FEED, limit=2)
    site.lists(*titles(1, 1), url=FEED, limit=2, offset=3)
    site.get(FEED, limit=2).gives().has(articlesCount=4)
    site.get(FEED, limit=101).rejected(422, "limit")


def test_empty_feed_is_an_empty_list(site: Site) -> None:
    """The feed of a user who follows nobody is an empty list."""
    site.register("nora").publish("By nora")
    site.publish("By the client")

    site.lists(url=FEED)

    site.get(FEED).gives().has(articlesCount=0)


def test_client_without_a_token_has_no_feed(site: Site) -> None:
    """The feed needs a token."""
    site.get(FEED).gives("articles")

    site.anonymous.get(FEED).rejected(401, token="is missing")
    site.with_token("forged").get(FEED).rejected(401, token="is invalid")


def test_docs_page_describes_the_feed(site: Site) -> None:
    """The docs page describes the feed, limit and offset."""
    site.documented("GET", FEED, 200, "articles", "articlesCount", "favoritesCount")
    site.requires_token("GET", FEED, 200)

    for url in (FEED, "/api/articles", "/api/drafts"):
        parameters = {each["name"]: each["schema"] for each in site.documented("GET", url, 200)["parameters"]}
        for name, default in (("limit", 20), ("offset", 0)):
            found = parameters.get(name, {}).get("default", "none")
            expected = f"Expected {name} with the default {default} for GET {url} on /docs."
            assert found == default, f"{expected} Found {found}."


@pytest.mark.parametrize("url", ["/api/articles", FEED])
def test_longer_list_needs_no_more_queries(site: Site, url: str) -> None:
    """A longer list doesn't cause more queries."""
    site.run("fill-db", "article=60", "--others", "3")
    authors = {article["author"]["username"] for article in site.get("/api/articles").gives("articles")}
    follow(site, *sorted(authors - {site.name}))
    few = len(site.queries(url).statements)
    count = site.get(url).gives("articlesCount")
    assert count > 20, f"Expected more than 20 articles in {url}. Found {count}."
    site.run("fill-db", "article=20", "--others", "0")

    with site.most_queries(few, url):
        articles = site.get(url).gives("articles")

    assert len(articles) == 20, f"Expected 20 articles from GET {url}. Found {len(articles)}."


def test_more_articles_are_little_more_work(site: Site) -> None:
    """The list stays fast with 1,000 more articles."""
    site.run("fill-db", "article=200", "--others", "20")
    has_part(site, "/api/articles", 20, 200)
    few = site.queries("/api/articles").work
    site.run("fill-db", "article=1000", "--others", "0")

    many = site.queries("/api/articles").work

    # To count the rows takes 3 or 4 steps for each article. To look at each article and sort them takes 15 or more.
    most = 13 * 1000
    expected = f"at most {most:,} more database steps for /api/articles with 1,200 articles than with 200"
    assert many - few <= most, f"Expected {expected}. Found {many - few:,}."


def test_huge_numbers_are_rejected(site: Site) -> None:
    """A limit or an offset with 30 digits causes no error 500."""
    site.publish("Sand")
    site.lists("Sand", limit=1)

    for number in ("9" * 18, "9" * 19, "9" * 30):
        site.get("/api/articles", limit=number).rejected(422, "limit")
        reply = site.get("/api/articles", offset=number)
        if reply.status == 422:
            reply.rejected(422, "offset")
        else:
            equal(reply.gives("articles"), [], "articles", reply)
