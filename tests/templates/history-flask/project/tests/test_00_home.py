from tests.support import make_site


def test_home_lists_articles(tmp_path):
    """Home lists articles."""
    site = make_site(tmp_path)

    site.post("/", data={"title": "Bread", "author": "Ada"})

    assert "Bread" in site.get("/").text
