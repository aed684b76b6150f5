from tests.support import make_site


def test_a_comment_is_shown(tmp_path):
    """A comment is shown."""
    site = make_site(tmp_path)
    site.post("/", data={"title": "Bread", "author": "Ada"})

    site.post("/1", data={"body": "I baked it."})

    assert "I baked it." in site.get("/1").text
