"""Migrations change the database and keep its rows. The first change: an article can be a draft."""

from collections.abc import Callable

from tests.support.api import Object, Site, as_line, url_of


def publish_with_comment_and_tag(site: Site) -> list[Object]:
    """Publish two articles with rows in other tables. Return the articles."""
    articles = [site.publish(title, tagList=["kitchen"]) for title in ("Bread", "Soup")]
    for article in articles:
        site.comment(article, "Tastes good.")
    return articles


def has_all_rows(site: Site, articles: list[Object]) -> None:
    """The articles of `publish_with_comment_and_tag` are all there, with their comments and tags."""
    site.lists("Soup", "Bread")
    site.lists("Soup", "Bread", tag="kitchen")
    for article in articles:
        site.read(article).has(body="At length.", tagList=["kitchen"])
        site.has_comments(article, "Tastes good.")


def lacks_the_draft_column(site: Site) -> None:
    """The command check-db reports that the column `draft` is missing."""
    finished = site.server.run("check-db")
    assert finished.code == 1, "Expected check-db to report a missing column. Found none."
    assert "article.draft" in finished.output, f"Expected article.draft. Found: {finished.output}"


def test_migrations_create_all_tables(start_site: Callable[..., Site]) -> None:
    """The migrations create all tables of an empty database."""
    site = start_site(has_tables=False)

    site.run("alembic", "upgrade", "head")

    site.run("check-db")
    site.lists()


def test_init_db_runs_the_migrations(site: Site) -> None:
    """The init-db command runs migrations that match the models."""
    site.run("init-db")

    site.run("alembic", "check")
    articles = site.anonymous.get("/api/articles").gives("articles")
    assert articles, "Expected sample articles from GET /api/articles. Found none."
    site.run("alembic", "downgrade", "base")
    finished = site.server.run("check-db")
    expected = "Expected a downgrade to remove the table article, because a migration created it."
    assert "the table article" in finished.output, f"{expected} Found: {finished.output}"


def test_article_can_be_a_draft(site: Site) -> None:
    """An article can be saved as a draft."""
    site.publish("Bread").has(draft=False)

    draft = site.publish("Soup", draft=True)

    draft.has(draft=True)
    site.read(draft).has(title="Soup", draft=True)


def test_draft_is_in_no_list(site: Site) -> None:
    """The list of articles and the lists of tags have no drafts."""
    bread = site.publish("Bread", tagList=["kitchen"])
    site.publish("Soup", tagList=["kitchen"], draft=True)
    site.publish("Snow", tagList=["winter"])

    site.lists("Snow", "Bread")
    site.lists("Bread", tag="kitchen")
    for query in ({}, {"tag": "kitchen"}):
        answer = site.get("/api/articles", **query).gives()
        answer.has(articlesCount=len(answer["articles"]))
    site.listed(bread).has(draft=False)


def test_drafts_are_listed_separately(site: Site) -> None:
    """The URL /api/drafts lists only the drafts, newest first."""
    site.publish("Bread")
    site.publish("Soup", draft=True)
    site.publish("Cake", draft=True)

    site.lists("Cake", "Soup", url="/api/drafts")

    answer = site.get("/api/drafts").gives()
    answer.has(articlesCount=2)
    answer["articles"][0].has(draft=True, description="In short.", tagList=[])


def test_draft_can_be_published_later(site: Site) -> None:
    """A draft can be published and changed back into a draft."""
    article = site.publish("Soup", draft=True)

    site.edit(article, title="Good soup").gives("article").has(draft=True)
    site.edit(article, draft=False).gives("article").has(title="Good soup", draft=False)
    site.lists("Good soup")

    site.edit(article, draft=True).gives("article").has(draft=True)
    site.lists()
    site.lists("Good soup", url="/api/drafts")


def test_draft_of_the_wrong_type_is_rejected(site: Site) -> None:
    """A value of `draft` that isn't true or false is rejected."""
    article = site.publish("Soup", draft=True)

    for value in (None, "perhaps", [True]):
        site.edit(article, draft=value).rejected(422, "draft")

    site.read(article).has(draft=True)


def test_docs_page_describes_drafts(site: Site) -> None:
    """The docs page describes drafts."""
    site.documented("GET", "/api/drafts", 200, "articles", "articlesCount", "draft")
    site.documented("POST", "/api/articles", 201, "draft")


def test_downgrade_keeps_the_rows(site: Site) -> None:
    """A downgrade removes the draft column and keeps all rows."""
    articles = publish_with_comment_and_tag(site)

    site.run("alembic", "downgrade", "base+1")
    lacks_the_draft_column(site)

    site.run("alembic", "upgrade", "head")
    has_all_rows(site.anonymous, articles)


def test_older_database_is_upgraded(site: Site) -> None:
    """An upgrade of a database from step 03 keeps all rows."""
    articles = publish_with_comment_and_tag(site)
    site.run("alembic", "downgrade", "base+1")
    site.run("alembic", "stamp", "base")  # a database from step 03 has the tables, but no revision
    lacks_the_draft_column(site)

    site.run("alembic", "stamp", "0001")
    site.run("alembic", "upgrade", "head")

    has_all_rows(site.anonymous, articles)
    for article in articles:
        site.anonymous.read(article).has(draft=False)


def test_tags_of_drafts_are_not_listed(site: Site) -> None:
    """The list of tags doesn't contain the tags of drafts."""
    site.publish("Bread", tagList=["kitchen", "flour"])
    draft = site.publish("Soup", tagList=["kitchen", "leek"], draft=True)

    def has_tags(*tags: str) -> None:
        found = sorted(site.get("/api/tags").gives("tags"))
        assert found == list(tags), f"Expected the tags {as_line(tags)} from GET /api/tags. Found {as_line(found)}."

    has_tags("flour", "kitchen")
    site.edit(draft, draft=False).gives("article")
    has_tags("flour", "kitchen", "leek")
    site.delete(url_of(draft)).is_empty()
    has_tags("flour", "kitchen")
