"""Readers have a feed of those whom they follow, and every list ends somewhere."""

import sqlite3
from datetime import datetime, timedelta

import pytest

from tests.schema import first_lie
from tests.support import Site, equal, expect, has_fields


def publish(site: Site, *numbers: int, tags: list[str] | None = None) -> None:
    """Publish an article for each of these numbers."""
    for number in numbers:
        site.publish(f"Number {number}", tagList=tags or [])


def publish_quickly(site: Site, *numbers: int) -> None:
    """The same for many: the first is published, the others are rows like its own, laid straight into the table."""
    first, *others = numbers
    slug = site.publish(f"Number {first}")["slug"]
    database = sqlite3.connect(site.server.database_file())
    database.row_factory = sqlite3.Row
    row = dict(database.execute("SELECT * FROM article WHERE slug = ?", [slug]).fetchone())
    moment = datetime.fromisoformat(row.pop("created_at"))
    del row["id"]
    for count, number in enumerate(others, start=1):
        later = (moment + timedelta(microseconds=count)).isoformat(" ", "microseconds")
        copy = {**row, "title": f"Number {number}", "slug": f"{slug}-{number}", "created_at": later}
        fields = ", ".join(copy), ", ".join("?" * len(copy))
        database.execute(f"INSERT INTO article ({fields[0]}) VALUES ({fields[1]})", list(copy.values()))  # noqa: S608
    database.commit()
    database.close()


def numbers(*found: int) -> list[str]:
    """The titles of the articles with these numbers."""
    return [f"Number {number}" for number in found]


def follow(site: Site, *names: str) -> None:
    """Follow these people."""
    for name in names:
        site.post(f"/api/profiles/{name}/follow").gives("profile")


def test_a_list_ends_after_twenty(site: Site) -> None:
    """Whoever does not say how many articles they want gets the twenty newest, and hears how many there are."""
    publish_quickly(site, *range(1, 23))

    answer = site.get("/api/articles").gives()

    found = [article["title"] for article in answer["articles"]]
    expect(len(found) == 20, f"Expected 20 of 22 articles on /api/articles. Found {len(found)}.")
    equal(found, numbers(*range(22, 2, -1)), "the titles on /api/articles")
    count = answer["articlesCount"]
    expect(count == 22, f"Expected articlesCount to be 22 from GET /api/articles. Found {count}.")


def test_limit_and_offset_choose_a_part(site: Site) -> None:
    """?limit= says how many articles are wanted, ?offset= how many newer ones to leave out; each stands in one part."""
    publish(site, *range(1, 8))

    site.lists(*numbers(7, 6, 5), limit=3)
    site.lists(*numbers(4, 3, 2), limit=3, offset=3)
    site.lists(*numbers(1), limit=3, offset=6)
    site.lists(*numbers(3, 2, 1), offset=4)
    site.lists(limit=3, offset=7)
    site.lists(*numbers(*range(7, 0, -1)), limit=100)

    for offset in (0, 6, 100):
        site.get("/api/articles", limit=3, offset=offset).has("articlesCount", value=7)


def test_every_choice_of_articles_has_parts(site: Site) -> None:
    """The articles of a tag, of an author, and somebody's favorites are cut and counted like all others."""
    zoe = site.register("Zoë")
    publish(zoe, *range(1, 6), tags=["sand"])
    site.publish("Another", tagList=["stone"])
    for article in zoe.get("/api/articles", author="Zoë").gives("articles"):
        site.post(f"/api/articles/{article['slug']}/favorite").gives("article")

    for choice in ({"tag": "sand"}, {"author": "Zoë"}, {"favorited": site.name}):
        site.lists(*numbers(5, 4), **choice, limit=2)
        site.lists(*numbers(2, 1), **choice, limit=4, offset=3)
        site.get("/api/articles", **choice, limit=1).has("articlesCount", value=5)


def test_a_part_that_makes_no_sense_is_refused_or_small(site: Site) -> None:
    """Whatever stands behind ?limit= and ?offset=, the answer is a refusal, or a list of a hundred articles at most."""
    publish_quickly(site, *range(101))
    site.lists(*numbers(100, 99), limit=2)

    for name in ("limit", "offset"):
        for value in (-1, -(10**20), 10**20, "ten", "1.5", ""):
            answer = site.get("/api/articles", **{name: value})
            if answer.status == 422:
                answer.refused(422, about=name)
            else:
                found = len(answer.gives("articles"))
                assert found <= 100, f"Expected at most 100 articles from {answer.name}. Found {found}."
    for limit in (101, 5_000):
        answer = site.get("/api/articles", limit=limit)
        found = 0 if answer.status == 422 else len(answer.gives("articles"))
        assert found <= 100, f"Expected at most 100 articles from {answer.name}. Found {found}."


