"""Readers have a feed of those whom they follow, and every list goes on over pages of ten."""

from urllib.parse import quote

from tests.support import Page, Site

CARD_TITLE = ".article-preview a.preview-link h1"
PAGES = ".pagination .page-item a.page-link"
FOLLOW = "form[action^='/profile/']"


def links(page: Page) -> dict[str, str]:
    """The links to the pages of a list: what they say, and where they lead."""
    found = page.some(PAGES, "links to pages")
    return {link.words(): link.attribute("href") or "" for link in found}


def follow(site: Site, name: str) -> None:
    """Press the button on somebody's profile that follows them, or stops it."""
    site.read(f"/profile/{name}").submit(FOLLOW).redirects_to(f"/profile/{name}")


def test_home_shows_ten_articles_a_page(site: Site) -> None:
    """The home page shows the ten newest articles; the others stand on further pages, each article once."""
    for number in range(1, 22):
        site.publish(f"Number {number}")

    titles = [f"Number {number}" for number in range(21, 0, -1)]
    for number, address in enumerate(("/", "/?page=2", "/?page=3", "/?page=1")):
        number %= 3
        page = site.read(address)
        page.lists(CARD_TITLE, "articles", titles[10 * number : 10 * number + 10])
        page.one(".pagination .page-item.active", "the current page").says(str(number + 1))
        page.lists(".pagination .page-item", "pages", ["1", "2", "3"])
        page.links(PAGES, "links to pages", {"1": "/?page=1", "2": "/?page=2", "3": "/?page=3"})


def test_ten_articles_need_no_pages(site: Site) -> None:
    """Where a whole list is on one page, there are no links to others; the eleventh article brings them."""
    for number in range(10):
        site.publish(f"Number {number}")
    site.read("/").none(".pagination", "links to other pages")

    site.register("nora").publish("The eleventh", tags="sand")

    site.read("/").lists(PAGES, "links to pages", ["1", "2"])
    for address in ("/tag/sand", "/profile/nora"):
        site.read(address).lists(CARD_TITLE, "articles", ["The eleventh"])
        site.read(address).none(".pagination", "links to other pages")
    site.read("/?page=2").lists(CARD_TITLE, "articles", ["Number 0"])


def test_every_list_goes_on_over_pages(site: Site) -> None:
    """Tags, profiles and favorites have pages of ten as well, and their links keep the list's address."""
    zoe = site.register("Zoë & Co?")
    for number in range(1, 12):
        article = zoe.publish(f"Number {number}", tags="left/right & 50%?")
        site.send(f"{article}/favorite").redirects_to(article)
    site.publish("Another", tags="other")

    for address in ("/tag/left/right & 50%?", "/profile/Zoë & Co?", "/profile/someone/favorites"):
        first = site.read(quote(address))

        first.lists(CARD_TITLE, "articles", [f"Number {number}" for number in range(11, 1, -1)])
        first.links(PAGES, "links to pages", {"1": f"{address}?page=1", "2": f"{address}?page=2"})
        second = site.read(links(first)["2"])
        second.lists(CARD_TITLE, "articles", ["Number 1"])
        second.one(".pagination .page-item.active", "the current page").says("2")
        site.read(links(second)["2"]).lists(CARD_TITLE, "articles", ["Number 1"])


def test_a_list_of_forty_pages_needs_no_forty_links(site: Site) -> None:
    """However many pages a list has, there are links to the first, to the last and to those nearby."""
    site.fill("article=400", others=20)

    for current, wanted in {1: "1 2 40", 20: "1 19 20 21 40", 40: "1 39 40"}.items():
        page = site.read(f"/?page={current}")
        page.one(".pagination .page-item.active", "the current page").says(str(current))
        shown = links(page)
        missing = [number for number in wanted.split() if number not in shown]
        assert not missing, f"Expected links to the pages {wanted} on /?page={current}. Found {', '.join(shown)}."
        page.one(f"{PAGES}[href='/?page=40']", "a link to page 40")
        assert len(shown) <= 15, f"Expected at most 15 links to pages on /?page={current}. Found {len(shown)}."


def test_a_page_that_is_not_there_is_not_found(site: Site) -> None:
    """The last page is there; numbers before the first and after the last, and what is no number, are 404."""
    for number in range(11):
        site.publish(f"Number {number}")
    site.read("/?page=2").lists(CARD_TITLE, "articles", ["Number 0"])

    for page in ("0", "-1", "3", "two", "9" * 20):
        site.get(f"/?page={page}").refused(404).one("nav.navbar a.navbar-brand", "a link to the home page")


def test_your_feed_shows_those_whom_you_follow(site: Site) -> None:
    """The feed holds the articles of everyone whom the visitor follows, newest first, and no others."""
    nora, oskar, petra = site.register("nora"), site.register("oskar"), site.register("petra")
    for writer in (nora, oskar, petra, site):
        writer.publish(f"By {writer.name}")
    nora.publish("Once more by nora")
    for name in ("nora", "petra"):
        follow(site, name)
    follow(nora, "oskar")

    site.read("/?feed=following").lists(CARD_TITLE, "articles", ["Once more by nora", "By petra", "By nora"])
    nora.read("/?feed=following").lists(CARD_TITLE, "articles", ["By oskar"])

    follow(site, "nora")
    site.read("/?feed=following").lists(CARD_TITLE, "articles", ["By petra"])
    all_of_them = ["Once more by nora", "By someone", "By petra", "By oskar", "By nora"]
    site.read("/").lists(CARD_TITLE, "articles", all_of_them)


