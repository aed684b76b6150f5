"""Articles are published, read, changed and deleted."""

import re
from typing import Any

import pytest

from tests.support import Site, equal, has_fields

NEW = {"title": "Tin lanterns", "description": "A short praise.", "body": "They last."}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")


def test_the_list_shows_the_newest_article_first(site: Site) -> None:
    """The list has all articles, the newest first, how many there are, and no texts."""
    for title in ("Monday", "Tuesday", "Wednesday"):
        last = site.publish(title, description=f"What {title} brought.")

    site.lists("Wednesday", "Tuesday", "Monday")

    answer = site.get("/api/articles").gives()
    has_fields(answer, articlesCount=3)
    newest = answer["articles"][0]
    has_fields(newest, slug=last["slug"], description="What Wednesday brought.")
    assert "body" not in newest, "Expected no body for articles in a list. Found one."


def test_a_new_article_comes_back(site: Site) -> None:
    """Publishing is answered with status 201 and the article, which can be read at its address from then on."""
    published = site.post("/api/articles", article=NEW).gives("article", status=201)

    read = site.get(f"/api/articles/{published['slug']}").gives("article")

    equal(read, published)
    has_fields(read, **NEW)
    for moment in ("createdAt", "updatedAt"):
        assert MOMENT.fullmatch(str(read[moment])), f"Expected a time in UTC as {moment}. Found {read[moment]}."
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

    site.lists()
    site.post("/api/articles", article=NEW).gives("article", status=201)


@pytest.mark.parametrize(("field", "longest"), [("title", 200), ("description", 500), ("body", 50_000)])
def test_a_part_of_an_article_can_be_too_long(site: Site, field: str, longest: int) -> None:
    """A title of 200 signs is taken, one of 201 refused; so are a description over 500 and a text over 50,000."""
    fine, endless = "x" * longest, "x" * (longest + 1)

    site.post("/api/articles", article={**NEW, field: endless}).refused(422, about=field)

    article = site.post("/api/articles", article={**NEW, field: fine}).gives("article", status=201)
    has_fields(article, **{field: fine})
    site.put(f"/api/articles/{article['slug']}", article={field: endless}).refused(422, about=field)
    site.get(f"/api/articles/{article['slug']}").has("article", field, value=fine)


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
        assert answer.gives("errors", status=422), f"Expected a message in the errors from {answer.name}. Found none."
    site.lists()


def test_an_article_can_be_changed_and_keeps_its_address(site: Site) -> None:
    """A change takes what is sent and keeps the rest: the address, also with a new title, and the day."""
    before = site.publish("Lanterns", description="On light.", body="First version.")
    site.publish("A newer one")
    address = f"/api/articles/{before['slug']}"

    first = site.put(address, article={"body": "Second version."}).gives("article")
    second = site.put(address, article={"title": "Lamps"}).gives("article")

    has_fields(first, body="Second version.")
    has_fields(second, body="Second version.")
    equal(first, {**before, "body": "Second version.", "updatedAt": first["updatedAt"]})
    moments = [article["updatedAt"] for article in (before, first, second)]
    assert moments[0] < moments[1] < moments[2], (
        f"Expected a later updatedAt after each change of {address}. Found {', '.join(moments)}."
    )
    has_fields(second, title="Lamps", createdAt=before["createdAt"])
    site.get(address).has("article", value=second)
    site.lists("A newer one", "Lamps")


@pytest.mark.parametrize("value", ["", " ", None, 3])
def test_a_change_that_leaves_nothing_is_refused(site: Site, value: object) -> None:
    """A change that empties the title is refused, and the article stays as it was."""
    article = site.publish("Lanterns")
    address = f"/api/articles/{article['slug']}"

    site.put(address, article={"title": value, "body": "Half a change."}).refused(422, about="title")

    site.get(address).has("article", value=article)


def test_an_article_can_be_deleted(site: Site) -> None:
    """Deleting is answered with status 204 and nothing else; then the article is gone, and others are not."""
    keep, drop = site.publish("Keep"), site.publish("Drop")
    address = f"/api/articles/{drop['slug']}"

    site.delete(address).has_nothing_to_say()

    site.get(address).refused(404, article="not found")
    site.put(address, article={"title": "Back"}).refused(404, article="not found")
    site.delete(address).refused(404, article="not found")
    site.lists("Keep")
    site.get(f"/api/articles/{keep['slug']}").gives("article")


def test_equal_titles_get_different_addresses(site: Site) -> None:
    """Two articles with the same title each have an address of their own."""
    first, second = site.publish("Twins", body="The elder."), site.publish("Twins", body="The younger.")

    assert first["slug"] != second["slug"], (
        f"Expected two slugs for two articles with the same title. Found {first['slug']} twice."
    )
    for article in (first, second):
        site.get(f"/api/articles/{article['slug']}").has("article", "body", value=article["body"])


