"""Visitors publish, read, edit and delete articles."""

import re
from collections.abc import Callable

import pytest

from tests.support.pages import Site

CARD_TITLE = ".article-preview a.preview-link h1"
ERRORS = ".error-messages li"


def test_home_lists_articles_newest_first(site: Site) -> None:
    """The home page lists the articles, newest first."""
    for title in ("Monday", "Tuesday", "Wednesday"):
        last = site.publish(title, description=f"News of {title}.")

    home = site.read("/")

    home.lists(CARD_TITLE, "articles", ["Wednesday", "Tuesday", "Monday"])
    link = home.card("Wednesday").one("a.preview-link", "a link to the article")
    link.links_to(last)
    link.one("p", "the description").has_text("News of Wednesday.")


def test_every_page_has_the_navigation_bar(site: Site) -> None:
    """Every page has the navigation bar."""
    name = site.read("/").one("nav.navbar a.navbar-brand", "the name of the site").text()
    assert name, "Expected the name of the site in the navigation bar. Found no text."
    for url in ("/", "/editor", site.publish("Lanterns"), "/nowhere"):
        page = site.get(url).rejected(404) if url == "/nowhere" else site.read(url)
        brand = page.one("nav.navbar a.navbar-brand", "the name of the site")
        brand.has_text(name)
        brand.links_to("/")
        page.has_link("nav.navbar a.nav-link", "Home", "/")


def test_article_page_shows_title_and_paragraphs(site: Site) -> None:
    """An article's page shows its title and its paragraphs."""
    article = site.publish("Lanterns", body="They swing in the wind.\n\nAt dawn they go out.")

    page = site.read(article)

    page.one(".article-page h1", "the title").has_text("Lanterns")
    page.lists(".article-content p", "paragraphs", ["They swing in the wind.", "At dawn they go out."])


def test_article_text_is_markdown(site: Site) -> None:
    """An article's text can contain Markdown."""
    article = site.publish("Lanterns", body="# Kinds\n\n- of *paper*\n- of **tin**")

    page = site.read(article)

    page.lists(".article-content li", "list items", ["of paper", "of tin"])
    page.one(".article-content em", "an emphasized word").has_text("paper")
    page.one(".article-content strong", "a strong word").has_text("tin")
    page.one(".article-content :is(h2, h3, h4, h5, h6)", "a heading in the text").has_text("Kinds")
    page.one("h1", "the title as the only h1").has_text("Lanterns")


def test_code_in_an_article_never_runs(site: Site) -> None:
    """A script in an article never runs."""
    trick = "<script>alert(1)</script><img src=x onerror=alert(2)><iframe srcdoc='<script>'></iframe>"
    links = "[bad](javascript:alert(3)) <a href='javascript:alert(4)'>bad</a> [good](https://example.org/)"
    links += " [bad](data:text/html;base64,PHNjcmlwdD4=) ![bad](javascript:alert(5))"
    body = f"Before.\n\n{trick}\n\n{links}\n\nAfter."
    article = site.publish(f"Trick {trick}", description=trick, body=body)

    for url in ("/", article, article.replace("/article/", "/editor/")):
        page = site.read(url)
        page.none("script:not([src]), iframe, [srcdoc], [onerror], [onload]", "code that can run")
        page.none("[href^='javascript:'], [href^='data:'], [src^='javascript:']", "a URL that runs code")
    page = site.read(article)
    paragraphs = page.some(".article-content p", "a paragraph")
    paragraphs[0].has_text("Before.")
    paragraphs[-1].has_text("After.")
    page.lists(".article-content a[href='https://example.org/']", "links", ["good"])


@pytest.mark.parametrize("field", ["title", "description", "body"])
def test_article_without_a_field_is_rejected(site: Site, field: str) -> None:
    """An article without title, description or text is rejected."""
    typed = {"title": "Tin lanterns", "description": "They last.", "body": "For years."}

    page = site.post("/editor", **{**typed, field: "   "}).rejected(422)

    page.some(ERRORS, "an error message")
    for name in typed.keys() - {field}:
        page.one(f"[name={name}]", f"the field {name}").has_value(typed[name])
    site.read("/").lists(CARD_TITLE, "articles", [])


