from tests.support import make_site


def test_an_article_shows_its_author(tmp_path):
    """An article shows its author."""
    site = make_site(tmp_path)

    site.post("/", data={"title": "Bread", "author": "Ada"})

    assert "Bread by Ada" in site.get("/").text


def test_an_old_article_has_an_unknown_author(tmp_path):
    """An old article has an unknown author."""
    assert "Old bread by unknown" in make_site(tmp_path, old=True).get("/").text
