"""Readers have a feed of the authors they follow, and every list has pages of ten articles."""

from tests.support.pages import Page, Site

CARD_TITLE = ".article-preview a.preview-link h1"
LINKS = ".pagination .page-item a.page-link"
ACTIVE_PAGE = ".pagination .page-item.active"
TABS = ".feed-toggle a.nav-link"
ACTIVE_TAB = ".feed-toggle a.nav-link.active"
FEED = "/?feed=following"


def titles(newest: int, oldest: int) -> list[str]:
    """The titles of numbered articles, newest first."""
    return [f"Number {number}" for number in range(newest, oldest - 1, -1)]


def follow(site: Site, name: str) -> None:
    """Follow a user, with a form that says nothing else."""
    __tracebackhide__ = True
    site.post(f"/profile/{name}/follow").redirects_to(f"/profile/{name}")


def page_behind(site: Site, page: Page, number: str) -> Page:
    """The page behind a link under a list."""
    __tracebackhide__ = True
    url = page.one(f"{LINKS}[href*='page={number}']", f"a link to page {number}").attribute("href") or ""
    return site.read(url)


def test_home_shows_ten_articles(site: Site) -> None:
    """The home page shows ten articles, and page 2 shows the rest."""
    for number in range(1, 13):
        site.publish(f"Number {number}")

    for url, expected in {"/": titles(12, 3), "/?page=2": titles(2, 1), "/?page=1": titles(12, 3)}.items():
        site.read(url).lists(CARD_TITLE, "articles", expected)


def test_long_list_has_links_to_its_pages(site: Site) -> None:
    """A list with three pages has a link to each page."""
    site.run("fill-db", "article=21", "--others", "5")
    urls = {"1": "/?page=1", "2": "/?page=2", "3": "/?page=3"}

    for url, active in {"/": "1", "/?page=2": "2", "/?page=3": "3"}.items():
        page = site.read(url)
        page.lists(LINKS, "page links", list(urls))
        page.lists(ACTIVE_PAGE, "active pages", [active])
        for text, target in urls.items():
            page.has_link(LINKS, text, target)


def test_list_of_ten_has_no_page_links(site: Site) -> None:
    """A list with one page has no page links."""
    site.run("fill-db", "article=10", "--others", "5")
    site.read("/").none(".pagination", "page links")

    site.run("fill-db", "article=1", "--others", "0")

    site.read("/").lists(LINKS, "page links", ["1", "2"])


def test_every_list_has_pages(site: Site) -> None:
    """The lists of tags, profiles and favorites have pages, too."""
    nora = site.user("nora")
    for number in range(1, 12):
        article = nora.publish(f"Number {number}", tags="salt & 50%")
        site.post(f"{article}/favorite").redirects_to(article)
    site.publish("Another", tags="other")

    for url in ("/tag/salt & 50%", "/profile/nora", "/profile/someone/favorites"):
        page = site.read(url)
        page.lists(CARD_TITLE, "articles", titles(11, 2))
        page.has_link(LINKS, "2", f"{url}?page=2")
        second = page_behind(site, page, "2")
        second.lists(CARD_TITLE, "articles", titles(1, 1))
        page_behind(site, second, "1").lists(CARD_TITLE, "articles", titles(11, 2))


def test_very_long_list_has_few_page_links(site: Site) -> None:
    """A list with 40 pages has at most 15 page links."""
    site.run("fill-db", "article=400", "--others", "5")

    for current, expected in {1: "1 2 40", 20: "1 19 20 21 40", 40: "1 39 40"}.items():
        url = f"/?page={current}"
        page = site.read(url)
        page.lists(ACTIVE_PAGE, "active pages", [str(current)])
        links = page.links(LINKS)
        found = ", ".join(links) or "none"
        message = page.failure(f"links to the pages {expected}, and at most 15 links", found, LINKS)
        assert set(expected.split()) <= links.keys(), message
        assert len(links) <= 15, message


def test_missing_page_of_a_list_returns_404(site: Site) -> None:
    """A request for a page that doesn't exist returns 404."""
    site.run("fill-db", "article=11", "--others", "5")
    site.read("/?page=2").one(CARD_TITLE, "the last article")

    for number in ("0", "-1", "3", "two"):
        site.get(f"/?page={number}").rejected(404).one("nav.navbar", "the navigation bar")


def test_huge_page_number_returns_404(site: Site) -> None:
    """A request for a page number with 30 digits returns 404."""
    site.run("fill-db", "article=11", "--others", "5")
    site.read("/?page=2").one(CARD_TITLE, "the last article")

    for number in ("9" * 18, "9" * 30):
        site.get(f"/?page={number}").rejected(404)