@pytest.mark.parametrize(("field", "most"), [("title", 200), ("description", 500), ("body", 50_000)])
def test_too_long_field_is_rejected_and_kept(site: Site, field: str, most: int) -> None:
    """A field that is too long is rejected, and the form keeps it."""
    typed = {"title": "Tin lanterns", "description": "They last.", "body": "For years."}
    site.publish(**{**typed, field: "x" * most})

    page = site.post("/editor", **{**typed, field: "x" * (most + 1)}).rejected(422)

    page.some(ERRORS, "an error message")
    page.one(f"[name={field}]", f"the field {field}").has_value("x" * (most + 1))
    site.read("/").one(CARD_TITLE, "an article")


def test_too_large_request_is_rejected(site: Site) -> None:
    """A request of more than a megabyte is rejected."""
    page = site.post("/editor", title="Endless", description="Long.", body="x" * 1_000_001).rejected(413)

    page.one("nav.navbar a.navbar-brand", "the navigation bar of the site")
    site.read("/").lists(CARD_TITLE, "articles", [])


def test_edited_article_keeps_its_url(site: Site) -> None:
    """An edited article keeps its URL, even with a new title."""
    article = site.publish("Lanterns", description="On light.", body="First\nversion.")
    site.publish("A newer one")
    editor = site.read(article.replace("/article/", "/editor/"))
    editor.one("input[name=title]", "the title").has_value("Lanterns")
    editor.one("input[name=description]", "the description").has_value("On light.")
    editor.one("textarea[name=body]", "the text").has_value("First\nversion.")

    site.edit(article, title="Lamps", body="Second version.").redirects_to(article)

    page = site.read(article)
    page.one("h1", "the title").has_text("Lamps")
    page.one(".article-content p", "the text").has_text("Second version.")
    site.read("/").lists(CARD_TITLE, "articles", ["A newer one", "Lamps"])


def test_blank_edit_is_rejected(site: Site) -> None:
    """An edit without a title is rejected, and changes nothing."""
    article = site.publish("Lanterns")

    site.edit(article, title=" ", body="Half a change.").rejected(422).some(ERRORS, "an error message")

    page = site.read(article)
    page.one("h1", "the title").has_text("Lanterns")
    page.one(".article-content p", "the text").has_text("At length.")


def test_article_can_be_deleted(site: Site) -> None:
    """An article can be deleted, but not with a link."""
    keep, drop = site.publish("Keep"), site.publish("Drop")
    site.read(drop).one(f"form[action='{drop}/delete'] button", "a button").has_text("Delete Article")
    site.get(f"{drop}/delete")
    site.read(drop)

    site.delete(drop).redirects_to("/")

    site.get(drop).rejected(404)
    site.read(keep)
    site.read("/").lists(CARD_TITLE, "articles", ["Keep"])


def test_equal_titles_get_different_urls(site: Site) -> None:
    """Articles with equal titles get different URLs."""
    texts = {}

    def publish(text: str) -> None:
        texts[site.publish("Triplets", body=text)] = text

    publish("The first.")
    with site.just_before_saving(lambda: publish("The second.")):
        publish("The third.")

    assert len(texts) == 3, f"Expected three URLs for three articles. Found {', '.join(texts)}."
    for article, text in texts.items():
        site.read(article).one(".article-content p", "the text").has_text(text)


@pytest.mark.parametrize("title", ["Crème brûlée, twice!", "Хлеб", "灯笼", "?/#%", "x" * 150])
def test_every_title_gets_a_plain_url(site: Site, title: str) -> None:
    """An article's URL has only letters, digits and hyphens."""
    article = site.publish(title)

    assert re.fullmatch(r"/article/[a-z0-9]+(-[a-z0-9]+)*", article), (
        f"Expected letters, digits and hyphens in the URL of the new article. Found {article}."
    )
    site.read(article).one("h1", "the title").has_text(title)


