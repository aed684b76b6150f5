"""Migrations change the database and keep its rows. The first change: an article can be a draft."""

from collections.abc import Callable

from tests.support.pages import Site

CARD_TITLE = ".article-preview a.preview-link h1"
COMMENT = ".card:not(.comment-form) .card-block p"
LABEL = ".draft-label"


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


def lacks_the_draft_column(site: Site) -> None:
    """The command check-db reports that the column `draft` is missing."""
    finished = site.server.run("check-db")
    assert finished.code == 1, "Expected check-db to report a missing column. Found none."
    assert "article.draft" in finished.output, f"Expected article.draft. Found: {finished.output}"


def test_migrations_create_all_tables(start_site: Callable[..., Site]) -> None:
    """The migrations create all tables of an empty database."""
    site = start_site(HAS_TABLES=False)

    site.run("db", "upgrade")

    site.run("check-db")
    site.read("/").none(CARD_TITLE, "an article")


def test_init_db_runs_the_migrations(site: Site) -> None:
    """The init-db command runs migrations that match the models."""
    site.run("init-db")

    site.run("db", "check")
    site.read("/").some(CARD_TITLE, "a sample article")
    site.run("db", "downgrade", "base")
    finished = site.server.run("check-db")
    expected = "Expected a downgrade to remove the table article, because a migration created it."
    assert "the table article" in finished.output, f"{expected} Found: {finished.output}"


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


def test_downgrade_keeps_the_rows(site: Site) -> None:
    """A downgrade removes the draft column and keeps all rows."""
    articles = publish_with_comment_and_tag(site)

    site.run("db", "downgrade", "base+1")
    lacks_the_draft_column(site)

    site.run("db", "upgrade")
    has_all_rows(site, articles)


def test_older_database_is_upgraded(site: Site) -> None:
    """An upgrade of a database from step 03 keeps all rows."""
    articles = publish_with_comment_and_tag(site)
    site.run("db", "downgrade", "base+1")
    site.run("db", "stamp", "base")  # a database from step 03 has the tables, but no revision
    lacks_the_draft_column(site)

    site.run("db", "stamp", "0001")
    site.run("db", "upgrade")

    has_all_rows(site, articles)
    for article in articles:
        site.read(article).none(LABEL, "a label")


def test_tags_of_drafts_are_not_popular(site: Site) -> None:
    """The sidebar doesn't list the tags of drafts."""
    site.publish("Bread", tags="kitchen, flour")
    draft = site.publish("Soup", tags="kitchen, leek", draft="y")

    popular = ".sidebar .tag-list .tag-pill.tag-default"
    site.read("/").lists(popular, "tags", ["flour", "kitchen"], in_any_order=True)
    site.edit(draft, draft="").redirects_to(draft)
    site.read("/").lists(popular, "tags", ["flour", "kitchen", "leek"], in_any_order=True)
