"""Clients publish, read, edit and delete articles."""

import json
import re
from collections.abc import Callable

import pytest

from tests.support.api import JSON, Object, Site, equal, url_of

LANTERNS = {"title": "Tin lanterns", "description": "They last.", "body": "For years."}
KEYS = "slug", "title", "description", "createdAt", "updatedAt"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")


def has_times(thing: Object) -> None:
    """The object has two times in UTC, with a fraction of a second."""
    __tracebackhide__ = True
    for name in ("createdAt", "updatedAt"):
        time = thing[name]
        assert TIME.fullmatch(str(time)), f"Expected {name} such as 2026-11-03T18:05:09.012345Z. Found {time}."


def test_list_shows_the_newest_article_first(site: Site) -> None:
    """The list has all articles, newest first, and no texts."""
    for title in ("Monday", "Tuesday", "Wednesday"):
        last = site.publish(title, description=f"News of {title}.")

    site.lists("Wednesday", "Tuesday", "Monday")

    answer = site.get("/api/articles").gives()
    answer.has(articlesCount=3)
    newest = answer["articles"][0]
    newest.has(slug=last["slug"], description="News of Wednesday.")
    newest.lacks("body")


def test_new_article_can_be_read_at_its_url(site: Site) -> None:
    """A new article is returned with status 201, and has a URL."""
    article = site.post("/api/articles", article=LANTERNS).gives("article", status=201)

    article.has(**LANTERNS)
    has_times(article)
    assert article["updatedAt"] == article["createdAt"], "Expected updatedAt to equal createdAt. Found another time."
    equal(site.read(article), article)


def test_article_without_a_field_is_rejected(site: Site) -> None:
    """An article without title, description or text is rejected."""
    for field in LANTERNS:
        for blank in ("", "  \n ", None):
            site.post("/api/articles", article={**LANTERNS, field: blank}).rejected(422, **{field: "can't be blank"})
        others = {name: value for name, value in LANTERNS.items() if name != field}
        site.post("/api/articles", article=others).rejected(422, **{field: "can't be blank"})

    site.lists()
    site.publish(**LANTERNS)


def test_too_long_field_is_rejected(site: Site) -> None:
    """A field that is too long is rejected."""
    longest = {"title": "x" * 200, "description": "x" * 500, "body": "x" * 50_000}
    article = site.publish(**longest)

    for field, value in longest.items():
        site.post("/api/articles", article={**LANTERNS, field: value + "x"}).rejected(422, field)
        site.edit(article, **{field: value + "x"}).rejected(422, field)

    site.lists(longest["title"])
    site.read(article).has(**longest)


def test_body_of_the_wrong_shape_is_rejected(site: Site) -> None:
    """Broken JSON and values of the wrong type are rejected."""
    for body, field in {
        b'{"article": ': "body",
        b"\xff\xfe": "body",
        b"[]": "",
        b"": "",
        b'{"article": 3}': "article",
        b'{"title": "Tin lanterns"}': "article",
        b'{"article": {"title": ["Tin"], "description": "They last.", "body": "For years."}}': "title",
    }.items():
        site.send("POST", "/api/articles", JSON, body).rejected(422, *filter(None, [field]))

    site.lists()
    site.publish(**LANTERNS)


def test_too_large_request_is_rejected(site: Site) -> None:
    """A request of more than a megabyte is rejected."""
    reply = site.post("/api/articles", article={**LANTERNS, "body": "x" * 1_000_001})

    assert reply.status == 413, reply.instead_of(f"status 413 from {reply.request}")
    site.lists()


def test_edited_article_keeps_its_url(site: Site) -> None:
    """An edit changes only the fields in it, and never the URL."""
    before = site.publish("Lanterns", description="On light.", body="First version.")
    site.publish("A newer one")

    first = site.edit(before, body="Second version.").gives("article")
    second = site.edit(before, title="Lamps").gives("article")

    equal(first, {**before, "body": "Second version.", "updatedAt": first["updatedAt"]})
    equal(second, {**first, "title": "Lamps", "updatedAt": second["updatedAt"]})
    times = [article["updatedAt"] for article in (before, first, second)]
    assert times == sorted(set(times)), f"Expected a later updatedAt after each edit. Found {', '.join(times)}."
    equal(site.read(before), second)
    site.lists("A newer one", "Lamps")


def test_blank_edit_is_rejected(site: Site) -> None:
    """An edit with a blank title is rejected, and changes nothing."""
    article = site.publish("Lanterns")

    for title in ("", " ", None, 3):
        site.edit(article, title=title, body="Half a change.").rejected(422, "title")

    equal(site.read(article), article)


def test_article_can_be_deleted(site: Site) -> None:
    """Deleting an article returns 204, and keeps other articles."""
    site.publish("Keep")
    drop = site.publish("Drop")

    site.delete(url_of(drop)).is_empty()

    site.get(url_of(drop)).rejected(404, article="not found")
    site.edit(drop, title="Back").rejected(404, article="not found")
    site.delete(url_of(drop)).rejected(404, article="not found")
    site.lists("Keep")


def test_equal_titles_get_different_urls(site: Site) -> None:
    """Articles with equal titles get different URLs."""
    articles = []

    def publish(text: str) -> None:
        articles.append(site.publish("Triplets", body=text))

    publish("The first.")
    with site.just_before_saving(lambda: publish("The second.")):
        publish("The third.")

    slugs = {article["slug"] for article in articles}
    assert len(slugs) == 3, f"Expected three slugs for three articles. Found {', '.join(slugs)}."
    for article in articles:
        site.read(article).has(body=article["body"])


