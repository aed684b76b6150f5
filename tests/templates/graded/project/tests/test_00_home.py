def test_home_greets(site):
    """The home page greets."""
    site.get("/").says("Hello")


def test_a_missing_page_is_told(site):
    """Where there is no page, the site says so."""
    answer = site.get("/nowhere")
    assert answer.status == 404, f"expected the status 404 at /nowhere, and got {answer.status}"
