import flask_migrate

from tests.support import make_app, make_site


def test_a_draft_is_hidden(tmp_path):
    """A draft is hidden."""
    site = make_site(tmp_path)

    site.post("/", data={"title": "Bread", "author": "Ada"})
    site.post("/", data={"title": "Soup", "author": "Ada", "draft": "on"})

    assert "Bread" in site.get("/").text
    assert "Soup" not in site.get("/").text


def test_an_old_database_keeps_its_articles(tmp_path):
    """An old database keeps its articles."""
    assert "Old bread" in make_site(tmp_path, old=True).get("/").text


def test_no_migration_is_missing(tmp_path):
    """No migration is missing."""
    make_site(tmp_path)

    with make_app(tmp_path).app_context():
        flask_migrate.check()
