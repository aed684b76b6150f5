"""Articles are published, read, changed and deleted."""

import re
from typing import Any

import pytest

from tests.support import Site

NEW = {"title": "Tin lanterns", "description": "A short praise.", "body": "They last."}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")


def test_the_list_shows_the_newest_article_first(site: Site) -> None:
    """The list has all articles, the newest first, how many there are, and no texts."""
    for title in ("Monday", "Tuesday", "Wednesday"):
        last = site.publish(title, description=f"What {title} brought.")

    answer = site.get("/api/articles").gives()

    assert [article["title"] for article in answer["articles"]] == ["Wednesday", "Tuesday", "Monday"]
    assert answer["articlesCount"] == 3
    newest = answer["articles"][0]
    assert newest["slug"] == last["slug"]
    assert newest["description"] == "What Wednesday brought."
    assert "body" not in newest, "Expected no body for articles in a list. Found one."


def test_a_new_article_comes_back(site: Site) -> None:
    """Publishing is answered with status 201 and the article, which can be read at its address from then on."""
    published = site.post("/api/articles", article=NEW).gives("article", status=201)

    read = site.get(f"/api/articles/{published['slug']}").gives("article")

    assert read == published
    assert {name: read[name] for name in NEW} == NEW
    for moment in ("createdAt", "updatedAt"):
        assert MOMENT.fullmatch(read[moment]), f"Expected a time in UTC as {moment}. Found {read[moment]}."
    assert read["updatedAt"] == read["createdAt"], (
        "Expected updatedAt to equal createdAt in a new article. Found another time."
    )


@pytest.mark.parametrize("field", ["title", "description", "body"])
@pytest.mark.parametrize("value", ["", "  \n ", None, "left out"])
def test_an_article_that_lacks_a_part_is_refused(site: Site, field: str, value: str | None) -> None:
    """An article without title, description or text is refused, with the field that is blank."""
    article: dict[str, Any] = {**NEW, field: value}
    if value == "left out":
        del article[field]

    site.post("/api/articles", article=article).refused(422, **{field: "can't be blank"})

    assert site.titles() == []
    site.post("/api/articles", article=NEW).gives("article", status=201)


@pytest.mark.parametrize(("field", "longest"), [("title", 200), ("description", 500), ("body", 50_000)])
def test_a_part_of_an_article_can_be_too_long(site: Site, field: str, longest: int) -> None:
    """A title of 200 signs is taken, one of 201 refused; so are a description over 500 and a text over 50,000."""
    fine, endless = "x" * longest, "x" * (longest + 1)

    site.post("/api/articles", article={**NEW, field: endless}).refused(422, about=field)

    article = site.post("/api/articles", article={**NEW, field: fine}).gives("article", status=201)
    assert article[field] == fine
    site.put(f"/api/articles/{article['slug']}", article={field: endless}).refused(422, about=field)
    assert site.get(f"/api/articles/{article['slug']}").gives("article")[field] == fine


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (b'{"article": ', "body"),
        (b"\xff\xfe", "body"),
        (b'{"article": 3}', "article"),
        (b"[]", "body"),
        (b"", "body"),
        (b'{"title": "Tin lanterns"}', "article"),
        (b'{"article": {"title": ["Tin"], "description": "A", "body": "B"}}', "title"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(site: Site, body: bytes, about: str) -> None:
    """Broken JSON, a wrong type, and a body without its wrapping are answered with 422, as all that is refused."""
    headers = {"Content-Type": "application/json"}

    answer = site.ask("POST", "/api/articles", headers=headers, content=body)

    assert answer.status == 422, answer.instead_of(f"status 422 from {answer.name}")
    if about in ("title", "article"):
        answer.refused(422, about=about)
    else:
        assert answer.gives("errors", status=422)
    assert site.titles() == []


def test_an_article_can_be_changed_and_keeps_its_address(site: Site) -> None:
    """A change takes what is sent and keeps the rest: the address, also with a new title, and the day."""
    before = site.publish("Lanterns", description="On light.", body="First version.")
    site.publish("A newer one")
    address = f"/api/articles/{before['slug']}"

    first = site.put(address, article={"body": "Second version."}).gives("article")
    second = site.put(address, article={"title": "Lamps"}).gives("article")

    assert first["body"] == second["body"] == "Second version."
    assert first == {**before, "body": "Second version.", "updatedAt": first["updatedAt"]}
    assert before["updatedAt"] < first["updatedAt"] < second["updatedAt"]
    assert second["title"] == "Lamps"
    assert second["createdAt"] == before["createdAt"]
    assert site.get(address).gives("article") == second
    assert site.titles() == ["A newer one", "Lamps"]


@pytest.mark.parametrize("value", ["", " ", None, 3])
def test_a_change_that_leaves_nothing_is_refused(site: Site, value: object) -> None:
    """A change that empties the title is refused, and the article stays as it was."""
    article = site.publish("Lanterns")
    address = f"/api/articles/{article['slug']}"

    site.put(address, article={"title": value, "body": "Half a change."}).refused(422, about="title")

    assert site.get(address).gives("article") == article


def test_an_article_can_be_deleted(site: Site) -> None:
    """Deleting is answered with status 204 and nothing else; then the article is gone, and others are not."""
    keep, drop = site.publish("Keep"), site.publish("Drop")
    address = f"/api/articles/{drop['slug']}"

    site.delete(address).has_nothing_to_say()

    site.get(address).refused(404, article="not found")
    site.put(address, article={"title": "Back"}).refused(404, article="not found")
    site.delete(address).refused(404, article="not found")
    assert site.titles() == ["Keep"]
    site.get(f"/api/articles/{keep['slug']}").gives("article")


def test_equal_titles_get_different_addresses(site: Site) -> None:
    """Two articles with the same title each have an address of their own."""
    first, second = site.publish("Twins", body="The elder."), site.publish("Twins", body="The younger.")

    assert first["slug"] != second["slug"]
    for article in (first, second):
        assert site.get(f"/api/articles/{article['slug']}").gives("article", "body") == article["body"]


@pytest.mark.parametrize("title", ["Crème brûlée, twice!", "Хлеб", "灯笼", "?/#%", "x" * 150, "Feed"])
def test_every_title_gives_an_address_that_can_be_asked_for(site: Site, title: str) -> None:
    """A title in any script, with any signs, gets an address of letters, digits and hyphens."""
    article = site.publish(title)

    slug = article["slug"]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug), (
        f"Expected only letters, digits and hyphens in the slug. Found {slug}."
    )
    assert slug != "feed", "Expected another slug than feed, because the feed needs that URL. Found feed."
    assert site.get(f"/api/articles/{slug}").gives("article", "title") == title