def test_seed_adds_sample_articles(site: Site) -> None:
    """The command seed adds sample articles, and deletes nothing."""
    mine = site.publish("Mine")

    for _ in range(2):
        site.run("seed")

    home = site.read("/")
    titles = home.texts(CARD_TITLE)
    assert len(titles) > 3, f"Expected sample articles on /. Found {len(titles)} articles."
    assert len(titles) == len(set(titles)), f"Expected each sample article once on /. Found {', '.join(titles)}."
    site.read(mine)
    for card in home.some(".article-preview a.preview-link", "sample articles"):
        page = site.read(card.attribute("href") or "")
        page.one("h1", "the title").has_text(card.one("h1", "the title").text())
        page.some(".article-content p", "the text")


def test_starting_the_site_creates_no_tables(start_site: Callable[..., Site]) -> None:
    """Starting the site creates no tables, but migrate does."""
    site = start_site(HAS_TABLES=False)
    finished = site.server.run("migrate", "--check")
    assert finished.code == 1, f"Expected `migrate --check` to find missing tables. Found: {finished.output}"

    site.run("migrate", "--no-input")

    site.run("migrate", "--check")
    site.read("/").none(CARD_TITLE, "an article")


def test_superuser_can_open_the_admin(site: Site) -> None:
    """A superuser can sign in to the admin, and other visitors can't."""
    for visitor in (site.anonymous, site):
        visitor.get("/admin/").redirects_to_a_page_under("/admin/login/")

    admin = site.superuser().read("/admin/")

    admin.some("a[href='/admin/accounts/user/']", "a link to the users")


def test_missing_page_returns_404(site: Site) -> None:
    """A missing page returns 404, as a page of this site."""
    article = site.publish("Here")
    site.read(article)

    nul = ("/article/%00", f"{article}?next=%00")
    for url in ("/article/not-here", "/editor/not-here", "/nowhere", *nul):
        site.get(url).rejected(404).one("nav.navbar a.navbar-brand", "a link to the home page")


def test_forms_of_other_sites_are_rejected(site: Site) -> None:
    """A page of another site can't publish, edit or delete."""
    article = site.publish("Lanterns")
    forged = {"title": "Forged", "description": "By another site.", "body": "Nothing."}

    for url in ("/editor", article.replace("/article/", "/editor/"), f"{article}/delete"):
        site.post_from_another_site(url, **forged).rejected(403)

    site.read("/").lists(CARD_TITLE, "articles", ["Lanterns"])
    site.edit(article, title="Lamps").redirects_to(article)
    site.delete(article).redirects_to("/")


def test_pages_have_security_headers(site: Site) -> None:
    """Pages forbid foreign scripts and frames."""
    for reply in (site.get("/editor"), site.get("/article/not-here"), site.get("/admin/login/")):
        policy = reply.headers.get("Content-Security-Policy") or "none"
        where = f"in the header Content-Security-Policy from {reply.request}. Found {policy}."
        assert re.search("(default|script)-src 'self'(;|$)", policy), f"Expected a rule for scripts {where}"
        assert "unsafe-inline" not in policy, f"Expected not to find unsafe-inline {where}"
        reply.has_header("Content-Security-Policy", "frame-ancestors 'none'", "frame-ancestors 'self'")
        reply.has_header("Content-Security-Policy", "object-src 'none'", "default-src 'none'")
        reply.has_header("X-Content-Type-Options", "nosniff")
        reply.has_header("Referrer-Policy", "origin")


def test_cookie_is_hidden_from_scripts(site: Site) -> None:
    """Scripts and other sites can't use the cookies."""
    replies = [site.anonymous.get(url) for url in ("/editor", "/login")]
    cookies = [cookie for reply in replies for cookie in reply.headers.get_all("Set-Cookie") or ()]
    assert cookies, "Expected a cookie from /editor or /login. Found none."
    for cookie in cookies:
        for word in ("HttpOnly", "SameSite=Lax"):
            assert word in cookie, f"Expected {word} in each cookie from /editor and /login. Found {cookie}."