@pytest.mark.parametrize("title", ["Crème brûlée, twice!", "Хлеб", "灯笼", "?/#%", "x" * 150, "Feed"])
def test_every_title_gives_an_address_that_can_be_asked_for(site: Site, title: str) -> None:
    """A title in any script, with any signs, gets an address of letters, digits and hyphens."""
    article = site.publish(title)

    slug = article["slug"]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug), (
        f"Expected only letters, digits and hyphens in the slug. Found {slug}."
    )
    assert slug != "feed", "Expected another slug than feed, because the feed needs that URL. Found feed."
    site.get(f"/api/articles/{slug}").has("article", "title", value=title)


def test_two_people_publish_the_same_title_at_the_same_moment(site: Site, second_server: Any) -> None:
    """Where two people send the same title at the same moment, both articles are published."""
    other = Site(second_server, site.token)

    with site.just_before_saving(lambda: other.publish("Twins", body="The quick one.")):
        slow = site.publish("Twins", body="The slow one.")

    site.get(f"/api/articles/{slow['slug']}").has("article", "body", value="The slow one.")
    site.lists("Twins", "Twins")


def test_a_new_database_begins_with_articles(site: Site) -> None:
    """The command that makes the database anew leaves articles in the list, each with a text to read."""
    site.publish("Only mine")

    site.start_anew()

    articles = site.anonymous.get("/api/articles").gives("articles")
    assert articles, "Expected articles in a new database. Found none."
    titles = [article["title"] for article in articles]
    assert "Only mine" not in titles, "Expected no old article in a new database. Found Only mine."
    for article in articles:
        read = site.anonymous.get(f"/api/articles/{article['slug']}")
        assert read.gives("article", "body"), f"Expected a text as article.body from {read.name}. Found none."


def test_the_start_page_leads_on(site: Site) -> None:
    """At / a browser finds the newest articles, whatever their titles hold, and the way to the docs page."""
    article = site.publish("A <b>lantern</b> & more", description="<script>alert(1)</script>")

    page = site.get("/")

    assert page.status == 200, page.instead_of(f"status 200 from {page.name}")
    kind = page.headers.get("Content-Type", "none")
    assert "text/html" in kind, f"Expected text/html as Content-Type from {page.name}. Found {kind}."
    for html in ('href="/docs"', f'href="/api/articles/{article["slug"]}"', "A &lt;b&gt;lantern&lt;/b&gt; &amp; more"):
        assert html in page.text, f"Expected this HTML on /. Found none.\n{html}"
    assert "<script>alert" not in page.text, "Expected no script from an article on /. Found <script>alert."


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
    assert any("swagger-ui" in address for address in assets), (
        f"Expected the files of swagger-ui on /docs. Found {', '.join(assets) or 'none'}."
    )


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
    equal(answer.json, {"errors": {"method": ["not allowed"]}}, answer=answer)


def test_too_much_at_once_is_refused(site: Site) -> None:
    """A body of many megabytes is refused with status 413, in the site's shape, also where its length is not told."""
    headers = {"Content-Type": "application/json"}
    endless = (b"x" * 100_000 for _ in range(20))

    site.post("/api/articles", article={**NEW, "body": "x" * 2_000_000}).refused(413, body="is too large")
    site.ask("POST", "/api/articles", headers=headers, content=endless).refused(413, body="is too large")

    site.lists()


def test_answers_tell_the_browser_to_be_careful(site: Site) -> None:
    """Every answer forbids foreign scripts, frames and guessed types; pages of other sites may read the API."""
    origin = {"Origin": "https://example.org"}
    for answer in (site.get("/"), site.get("/docs"), site.get("/api/articles"), site.get("/nowhere")):
        rules = answer.headers.get("Content-Security-Policy", "")
        assert re.search("(default|script)-src '(self|none)'(;|$)", rules), (
            f"Expected a rule for scripts in Content-Security-Policy. Found {rules or 'none'}."
        )
        assert "unsafe-inline" not in rules, (
            f"Expected no unsafe-inline in Content-Security-Policy from {answer.name}. Found {rules}."
        )
        assert "frame-ancestors 'none'" in rules, (
            f"Expected frame-ancestors 'none' in Content-Security-Policy from {answer.name}. Found {rules}."
        )
        types = answer.headers.get("X-Content-Type-Options", "none")
        assert types == "nosniff", f"Expected nosniff as X-Content-Type-Options from {answer.name}. Found {types}."
        assert "Set-Cookie" not in answer.headers, f"Expected no Set-Cookie from {answer.name}. Found one."
    answer = site.ask("GET", "/api/articles", headers=origin)
    allowed = answer.headers.get("Access-Control-Allow-Origin", "none")
    assert allowed == "*", f"Expected * as Access-Control-Allow-Origin from {answer.name}. Found {allowed}."
    assert "Access-Control-Allow-Credentials" not in answer.headers, (
        f"Expected no Access-Control-Allow-Credentials from {answer.name}. Found one."
    )
