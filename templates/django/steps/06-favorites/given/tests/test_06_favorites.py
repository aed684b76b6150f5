"""Readers mark articles, everyone sees how many did, and no page asks the database for each card."""

from urllib.parse import quote

from tests.support import Page, Part, Site

CARD_TITLE = ".article-preview a.preview-link h1"
FORM = "form:has(button.btn-outline-primary), form:has(button.btn-primary)"
MARK = f".article-meta :is({FORM})"
OFF = ".article-meta button.btn-outline-primary"
ON = ".article-meta button.btn-primary"
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "////evil.example",
    "http:evil.example",
    "//[",
)


def count(part: Part, button: str) -> int:
    """The number on the button."""
    digits = "".join(sign for sign in part.one(button, "the favorite button").words() if sign.isdigit())
    return int(digits or "-1")


def shows_count(part: Part, button: str, number: int) -> None:
    """The button has this number."""
    __tracebackhide__ = True
    found = count(part, button)
    assert found == number, part.failure(f"{number} on the favorite button", str(found), button)


def press(page: Page, card: str = "") -> None:
    """Press the favorite button, on a card or on an article's page. It leads back to this page."""
    __tracebackhide__ = True
    part = page.card(card) if card else page
    part.one(f"{OFF}, {ON}", "the favorite button")
    part.submit(MARK).redirects_to(page.address)


def test_a_card_has_a_button_that_marks_it(site: Site) -> None:
    """The button on a card shows a count; pressing it changes count and looks, and leads back to the list."""
    site.publish("Moss")
    site.register("nora").publish("Lichen")
    shows_count(site.read("/").card("Moss"), OFF, 0)

    press(site.read("/"), "Moss")

    home = site.read("/")
    shows_count(home.card("Moss"), ON, 1)
    home.card("Moss").none(OFF, "an outlined favorite button")
    shows_count(home.card("Lichen"), OFF, 0)
    press(site.read("/"), "Moss")
    shows_count(site.read("/").card("Moss"), OFF, 0)


def test_an_article_says_favorite_or_unfavorite(site: Site) -> None:
    """On the page of an article the button says Favorite, once pressed Unfavorite, and leads back there."""
    moss = site.register("nora").publish("Moss")
    site.read(moss).one(OFF, "the favorite button").contains("Favorite")

    press(site.read(moss))

    page = site.read(moss)
    page.one(ON, "the favorite button").contains("Unfavorite")
    shows_count(page, ON, 1)
    press(site.read(moss))
    shows_count(site.read(moss), OFF, 0)


def test_the_count_is_everyones_and_the_mark_ones_own(site: Site) -> None:
    """Each reader's mark counts once for all; whether the button is on depends on who looks."""
    moss = site.publish("Moss")
    nora, oskar = site.register("nora"), site.register("oskar")

    press(nora.read(moss))
    press(oskar.read(moss))

    shows_count(nora.read(moss), ON, 2)
    shows_count(site.read(moss), OFF, 2)
    shows_count(site.anonymous.read(moss), OFF, 2)
    shows_count(site.anonymous.read("/").card("Moss"), OFF, 2)
    press(nora.read(moss))
    shows_count(oskar.read(moss), ON, 1)
    shows_count(nora.read(moss), OFF, 1)


def test_marking_needs_an_account(site: Site) -> None:
    """A stranger sees the button, pressing it leads to the sign-in page; a mere link marks nothing."""
    moss = site.publish("Moss")
    press(site.read(moss))
    stranger = site.anonymous

    stranger.read(moss).submit(MARK).asks_to_sign_in()
    stranger.send(f"{moss}/unfavorite").asks_to_sign_in()
    site.get(f"{moss}/unfavorite")

    shows_count(site.read(moss), ON, 1)


def test_marking_twice_is_marking_once(site: Site) -> None:
    """Two presses, even at the same moment, count as one; two that take it back, as one, and others stay."""
    moss, lichen = site.publish("Moss"), site.publish("Lichen")
    nora = site.register("nora")
    press(site.read(lichen))

    with site.just_before_saving(lambda: site.send(f"{moss}/favorite")):
        site.send(f"{moss}/favorite").redirects_to(moss)
    site.send(f"{moss}/favorite").redirects_to(moss)
    shows_count(site.read(moss), ON, 1)
    press(nora.read(moss))

    site.send(f"{moss}/unfavorite").redirects_to(moss)
    site.send(f"{moss}/unfavorite").redirects_to(moss)
    shows_count(site.read(moss), OFF, 1)
    shows_count(site.read(lichen), ON, 1)


def test_what_is_not_there_cannot_be_marked(site: Site) -> None:
    """An article that is there can be marked; a missing one is 404, and a form from elsewhere is refused."""
    moss = site.publish("Moss")
    site.send(f"{moss}/favorite").redirects_to(moss)

    site.send("/article/no-such-article/favorite").refused(404)
    site.send("/article/no-such-article/unfavorite").refused(404)
    site.send_from_elsewhere(f"{moss}/unfavorite").refused(400, 403)
    shows_count(site.read(moss), ON, 1)

    press(site.read(moss))
    site.send_from_elsewhere(f"{moss}/favorite").refused(400, 403)
    shows_count(site.read(moss), OFF, 0)


