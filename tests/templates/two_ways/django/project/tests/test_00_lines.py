"""Lines in the guest book."""

from datetime import datetime, timedelta

from tests.support import Browser


def test_a_new_line_is_shown(browser):
    """A new line is shown on the page"""
    answer = browser.post("/", line="Tea & cake")
    assert (answer.status, answer.headers["Location"]) == (303, "/"), "Expected a redirect to / after a new line."
    page = browser.get("/")
    assert page.status == 200 and "<p>Tea &amp; cake</p>" in page.text, f"Expected the line on /. Found {page.text}"


def test_a_line_is_written_only_once(browser):
    """A line that is already in the book is rejected"""
    browser.post("/", line="Tea")
    assert browser.post("/", line="Tea").status == 409, "Expected status 409 for a line that is already in the book."
    assert browser.get("/").text.count("Tea") == 1, "Expected the line once."


def test_two_visitors_write_the_same_line_at_once(site, browser):
    """The second of two visitors who write the same line is rejected"""
    other = Browser(site)
    with site.hook(lambda: other.post("/", line="Tea")):
        answer = browser.post("/", line="Tea")
    assert answer.status == 409, f"Expected status 409 for the slower visitor. Found {answer.status}."
    assert browser.get("/").text.count("Tea") == 1, "Expected the line once."


def test_the_page_needs_one_query(site, browser):
    """The page needs one query for all lines"""
    work = []
    browser.get("/")  # the first request does more
    for line in ("Tea", "Cake"):
        browser.post("/", line=line)
        with site.queries() as queries:
            browser.get("/")
        assert len(queries.statements) == 1, f"Expected one query. Found {queries.statements}"
        work.append(queries.work)
    assert work[0] < work[1], f"Expected more work for more lines. Found {work}."


def test_a_command_adds_a_line(site, browser):
    """The command `add` adds a line, and rejects a blank line"""
    added = site.run("add", "From the terminal")
    assert (added.code, added.output) == (0, "Added: From the terminal\n"), f"Expected success. Found {added}."
    assert "From the terminal" in browser.get("/").text, "Expected the line on /."
    assert site.run("add", " ").code == 1, "Expected the exit code 1 for a blank line."


def test_a_page_tells_the_time(site, browser):
    """The page /now tells the time of the site"""
    told = datetime.fromisoformat(browser.get("/now").text)
    assert timedelta(0) <= site.now() - told < timedelta(seconds=10), f"Expected about {site.now()}. Found {told}."


def test_visits_are_counted_in_a_cookie(site, browser):
    """Each browser counts its own visits"""
    counts = [browser.get("/visits").text for _ in range(3)]
    assert counts == ["1", "2", "3"], f"Expected 1, 2, 3. Found {counts}."
    assert Browser(site).get("/visits").text == "1", "Expected 1 for a new browser."


def test_a_site_with_another_name(site, start_site):
    """The setting NAME is the heading of the page"""
    named = Browser(start_site(NAME="Notes"))
    assert "<h1>Notes</h1>" in named.get("/").text, "Expected the name in the heading."
    named.post("/", line="Only there")
    assert "Only there" not in Browser(site).get("/").text, "Expected a second database for a second site."
