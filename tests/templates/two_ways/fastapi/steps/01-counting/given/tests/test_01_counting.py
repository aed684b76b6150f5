"""Counting lines."""


def test_the_lines_are_counted(browser):
    """The page /count shows the number of lines"""
    page = browser.get("/count")
    assert (page.status, page.text) == (200, "0"), f"Expected 0 on /count. Found status {page.status}: {page.text}"
    browser.post("/", line="Tea")
    assert browser.get("/count").text == "1", "Expected 1 on /count after one line."


def test_counting_needs_one_query(site, browser):
    """The page /count needs one query"""
    browser.post("/", line="Tea")
    with site.queries() as queries:
        browser.get("/count")
    assert len(queries.statements) == 1, f"Expected one query. Found {queries.statements}"