def test_a_profile_has_a_tab_of_favorites(site: Site) -> None:
    """The tab Favorited lists what somebody marked, newest first, whoever wrote it and whoever looks."""
    nora, oskar = site.register("nora"), site.register("oskar")
    nora.publish("Moss")
    oskar.publish("Lichen")
    oskar.publish("Fern")
    nora.publish("Clover")
    for title in ("Clover", "Lichen", "Moss"):
        press(nora.read("/"), title)
    press(oskar.read("/"), "Fern")

    tab = site.read("/profile/nora").one(".articles-toggle a:not(.active)", "the other tab")
    tab.says("Favorited")
    tab.has("href", "/profile/nora/favorites")

    page = site.anonymous.read("/profile/nora/favorites")
    page.lists(CARD_TITLE, "articles", ["Clover", "Lichen", "Moss"])
    page.one(".articles-toggle a.active", "the current tab").says("Favorited")
    page.one(".articles-toggle a[href='/profile/nora']", "the other tab").says("Articles")
    page.one(".profile-page h4", "the name").says("nora")
    site.read("/profile/oskar/favorites").lists(CARD_TITLE, "articles", ["Fern"])
    site.get("/profile/nobody/favorites").refused(404)
    site.register("Zoë & Co")
    page = site.read("/profile/Zoë & Co/favorites")
    page.one(".articles-toggle a.active", "the current tab").says("Favorited")


def test_marking_on_a_list_stays_on_the_list(site: Site) -> None:
    """Wherever a card stands, its button leads back to that page, whatever signs its address holds."""
    site.register("Zoë & Co").publish("Moss", tags="50% green, #1, why?")
    links = site.read("/").some(".article-preview .tag-list a.tag-default", "links to its tags")
    for address in [*(link.attribute("href") or "" for link in links), quote("/profile/Zoë & Co")]:
        for _ in range(2):
            press(site.read(address), "Moss")
    press(site.read("/"), "Moss")

    press(site.read("/profile/someone/favorites"), "Moss")
    site.read("/profile/someone/favorites").none(".article-preview", "a card")


def test_an_article_that_is_marked_can_be_deleted(site: Site) -> None:
    """Deleting an article takes its marks along; a new one with the same address begins at none."""
    moss = site.publish("Moss")
    press(site.read(moss))
    press(site.register("nora").read(moss))

    site.delete(moss).redirects_to("/")

    site.read("/profile/someone/favorites").none(".article-preview", "a card")
    shows_count(site.read(site.publish("Moss")), OFF, 0)


def test_marking_leads_to_no_other_site(site: Site) -> None:
    """Favoriting an article never redirects to another site."""
    moss = site.publish("Moss")
    site.read(moss).one(f"{OFF}, {ON}", "the favorite button")
    hidden = site.read(moss).one(MARK, "a form").names("input[type=hidden]:not([name=csrfmiddlewaretoken])")

    for elsewhere in ELSEWHERE:
        site.read(moss).submit(MARK, **dict.fromkeys(hidden, elsewhere)).redirects_to_a_page_under("/")
        shows_count(site.read(moss), ON, 1)

        query = "&".join(f"{name}={quote(elsewhere)}" for name in [*hidden, "next", "back"])
        site.send(f"{moss}/unfavorite?{query}").redirects_to_a_page_under("/")
        shows_count(site.read(moss), OFF, 0)


def test_more_cards_are_no_more_questions(site: Site) -> None:
    """A list of ten articles asks the database as often as a list of four, whoever wrote them."""
    nora, oskar = site.register("nora"), site.register("oskar")
    lists = {"/": 2, "/tag/green": 2, "/profile/nora": 1, "/profile/oskar/favorites": 2}

    def asked(*numbers: int) -> dict[str, int]:
        """Add articles, by nora and by new people, with tags and marks; how many questions each list is then."""
        for number in numbers:
            other = site.register(f"writer{number}")
            for writer, title in ((nora, f"Nora {number}"), (other, f"Other {number}")):
                article = writer.publish(title, tags=f"green, {writer.name}{number}")
                oskar.send(f"{article}/favorite").redirects_to(article)
            other.send(f"{article}/favorite").redirects_to(article)
        for address, each in lists.items():
            cards, wanted = len(oskar.read(address).texts(CARD_TITLE)), each * numbers[-1]
            assert cards == wanted, f"Expected {wanted} articles on {address}. Found {cards}."
        return {address: oskar.questions(address) for address in lists}

    few = asked(1, 2)
    shows_count(oskar.read("/").card("Other 1"), ON, 2)
    many = asked(3, 4, 5)

    for address, each in lists.items():
        told = f"{few[address]} queries for {5 * each} articles on {address}, as for {2 * each}"
        assert many[address] <= few[address], f"Expected at most {told}. Found {many[address]}."


def test_more_comments_are_no_more_questions(site: Site) -> None:
    """An article with six comments asks the database as often as one with two, whoever wrote them."""
    moss = site.publish("Moss")

    def asked(*numbers: int) -> int:
        for number in numbers:
            site.register(f"reader{number}").comment(moss, f"Remark {number}")
        return site.questions(moss)

    few, many = asked(1, 2), asked(3, 4, 5, 6)

    site.read(moss).card("Remark 6").one("a[href='/profile/reader6']", "a link to the author")
    assert many <= few, f"Expected at most {few} queries for 6 comments on {moss}, as for 2. Found {many}."