def test_every_title_gets_a_plain_url(site: Site) -> None:
    """An article's URL has only letters, digits and hyphens."""
    for title in ("Crème brûlée, twice!", "Хлеб", "灯笼", "?/#%", "x" * 150, "Feed"):
        article = site.publish(title)

        slug = article["slug"]
        is_plain = re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert is_plain, f"Expected letters, digits and hyphens in the slug of {title}. Found {slug}."
        assert slug != "feed", "Expected another slug than feed, which is the URL of the feed. Found feed."
        site.read(article).has(title=title)


def test_new_database_has_sample_articles(site: Site) -> None:
    """The command init-db creates sample articles."""
    site.publish("Only mine")

    site.run("init-db")

    reader = site.anonymous
    articles = reader.get("/api/articles").gives("articles")
    assert articles, "Expected sample articles from GET /api/articles. Found none."
    assert "Only mine" not in [article["title"] for article in articles], "Expected no old article. Found Only mine."
    for article in articles:
        assert reader.read(article)["body"], f"Expected a text at {url_of(article)}. Found none."


def test_starting_the_site_creates_no_tables(start_site: Callable[..., Site]) -> None:
    """Starting the site creates no tables, but init-db does."""
    site = start_site(has_tables=False)
    site.get("/openapi.json").succeeds()
    finished = site.server.run("check-db")
    assert finished.code == 1, f"Expected check-db to find missing tables. Found: {finished.output}"
    assert "article" in finished.output, f"Expected the table article. Found: {finished.output}"

    site.run("init-db", "--empty")

    site.run("check-db")
    site.lists()


def test_missing_url_returns_404(site: Site) -> None:
    """A URL of the API that doesn't exist returns 404."""
    site.publish("Here")

    for url in ("/api", "/api/nowhere", "/api/articles/", "/api/articles/here/"):
        site.get(url).rejected(404, path="not found")
    site.get("/api/articles/not-here").rejected(404, article="not found")
    for url in ("/api/articles/%00", "/api/articles/here%00", "/api/articles/here?next=%00"):  # the character NUL
        reply = site.get(url)
        assert reply.status == 404, reply.instead_of(f"status 404 from {reply.request}")
    site.delete("/api/articles").rejected(405, method="not allowed")


def test_docs_page_needs_no_other_site(site: Site) -> None:
    """The docs page loads files from this site only."""
    page = site.get("/docs")

    page.succeeds()
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert any("swagger-ui" in file for file in files), f"Expected the files of Swagger UI on /docs. Found {files}."
    for file in files:
        assert re.match(r"/(?!/)", file), f"Expected only files of this site on /docs. Found {file}."
        site.get(file).succeeds()


def test_docs_page_describes_the_articles(site: Site) -> None:
    """The docs page describes each endpoint for articles."""
    site.documented("GET", "/api/articles", 200, "articlesCount", *KEYS)
    site.documented("POST", "/api/articles", 201, "body", *KEYS)
    site.documented("GET", "/api/articles/{}", 200, "body", *KEYS)
    site.documented("PUT", "/api/articles/{}", 200, "body", *KEYS)
    site.documented("DELETE", "/api/articles/{}", 204)


def test_front_end_shows_the_site_in_a_browser(site: Site) -> None:
    """The front end is served at / and at its own URLs."""
    home = site.get("/")

    home.succeeds()
    home.has_header("Content-Type", "text/html")
    scripts = re.findall(r'<script\b[^>]*\bsrc="([^"]+)"', home.text)
    assert scripts, "Expected a script on /. Found none."
    for script in scripts:
        site.get(script).succeeds()
    for url in ("/editor", "/article/lanterns"):
        page = site.send("GET", url, {"Accept": "text/html"})  # as a browser sends it
        page.succeeds()
        assert page.text == home.text, f"Expected the same page at {url} as at /. Found another page."


def test_responses_have_security_headers(site: Site) -> None:
    """Responses forbid foreign scripts and frames."""
    for reply in (site.get("/"), site.get("/docs"), site.get("/api/articles"), site.get("/api/nowhere")):
        policy = reply.headers.get("Content-Security-Policy") or "none"
        where = f"in the header Content-Security-Policy from {reply.request}. Found {policy}."
        assert re.search("(default|script)-src '(self|none)'(;|$)", policy), f"Expected a rule for scripts {where}"
        assert "unsafe-inline" not in policy, f"Expected not to find unsafe-inline {where}"
        reply.has_header("Content-Security-Policy", "frame-ancestors 'none'", "frame-ancestors 'self'")
        reply.has_header("X-Content-Type-Options", "nosniff")
        reply.has_header("Referrer-Policy", "origin")
        assert "Set-Cookie" not in reply.headers, f"Expected no cookie from {reply.request}. Found one."


def test_pages_of_other_sites_can_only_read(site: Site) -> None:
    """A page of another site can read articles, but can't publish."""
    site.publish("Lanterns")
    page = {"Origin": "https://example.org"}

    read = site.send("GET", "/api/articles", page)
    # A page can send a text to any site. To send JSON, it must ask first.
    forged = json.dumps({"article": LANTERNS}).encode()
    sent = site.send("POST", "/api/articles", {**page, "Content-Type": "text/plain"}, forged)

    read.has_header("Access-Control-Allow-Origin", "*")
    assert "Access-Control-Allow-Credentials" not in read.headers, (
        "Expected no Access-Control-Allow-Credentials. Found it."
    )
    sent.rejected(422)
    site.lists("Lanterns")


def test_short_secret_key_is_rejected(start_site: Callable[..., Site]) -> None:
    """The site doesn't start with a short secret key."""
    start_site(secret_key="k" * 32).get("/openapi.json").succeeds()

    with pytest.raises(Exception, match=r"(?i)secret_key"):
        start_site(secret_key="k" * 31)
