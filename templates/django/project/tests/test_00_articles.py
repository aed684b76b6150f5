"""Articles are published, read, changed and deleted."""

import re

import pytest
from pytest_django import Settings

from tests.support import Page, Site

CARD_TITLE = ".article-preview a.preview-link h1"
IN_THE_ADMIN = "/admin/articles/article/"


def number_of(title: str, page: Page) -> str:
    """The number that the admin's list of articles knows this article by."""
    row = next(row for row in page.some("#result_list tbody tr", "articles") if title in row.words())
    return row.one("input[name=_selected_action]", "a checkbox").value()


def test_home_shows_the_newest_article_first(site: Site) -> None:
    """The home page has a card for each article, the newest at the top, and each leads to its article."""
    for title in ("Monday", "Tuesday", "Wednesday"):
        last = site.publish(title, description=f"What {title} brought.")

    home = site.read("/")

    home.lists(CARD_TITLE, "articles", ["Wednesday", "Tuesday", "Monday"])
    link = home.card("Wednesday").one("a.preview-link", "a link to the article")
    link.has("href", last)
    link.one("p", "the description").says("What Wednesday brought.")


def test_every_page_has_the_bar_with_the_way_home(site: Site) -> None:
    """At the top of every page stands the bar with the site's name and a link home."""
    for address in ("/", "/editor", site.publish("A lantern")):
        page = site.read(address)
        page.one("nav.navbar a.navbar-brand", "the site's name").has("href", "/")
        assert "Home" in page.texts("nav.navbar a.nav-link"), page.failure("a link Home in the navbar", "none")


def test_an_article_has_a_page_of_its_own(site: Site) -> None:
    """An article's page shows its title once, and its text, one paragraph for each in the text."""
    article = site.publish("Lanterns", body="They swing in the wind.\n\nAt dawn they go out.")

    page = site.read(article)

    page.one(".article-page h1", "the title").says("Lanterns")
    page.lists(".article-content p", "paragraphs", ["They swing in the wind.", "At dawn they go out."])


def test_a_text_is_written_in_markdown(site: Site) -> None:
    """Emphasis, lists and headings in a text are shown as such, and the page keeps its one main heading."""
    article = site.publish("Lanterns", body="# Kinds\n\n- of *paper*\n- of **tin**")

    page = site.read(article)

    page.lists(".article-content li", "points", ["of paper", "of tin"])
    page.one(".article-content em", "an emphasized word").says("paper")
    page.one(".article-content strong", "a strong word").says("tin")
    page.one(".article-content :is(h2, h3, h4, h5, h6)", "a heading in the text").says("Kinds")
    page.one("h1", "the title as the only h1").says("Lanterns")


def test_nothing_in_an_article_can_run(site: Site) -> None:
    """Scripts in a title, a description or a text are shown or dropped, and never run."""
    trick = "<script>alert(1)</script><img src=x onerror=alert(2)><iframe srcdoc='<script>'></iframe>"
    links = "[bad](javascript:alert(3)) <a href='javascript:alert(4)'>bad</a> [good](https://example.org/)"
    links += " [bad](data:text/html;base64,PHNjcmlwdD4=) ![bad](javascript:alert(5))"
    body = f"Before.\n\n{trick}\n\n{links}\n\nAfter."
    article = site.publish(f"Trick {trick}", description=trick, body=body)

    for address in ("/", article, article.replace("/article/", "/editor/")):
        page = site.read(address)
        page.none("script:not([src]), iframe, [srcdoc], [onerror], [onload]", "code that can run")
        page.none("[href^='javascript:'], [href^='data:'], [src^='javascript:']", "a URL that runs code")
    page = site.read(article)
    paragraphs = page.some(".article-content p", "a paragraph")
    paragraphs[0].says("Before.")
    paragraphs[-1].says("After.")
    page.lists(".article-content a[href='https://example.org/']", "links", ["good"])


@pytest.mark.parametrize("field", ["title", "description", "body"])
def test_an_article_that_lacks_a_part_is_refused(site: Site, field: str) -> None:
    """An article without title, description or text is refused; the page says why and keeps the rest."""
    typed = {"title": "Tin lanterns", "description": "A short praise.", "body": "They last."}

    page = site.send("/editor", **{**typed, field: "   "}).refused(422)

    page.some(".error-messages li", "an error message")
    for name in typed.keys() - {field}:
        page.one(f"[name={name}]", f"the field {name}").holds(typed[name])
    site.read("/").lists(CARD_TITLE, "articles", [])