def test_your_feed_has_those_whom_you_follow(site: Site) -> None:
    """The feed has the articles of everyone whom one follows, the newest first, and no others."""
    nora, oskar, petra = site.register("nora"), site.register("oskar"), site.register("petra")
    for writer in (nora, oskar, petra, site):
        writer.publish(f"By {writer.name}")
    nora.publish("Once more by nora", tagList=["sand"])
    follow(site, "nora", "petra")
    follow(nora, "oskar")

    site.lists("Once more by nora", "By petra", "By nora", address="/api/articles/feed")
    nora.lists("By oskar", address="/api/articles/feed")

    answer = site.get("/api/articles/feed").gives()
    has_fields(answer, articlesCount=3)
    newest = answer["articles"][0]
    has_fields(newest["author"], username="nora", following=True)
    has_fields(newest, tagList=["sand"], favoritesCount=0)
    assert "body" not in newest, "Expected no body for articles from GET /api/articles/feed. Found one."
    site.delete("/api/profiles/nora/follow").gives("profile")
    site.lists("By petra", address="/api/articles/feed")


def test_your_feed_has_parts_too(site: Site) -> None:
    """A long feed ends after twenty, can be cut, and says how many articles are in it."""
    nora = site.register("nora")
    follow(site, "nora")
    publish_quickly(nora, *range(1, 24))
    site.publish("By the client")

    site.lists(*numbers(*range(23, 3, -1)), address="/api/articles/feed")
    site.lists(*numbers(3, 2), address="/api/articles/feed", limit=2, offset=20)

    site.get("/api/articles/feed", limit=2).has("articlesCount", value=23)


def test_a_feed_needs_an_account(site: Site) -> None:
    """Whoever has a token gets a feed, be it empty; without one, or with a bad one, the answer is 401."""
    site.register("nora").publish("By nora")

    site.lists(address="/api/articles/feed")

    site.get("/api/articles/feed").has("articlesCount", value=0)
    site.anonymous.get("/api/articles/feed").refused(401, token="is missing")
    site.anonymous.get("/api/articles/feed", limit=-1).refused(401, token="is missing")
    Site(site.server, "forged").get("/api/articles/feed").refused(401, token="is invalid")


@pytest.mark.parametrize("address", ["/api/articles", "/api/articles/feed"])
def test_a_longer_list_is_no_more_work(site: Site, address: str) -> None:
    """Twenty of sixty articles are asked from the database as often as twenty of thirty, with as many rows."""
    writers = [site.register(name) for name in ("nora", "oskar", "petra")]
    follow(site, *(writer.name for writer in writers))

    def grow(*found: int) -> None:
        for start, writer in enumerate(writers):
            publish_quickly(writer, *found[start::3])

    grow(*range(30))
    few, light = site.questions(address), site.rows(address)
    found = len(site.titles(address))
    expect(found == 20, f"Expected 20 of 30 articles on {address}. Found {found}.")
    grow(*range(30, 60))
    many, heavy = site.questions(address), site.rows(address)

    expect(many <= few, f"Expected at most {few} queries for 60 articles on {address}, as for 30. Found {many}.")
    expect(heavy <= light, f"Expected at most {light} rows for 60 articles on {address}, as for 30. Found {heavy}.")


def test_the_newest_are_found_without_looking_at_all(site: Site) -> None:
    """To find the newest articles, the database reads them off an index, and does not sort everything there is."""
    publish_quickly(site, *range(22))
    found = len(site.titles())
    expect(found == 20, f"Expected 20 of 22 articles on /api/articles. Found {found}.")

    plans = site.plans("/api/articles")

    for plan in plans:
        sorts = "USE TEMP B-TREE FOR ORDER BY" in plan and "SCAN article" in plan
        expect(
            not sorts, "Expected an index for the newest twenty articles. Found that the database sorts all of them."
        )


def test_the_docs_describe_parts_and_the_feed(site: Site) -> None:
    """The docs page tells of the feed, and what limit and offset do there and in the list."""
    feed = site.documented("GET", "/api/articles/feed", 200, 401, 422, query="limit offset")
    site.documented("GET", "/api/articles", 200, 401, 422, query="limit offset tag author favorited")

    ways = feed.get("security", [])
    assert ways, "Expected a required token for the feed on the docs page. Found none."
    assert {} not in ways, "Expected a required token for the feed on the docs page. Found none."
    for operation in (feed, site.documented("GET", "/api/articles", 200)):
        limits = {one["name"]: one["schema"] for one in operation["parameters"]}
        assert limits["limit"].get("default") == 20, (
            "Expected 20 as the default of limit on the docs page. Found another default."
        )


@pytest.mark.timeout(120)
def test_the_docs_tell_the_truth(site: Site) -> None:
    """Whatever is sent to an operation, the site answers as the docs page says: takes what fits, refuses the rest."""
    site.documented("GET", "/api/articles/feed", 200, 401, 422)

    lie = first_lie(site)

    expect(not lie, lie)