def test_two_people_publish_the_same_title_at_the_same_moment(site: Site, second_server: Any) -> None:
    """Where two people send the same title at the same moment, both articles are published."""
    other = Site(second_server, site.token)

    with site.just_before_saving(lambda: other.publish("Twins", body="The quick one.")):
        slow = site.publish("Twins", body="The slow one.")

    assert site.get(f"/api/articles/{slow['slug']}").gives("article", "body") == "The slow one."
    assert site.titles() == ["Twins", "Twins"]


def test_a_new_database_begins_with_articles(site: Site) -> None:
    """The command that makes the database anew leaves articles in the list, each with a text to read."""
    site.publish("Only mine")

    site.start_anew()

    articles = site.anonymous.get("/api/articles").gives("articles")
    assert articles, "Expected articles in a new database. Found none."
    assert "Only mine" not in [article["title"] for article in articles]
    for article in articles:
        assert site.anonymous.get(f"/api/articles/{article['slug']}").gives("article", "body")


def test_the_start_page_leads_on(site: Site) -> None:
    """At / a browser finds the newest articles, whatever their titles hold, and the way to the docs page."""
    article = site.publish("A <b>lantern</b> & more", description="<script>alert(1)</script>")

    page = site.get("/")

    assert page.status == 200, page.instead_of(f"status 200 from {page.name}")
    assert "text/html" in page.headers["Content-Type"]
    assert 'href="/docs"' in page.text
    assert f'href="/api/articles/{article["slug"]}"' in page.text
    assert "A &lt;b&gt;lantern&lt;/b&gt; &amp; more" in page.text
    assert "<script>alert" not in page.text


def test_the_docs_page_needs_nobody_else(site: Site) -> None:
    """The docs page and all that it loads come from this site, so that it works without any other."""
    page = site.get("/docs")

    assert page.status == 200, page.instead_of(f"status 200 from {page.name}")
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    for address in assets:
        assert address.startswith("/"), f"Expected the docs page to load files from this site only. Found {address}."
        assert not address.startswith("//"), (
            f"Expected the docs page to load files from this site only. Found {address}."
        )
        loaded = site.get(address)
        assert loaded.status == 200, loaded.instead_of(f"status 200 from {loaded.name}")
    assert any("swagger-ui" in address for address in assets)


def test_the_docs_describe_the_articles(site: Site) -> None:
    """The docs page tells what each operation on articles does, takes, and may answer, refusals included."""
    site.documented("GET", "/api/articles", 200)
    site.documented("POST", "/api/articles", 201, 422)
    site.documented("GET", "/api/articles/{}", 200, 404)
    site.documented("PUT", "/api/articles/{}", 200, 404, 422)
    site.documented("DELETE", "/api/articles/{}", 204, 404)


def test_where_nothing_is_the_answer_says_so(site: Site) -> None:
    """An unknown address is 404 in the site's shape, one too many slash too; a method that is not there is 405."""
    site.publish("Here")

    for address in ("/nowhere", "/api", "/api/nowhere", "/api/articles/", "/api/articles/here/"):
        site.get(address).refused(404, path="not found")
    site.get("/api/articles/not-here").refused(404, article="not found")
    answer = site.delete("/api/articles")
    assert answer.status == 405, answer.instead_of(f"status 405 from {answer.name}")
    assert answer.json == {"errors": {"method": ["not allowed"]}}


def test_too_much_at_once_is_refused(site: Site) -> None:
    """A body of many megabytes is refused with status 413, in the site's shape, also where its length is not told."""
    headers = {"Content-Type": "application/json"}
    endless = (b"x" * 100_000 for _ in range(20))

    site.post("/api/articles", article={**NEW, "body": "x" * 2_000_000}).refused(413, body="is too large")
    site.ask("POST", "/api/articles", headers=headers, content=endless).refused(413, body="is too large")

    assert site.titles() == []


def test_answers_tell_the_browser_to_be_careful(site: Site) -> None:
    """Every answer forbids foreign scripts, frames and guessed types; pages of other sites may read the API."""
    origin = {"Origin": "https://example.org"}
    for answer in (site.get("/"), site.get("/docs"), site.get("/api/articles"), site.get("/nowhere")):
        rules = answer.headers.get("Content-Security-Policy", "")
        assert re.search("(default|script)-src '(self|none)'(;|$)", rules), (
            f"Expected a rule for scripts in Content-Security-Policy. Found {rules or 'none'}."
        )
        assert "unsafe-inline" not in rules
        assert "frame-ancestors 'none'" in rules
        assert answer.headers.get("X-Content-Type-Options") == "nosniff"
        assert "Set-Cookie" not in answer.headers
    answer = site.ask("GET", "/api/articles", headers=origin)
    assert answer.headers.get("Access-Control-Allow-Origin") == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