def test_your_feed_has_pages_too(site: Site) -> None:
    """A long feed goes on over pages of ten, whose links keep the feed."""
    nora = site.register("nora")
    follow(site, "nora")
    for number in range(1, 12):
        nora.publish(f"Number {number}")
    site.publish("By the visitor")

    first = site.read("/?feed=following")

    first.lists(CARD_TITLE, "articles", [f"Number {number}" for number in range(11, 1, -1)])
    first.links(PAGES, "links to pages", {"1": "/?feed=following&page=1", "2": "/?feed=following&page=2"})
    second = site.read("/?feed=following&page=2")
    second.lists(CARD_TITLE, "articles", ["Number 1"])
    second.one(".feed-toggle .nav-link.active", "the current tab").says("Your Feed")
    marked = second.card("Number 1").submit(".article-meta form:has(button.btn-outline-primary)")
    marked.redirects_to("/?feed=following&page=2")


def test_the_tabs_tell_which_list_this_is(site: Site) -> None:
    """Your Feed and Global Feed stand over the list, one of them the current one; a tag's tab joins them."""
    site.publish("By the visitor", tags="sand")
    tabs, current = ".feed-toggle a.nav-link", ".feed-toggle a.nav-link.active"

    home = site.read("/")
    home.lists(tabs, "tabs", ["Your Feed", "Global Feed"])
    home.links(tabs, "tabs", {"Your Feed": "/?feed=following", "Global Feed": "/"})
    home.one(current, "the current tab").says("Global Feed")
    feed = site.read("/?feed=following")
    feed.lists(tabs, "tabs", ["Your Feed", "Global Feed"])
    feed.one(current, "the current tab").says("Your Feed")
    tag = site.read("/tag/sand")
    tag.lists(f"{tabs}:not(.active)", "other tabs", ["Your Feed", "Global Feed"])
    tag.one(current, "the current tab").has("href", "/tag/sand")
    tag.one(current, "the current tab").contains("sand")
    for page in (home, feed, tag):
        page.none(".feed-toggle [aria-current]:not(.active)", "another tab with aria-current")


def test_a_stranger_has_no_feed(site: Site) -> None:
    """Whoever is not signed in sees the tab of all articles alone; the feed's address leads to sign in."""
    site.publish("By the visitor")
    stranger = site.anonymous

    home = stranger.read("/")

    home.one(".feed-toggle a.nav-link", "the only tab").says("Global Feed")
    home.one(".feed-toggle a.nav-link.active", "the current tab")
    home.lists(CARD_TITLE, "articles", ["By the visitor"])
    stranger.get("/?feed=following").redirects_to("/login")


def test_an_empty_feed_says_what_to_do(site: Site) -> None:
    """A feed with nothing in it says so and leads to all articles; once there is something, this is gone."""
    nora = site.register("nora")
    follow(site, "nora")

    empty = site.read("/?feed=following")

    message = empty.one(".empty-feed-message", "a message about the empty feed")
    message.contains("Your feed is empty")
    message.one("a[href='/']", "a link to all articles")
    empty.none(".article-preview", "a card")
    empty.none(".pagination", "links to other pages")
    nora.publish("At last")
    site.read("/?feed=following").none(".empty-feed-message", "a message about an empty feed")
    site.read("/tag/nothing").none(".empty-feed-message", "a message about an empty feed")


def test_a_longer_list_is_no_more_questions(site: Site) -> None:
    """A list of three pages asks the database as often for each of them as a list of two."""
    writers = [site.register(name) for name in ("nora", "oskar", "petra")]
    for writer in writers:
        follow(site, writer.name)

    def asked(*numbers: int) -> dict[str, int]:
        """Publish more articles; how many questions each list is then, and that it has the pages for them."""
        for number in numbers:
            writers[number % 3].publish(f"Number {number}", tags=f"sand, tag{number}")
        pages = [str(page) for page in range(1, numbers[-1] // 10 + 2)]
        for address in ("/", "/?feed=following", "/tag/sand"):
            site.read(address).lists(PAGES, "links to pages", pages)
        return {address: site.questions(address) for address in ("/", "/?feed=following", "/tag/sand")}

    few, many = asked(*range(11)), asked(*range(11, 21))

    for address in few:
        told = f"{few[address]} queries for three pages on {address}, as for two. Found {many[address]}"
        assert many[address] <= few[address], f"Expected at most {told}."


def test_a_longer_list_is_hardly_more_work(site: Site) -> None:
    """The ten newest of thousands are found without a look at each of the others."""
    site.fill("article=100", others=20)
    few, cards = site.work("/"), len(site.read("/").texts(CARD_TITLE))
    assert cards == 10, f"Expected 10 of 100 articles on /. Found {cards}."

    site.fill("article=900", others=0)
    many = site.work("/")

    told = f"fewer than {2 * few} database steps for / with 1,000 articles, because 100 take {few}"
    assert many < 2 * few, f"Expected {told}. Found {many}."