@pytest.mark.parametrize(("field", "longest"), [("title", 200), ("description", 500), ("body", 50_000)])
def test_a_part_of_an_article_can_be_too_long(site: Site, field: str, longest: int) -> None:
    """A title of 200, a description of 500, a text of 50,000 characters is taken, one more is refused."""
    typed = {"title": "Tin lanterns", "description": "A short praise.", "body": "They last."}
    words = "lamp\n" if field == "body" else "lamp "  # the end of a line counts once, too
    full = words * (longest // 5 - 1) + "lamps"
    article = site.publish(**{**typed, field: full})
    editor = site.read(article.replace("/article/", "/editor/"))
    editor.one(f"[name={field}]", f"the field {field}").holds(full)

    page = site.send("/editor", **{**typed, field: full + "!"}).refused(422)

    page.some(".error-messages li", "an error message")
    page.one(f"[name={field}]", f"the field {field}").holds(full + "!")
    endless = site.send("/editor", **{**typed, field: "x" * 2_000_000}).refused(413)
    endless.one("nav.navbar a.navbar-brand", "a link to the home page")
    site.read("/").one(CARD_TITLE, "an article")


def test_an_article_can_be_changed_and_keeps_its_address(site: Site) -> None:
    """The editor shows what is there; an article that is changed keeps its address, even with a new title."""
    article = site.publish("Lanterns", description="On light.", body="First version.")
    site.publish("A newer one")
    editor = site.read(article.replace("/article/", "/editor/"))
    editor.one("input[name=title]", "the title").holds("Lanterns")
    editor.one("input[name=description]", "the description").holds("On light.")
    editor.one("textarea[name=body]", "the text").holds("First version.")

    site.edit(article, title="Lamps", body="Second version.").redirects_to(article)

    page = site.read(article)
    page.one("h1", "the title").says("Lamps")
    page.one(".article-content p", "the text").says("Second version.")
    site.read("/").lists(CARD_TITLE, "articles", ["A newer one", "Lamps"])


def test_a_change_that_leaves_nothing_is_refused(site: Site) -> None:
    """A change that empties the title is refused, and the article stays as it was."""
    article = site.publish("Lanterns")

    site.edit(article, title=" ", body="Half a change.").refused(422).some(".error-messages li", "an error message")

    page = site.read(article)
    page.one("h1", "the title").says("Lanterns")
    page.one(".article-content p", "the text").says("At length.")


def test_an_article_can_be_deleted(site: Site) -> None:
    """The button Delete Article takes the article away and leads home; a link to its address cannot."""
    keep, drop = site.publish("Keep"), site.publish("Drop")
    site.read(drop).one(f"form[action='{drop}/delete'] button", "a button").says("Delete Article")

    site.get(f"{drop}/delete")
    site.read(drop)

    site.delete(drop).redirects_to("/")

    site.get(drop).refused(404)
    site.read(keep)
    site.read("/").lists(CARD_TITLE, "articles", ["Keep"])


def test_equal_titles_get_different_addresses(site: Site) -> None:
    """Articles with the same title, even published at the same moment, each have an address of their own."""
    addresses = {}

    def publish(text: str) -> None:
        addresses[site.publish("Triplets", body=text)] = text

    publish("The eldest.")
    with site.just_before_saving(lambda: publish("The second.")):
        publish("The youngest.")

    assert len(addresses) == 3, f"Expected three URLs for three articles. Found {', '.join(addresses)}."
    for address, text in addresses.items():
        site.read(address).one(".article-content p", "the text").says(text)


@pytest.mark.parametrize("title", ["Crème brûlée, twice!", "Хлеб", "灯笼", "?/#%", "x" * 150])
def test_every_title_gives_an_address_that_a_browser_can_show(site: Site, title: str) -> None:
    """A title in any script, with any signs, gets an address of letters, digits and hyphens."""
    article = site.publish(title)

    assert re.fullmatch(r"/article/[a-z0-9]+(-[a-z0-9]+)*", article), (
        f"Expected letters, digits and hyphens in the URL of the new article. Found {article}."
    )
    site.read(article).one("h1", "the title").says(title)


def test_a_new_database_begins_with_articles(site: Site) -> None:
    """The command that makes the database anew leaves articles on the home page, each with a page to read."""
    site.publish("Only mine")

    site.start_anew()

    home = site.read("/")
    home.lacks("Only mine")
    cards = home.some(".article-preview a.preview-link", "sample articles")
    for card in cards:
        page = site.read(card.attribute("href") or "")
        page.one("h1", "the title").says(card.one("h1", "the title").words())
        page.some(".article-content p", "the text")


def test_a_missing_page_is_a_page_of_the_site(site: Site) -> None:
    """Where nothing is, the answer is 404, with the site's own bar to go on from."""
    article = site.publish("Here")
    site.read(article)

    for address in ("/article/not-here", "/editor/not-here", "/nowhere", "/article/%00", f"{article}?next=%00"):
        site.get(address).refused(404).one("nav.navbar a.navbar-brand", "a link to the home page")


def test_a_form_from_another_site_changes_nothing(site: Site) -> None:
    """What this site's own forms can do, a form that another site sends in a visitor's name cannot."""
    article = site.publish("Lanterns")
    forged = {"title": "Forged", "description": "By another site.", "body": "Nothing."}

    for address in ("/editor", article.replace("/article/", "/editor/"), f"{article}/delete"):
        site.send_from_elsewhere(address, **forged).refused(400, 403)

    site.read("/").lists(CARD_TITLE, "articles", ["Lanterns"])
    site.edit(article, title="Lamps").redirects_to(article)
    site.delete(article).redirects_to("/")


def test_pages_tell_the_browser_to_be_careful(site: Site, settings: Settings) -> None:
    """Pages forbid foreign scripts, frames and guessed types, and keep their cookie to themselves."""
    policy = "Content-Security-Policy"
    for answer in (site.get("/editor"), site.get("/article/not-here"), site.get("/admin/login/")):
        rules = answer.headers.get(policy, "none")
        where = f"in the header {policy} from {answer.request}. Found {rules}."
        assert re.search("(default|script)-src 'self'(;|$)", rules), f"Expected a rule for scripts {where}"
        assert "unsafe-inline" not in rules, f"Expected no unsafe-inline {where}"
        answer.header_has(policy, "frame-ancestors 'none'", "frame-ancestors 'self'")
        answer.header_has(policy, "object-src 'none'", "default-src 'none'")
        answer.header_has("X-Content-Type-Options", "nosniff")
        answer.header_has("Referrer-Policy", "origin")
    for words in (("HttpOnly", "SameSite=Lax"), ("HttpOnly", "SameSite=Lax", "Secure")):
        settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = "Secure" in words
        visitor = site.anonymous
        cookies = [cookie for address in ("/editor", "/login") for cookie in visitor.get(address).cookies]
        assert cookies, "Expected a cookie from /editor or /login. Found none."
        for cookie in cookies:
            assert all(word in cookie for word in words), (
                f"Expected {', '.join(words)} in each cookie from /editor and /login. Found {cookie}."
            )


def test_those_who_look_after_the_site_find_its_articles(site: Site) -> None:
    """The admin lists the articles and finds them by their words; others are asked to sign in there."""
    site.publish("Lanterns", body="They swing in the wind.")
    site.publish("Bridges")
    staff = site.staff

    for visitor in (site, site.anonymous):
        visitor.get(IN_THE_ADMIN).redirects_to_a_page_under("/admin/login/")

    staff.read(IN_THE_ADMIN).lists("#result_list tbody th", "articles", ["Bridges", "Lanterns"])
    staff.read(f"{IN_THE_ADMIN}?q=swing").lists("#result_list tbody th", "articles", ["Lanterns"])


def test_those_who_look_after_the_site_delete_what_they_choose(site: Site) -> None:
    """What is chosen in the admin's list and deleted there is gone from the site; the rest stays."""
    drop, keep = site.publish("Drop"), site.publish("Keep")
    staff = site.staff
    number = number_of("Drop", staff.read(IN_THE_ADMIN))

    sent = {"action": "delete_selected", "_selected_action": number, "post": "yes"}
    staff.send(IN_THE_ADMIN, **sent).redirects_to(IN_THE_ADMIN)

    site.get(drop).refused(404)
    site.read(keep)


def test_those_who_look_after_the_site_bring_an_article_to_the_top(site: Site) -> None:
    """An article that is chosen in the admin's list and brought to the top is the first on the home page."""
    for title in ("Monday", "Tuesday", "Wednesday"):
        site.publish(title)
    staff = site.staff
    page = staff.read(IN_THE_ADMIN)
    action = next(one for one in page.some("select[name=action] option", "actions") if "to the top" in one.words())

    sent = {"action": action.value(), "_selected_action": number_of("Monday", page)}
    staff.send(IN_THE_ADMIN, **sent).redirects_to(IN_THE_ADMIN)

    site.read("/").lists(CARD_TITLE, "articles", ["Monday", "Wednesday", "Tuesday"])
