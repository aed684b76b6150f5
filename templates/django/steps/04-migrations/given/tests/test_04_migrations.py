"""Migrations change the database and keep its rows. The first change: an article can be a draft."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.support.pages import Page, Site
from tests.support.visitor import first_visitor

CARD_TITLE = ".article-preview a.preview-link h1"
COMMENT = ".card:not(.comment-form) .card-block p"
DATE = ".article-meta time[datetime]"
LABEL = ".draft-label"


def date_on(page: Page) -> datetime:
    """The date of the article on its page."""
    return datetime.fromisoformat(page.one(DATE, "the date").attribute("datetime") or "")


def publish_with_comment_and_tag(site: Site) -> list[str]:
    """Publish two articles with rows in other tables. Return their URLs."""
    articles = [site.publish(title, tags="kitchen") for title in ("Bread", "Soup")]
    for article in articles:
        site.comment(article, "Tastes good.")
    return articles


def has_all_rows(site: Site, articles: list[str]) -> None:
    """The articles of `publish_with_comment_and_tag` are all there, with their comments and tags."""
    site.read("/").lists(CARD_TITLE, "articles", ["Soup", "Bread"])
    site.read("/tag/kitchen").lists(CARD_TITLE, "articles", ["Soup", "Bread"])
    for article in articles:
        page = site.read(article)
        page.one(".article-content p", "the text").has_text("At length.")
        page.one(COMMENT, "the comment").has_text("Tastes good.")


def test_article_can_be_a_draft(site: Site) -> None:
    """An article can be saved as a draft, and its page has a label."""
    article = site.publish("Bread")

    draft = site.publish("Soup", draft="y")

    site.read(draft).one(LABEL, "a label").has_text("Draft")
    editor = site.read("/editor")
    field = editor.one("input[type=checkbox][name=draft]", "a checkbox")
    editor.one(f"label[for='{field.attribute('id')}']", "a label for the checkbox")
    site.read(article).none(LABEL, "a label")


def test_draft_is_in_no_list(site: Site) -> None:
    """The home page and the tag pages don't list drafts."""
    site.publish("Bread", tags="kitchen")
    site.publish("Soup", tags="kitchen", draft="y")
    site.publish("Snow", tags="winter")

    site.read("/").lists(CARD_TITLE, "articles", ["Snow", "Bread"])
    page = site.read("/tag/kitchen")
    page.lists(CARD_TITLE, "articles", ["Bread"])
    page.one(".feed-toggle a.nav-link.active", "the tab of the tag").contains("kitchen")


def test_drafts_page_lists_the_drafts(site: Site) -> None:
    """The drafts page lists only the drafts, newest first."""
    site.publish("Bread")
    site.publish("Soup", draft="y")
    site.publish("Cake", draft="y")

    site.read("/").has_link("nav.navbar a.nav-link", "Drafts", "/drafts")
    site.read("/drafts").lists(CARD_TITLE, "drafts", ["Cake", "Soup"])


def test_draft_can_be_published_later(site: Site) -> None:
    """A draft can be published and changed back into a draft."""
    article = site.publish("Soup", draft="y")

    site.edit(article, title="Good soup").redirects_to(article)
    site.read(article).one(LABEL, "a label, because the box is still on")

    site.edit(article, draft="").redirects_to(article)
    site.read("/").lists(CARD_TITLE, "articles", ["Good soup"])

    site.edit(article, draft="y").redirects_to(article)
    site.read("/").none(CARD_TITLE, "an article")


def test_draft_gets_the_date_of_its_publication(site: Site) -> None:
    """A draft that is published later is the newest article."""
    draft, bread = site.publish("Soup", draft="y"), site.publish("Bread", tags="kitchen")
    first = date_on(site.read(bread))

    site.edit(draft, draft="", tags="kitchen").redirects_to(draft)
    site.edit(bread, title="Rye bread").redirects_to(bread)

    for url in ("/", "/tag/kitchen"):
        site.read(url).lists(CARD_TITLE, "articles", ["Soup", "Rye bread"])
    date = date_on(site.read(draft))
    assert date > first, f"Expected the date of the publication on {draft}. Found the earlier date {date}."
    assert site.server.now() - date < timedelta(minutes=1), f"Expected the date of today on {draft}. Found {date}."
    assert date_on(site.read(bread)) == first, f"Expected an edit of {bread} to keep its date. Found another."


def test_migrations_create_all_tables(start_site: Callable[..., Site]) -> None:
    """The migrations create all tables of an empty database."""
    site = start_site(HAS_TABLES=False)

    site.run("migrate", "--no-input")

    site.run("migrate", "--check")
    visitor = first_visitor(site.server)
    visitor.publish("Soup", draft="y")
    visitor.read("/drafts").lists(CARD_TITLE, "drafts", ["Soup"])


def test_migrations_match_the_models(site: Site) -> None:
    """The migrations match the models."""
    site.publish("Soup", draft="y")

    site.run("makemigrations", "--check", "--dry-run")


def test_seeded_articles_are_published(site: Site) -> None:
    """The sample articles aren't drafts, and keep their dates."""
    site.run("seed")
    site.read("/drafts").none(CARD_TITLE, "a draft")

    home = site.read("/")

    dates = [date.attribute("datetime") or "" for date in home.some(f".article-preview {DATE}", "the dates")]
    assert dates == sorted(dates, reverse=True), f"Expected the newest article first on /. Found {dates}."
    last = datetime.fromisoformat(dates[-1])
    assert site.server.now() - last > timedelta(days=3), f"Expected the dates of the samples on /. Found {last}."


def test_migrating_back_keeps_the_rows(site: Site) -> None:
    """Undoing the migrations removes the column and keeps all rows."""
    articles = publish_with_comment_and_tag(site)

    site.migrate_back("published_at")

    site.run("migrate")
    has_all_rows(site, articles)


def test_older_database_is_upgraded(site: Site) -> None:
    """A database from step 03 keeps its articles and their dates."""
    site.run("seed")
    before = site.read("/")
    titles, dates = before.texts(CARD_TITLE), [date.attribute("datetime") for date in before.some(DATE, "the dates")]
    site.migrate_back("published_at")

    site.run("migrate")

    after = site.read("/")
    after.lists(CARD_TITLE, "articles", titles)
    assert [date.attribute("datetime") for date in after.some(DATE, "the dates")] == dates, (
        "Expected the migration to set published_at of each old article to its created_at. Found other dates on /."
    )
    site.read("/drafts").none(CARD_TITLE, "a draft")


def test_tags_of_drafts_are_not_popular(site: Site) -> None:
    """The sidebar doesn't list the tags of drafts."""
    site.publish("Bread", tags="kitchen, flour")
    draft = site.publish("Soup", tags="kitchen, leek", draft="y")

    popular = ".sidebar .tag-list .tag-pill.tag-default"
    site.read("/").lists(popular, "tags", ["flour", "kitchen"], in_any_order=True)
    site.edit(draft, draft="").redirects_to(draft)
    site.read("/").lists(popular, "tags", ["flour", "kitchen", "leek"], in_any_order=True)