def test_feed_lists_articles_of_followed_authors(site: Site) -> None:
    """Your feed lists the articles of the authors you follow."""
    nora, oskar, petra = site.user("nora"), site.user("oskar"), site.user("petra")
    for author in (nora, oskar, petra, site):
        author.publish(f"By {author.name}")
    nora.publish("Again by nora")
    nora.publish("Not ready", draft="y")
    follow(site, "nora")
    follow(site, "petra")
    follow(nora, "oskar")

    site.read(FEED).lists(CARD_TITLE, "articles", ["Again by nora", "By petra", "By nora"])

    nora.read(FEED).lists(CARD_TITLE, "articles", ["By oskar"])
    site.post("/profile/nora/unfollow").redirects_to("/profile/nora")
    site.read(FEED).lists(CARD_TITLE, "articles", ["By petra"])
    everything = ["Again by nora", "By someone", "By petra", "By oskar", "By nora"]
    site.read("/").lists(CARD_TITLE, "articles", everything)


def test_feed_has_pages(site: Site) -> None:
    """The page links of your feed lead to pages of your feed."""
    nora = site.user("nora")
    follow(site, "nora")
    for number in range(1, 12):
        nora.publish(f"Number {number}")
    site.publish("By the visitor")

    feed = site.read(FEED)

    feed.lists(CARD_TITLE, "articles", titles(11, 2))
    feed.lists(LINKS, "page links", ["1", "2"])
    second = page_behind(site, feed, "2")
    second.lists(CARD_TITLE, "articles", titles(1, 1))
    second.one(ACTIVE_TAB, "the active tab").has_text("Your Feed")
    page_behind(site, second, "1").lists(CARD_TITLE, "articles", titles(11, 2))


def test_tabs_show_which_list_this_is(site: Site) -> None:
    """The tab of the current list is active."""
    site.publish("By the visitor", tags="sand <b>")

    for url, active in {"/": "Global Feed", FEED: "Your Feed"}.items():
        page = site.read(url)
        page.lists(TABS, "tabs", ["Your Feed", "Global Feed"])
        page.lists(ACTIVE_TAB, "active tabs", [active])
        page.has_link(TABS, "Your Feed", FEED)
        page.has_link(TABS, "Global Feed", "/")
    site.read("/drafts").none(ACTIVE_TAB, "an active tab")
    tag = site.read("/tag/sand <b>")
    tag.lists(f"{TABS}:not(.active)", "other tabs", ["Your Feed", "Global Feed"])
    tag.one(ACTIVE_TAB, "the active tab").links_to("/tag/sand <b>")
    tag.one(ACTIVE_TAB, "the active tab").contains("sand <b>")


def test_signed_out_visitor_has_no_feed(site: Site) -> None:
    """A signed-out visitor is redirected from the feed to /login."""
    site.publish("By a user")
    visitor = site.anonymous

    home = visitor.read("/")

    home.lists(TABS, "tabs", ["Global Feed"])
    home.lists(ACTIVE_TAB, "active tabs", ["Global Feed"])
    home.lists(CARD_TITLE, "articles", ["By a user"])
    visitor.get(FEED).redirects_to("/login")


def test_empty_feed_says_so(site: Site) -> None:
    """An empty feed shows a message with a link to all articles."""
    nora = site.user("nora")
    follow(site, "nora")

    empty = site.read(FEED)

    message = empty.one(".empty-feed-message", "a message about the empty feed")
    message.contains("Your feed is empty")
    message.one("a[href='/']", "a link to all articles")
    empty.none(".article-preview", "a card")
    nora.publish("The first", tags="sand")
    for url in (FEED, "/tag/nothing", "/profile/someone"):
        site.read(url).none(".empty-feed-message", "a message about the empty feed")


def test_more_pages_need_no_more_queries(site: Site) -> None:
    """A list with more pages doesn't cause more queries."""
    site.run("fill-db", "article=11", "--others", "20")
    for author in site.read("/").links(".article-meta .author").keys() - {site.name}:
        follow(site, author)
    few = {url: len(site.queries(url).statements) for url in ("/", FEED)}
    site.read("/").lists(LINKS, "page links", ["1", "2"])
    site.run("fill-db", "article=10", "--others", "0")

    for url, most in few.items():
        with site.most_queries(most, url):
            site.read(url)
    site.read("/").lists(LINKS, "page links", ["1", "2", "3"])


def test_more_articles_are_little_more_work(site: Site) -> None:
    """The home page stays fast with 1,800 more articles."""
    site.run("fill-db", "article=200", "--others", "20")
    site.read("/").one(ACTIVE_PAGE, "the active page")
    few = site.queries("/").work
    site.run("fill-db", "article=1800", "--others", "0")

    many = site.queries("/").work

    # To count the rows takes 3 or 4 steps for each article. With a sidebar that also visits each article, it's 11.
    # To look at each article and sort them takes 15 or more.
    most = 13 * 1800
    expected = f"at most {most:,} more database steps for / with 2,000 articles than with 200"
    assert many - few <= most, f"Expected {expected}. Found {many - few:,}."
