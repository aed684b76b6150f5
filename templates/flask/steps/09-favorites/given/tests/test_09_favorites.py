"""Users favorite articles, and no page sends a query for each card."""

import re
from urllib.parse import unquote

from tests.support.pages import Part, Site

CARD_TITLE = ".article-preview a.preview-link h1"
OFF = ".article-meta button.btn-outline-primary"
ON = ".article-meta button.btn-primary"
BUTTON = ".article-meta :is(button.btn-outline-primary, button.btn-primary)"
FORM = ".article-meta form[action^='/article/']"


def has_count(part: Part, button: str, number: int) -> None:
    """The part has one favorite button, in this state and with this number."""
    __tracebackhide__ = True
    text = part.one(button, "a favorite button").text()
    message = part.failure(f"the number {number} on the favorite button", f'"{text}"', button)
    assert re.findall(r"\d+", text) == [str(number)], message


def press(site: Site, url: str, card: str = "") -> None:
    """Press the favorite button on a page or on one of its cards. It returns to the page."""
    __tracebackhide__ = True
    part = site.read(url).card(card) if card else site.read(url)
    part.one(BUTTON, "a favorite button")
    part.submit(FORM).redirects_to(url)


def test_card_has_a_favorite_button_with_a_count(site: Site) -> None:
    """Each card has a favorite button with the number of favorites."""
    site.publish("Moss")
    site.user("nora").publish("Lichen")

    for visitor in (site, site.anonymous):
        for title in ("Moss", "Lichen"):
            has_count(visitor.read("/").card(title), OFF, 0)


def test_favoriting_changes_the_button(site: Site) -> None:
    """Favoriting an article changes the button's color and number."""
    moss, lichen = site.publish("Moss"), site.user("nora").publish("Lichen")

    site.post(f"{moss}/favorite").redirects_to(moss)

    home = site.read("/")
    has_count(home.card("Moss"), ON, 1)
    home.card("Moss").none(OFF, "a second favorite button")
    has_count(home.card("Lichen"), OFF, 0)
    site.read("/").card("Lichen").submit(FORM)
    has_count(site.read(lichen), ON, 1)


def test_unfavoriting_changes_the_button_back(site: Site) -> None:
    """Unfavoriting an article undoes the changes of the button."""
    moss, lichen = site.publish("Moss"), site.publish("Lichen")
    site.post(f"{moss}/favorite").redirects_to(moss)
    site.post(f"{lichen}/favorite").redirects_to(lichen)

    site.post(f"{moss}/unfavorite").redirects_to(moss)

    has_count(site.read("/").card("Moss"), OFF, 0)
    has_count(site.read("/").card("Lichen"), ON, 1)
    site.read("/").card("Lichen").submit(FORM)
    has_count(site.read("/").card("Lichen"), OFF, 0)


def test_article_button_says_favorite_or_unfavorite(site: Site) -> None:
    """The button on an article's page says Favorite or Unfavorite."""
    moss = site.user("nora").publish("Moss")
    site.read(moss).one(OFF, "a favorite button").contains("Favorite")

    press(site, moss)

    site.read(moss).one(ON, "a favorite button").contains("Unfavorite")
    press(site, moss)
    site.read(moss).one(OFF, "a favorite button").contains("Favorite")


def test_count_is_the_same_for_everyone(site: Site) -> None:
    """Everyone sees the same number of favorites of an article."""
    moss = site.publish("Moss")
    nora, oskar = site.user("nora"), site.user("oskar")

    nora.post(f"{moss}/favorite").redirects_to(moss)
    oskar.post(f"{moss}/favorite").redirects_to(moss)

    for url in ("/", moss):
        has_count(nora.read(url), ON, 2)
        has_count(site.read(url), OFF, 2)
        has_count(site.anonymous.read(url), OFF, 2)
    nora.post(f"{moss}/unfavorite").redirects_to(moss)
    has_count(oskar.read(moss), ON, 1)
    has_count(nora.read(moss), OFF, 1)


def test_favoriting_twice_counts_once(site: Site) -> None:
    """Favoriting an article a second time changes nothing."""
    moss, nora = site.publish("Moss"), site.user("nora")
    nora.post(f"{moss}/favorite").redirects_to(moss)

    site.post(f"{moss}/favorite").redirects_to(moss)
    site.post(f"{moss}/favorite").redirects_to(moss)
    has_count(site.read(moss), ON, 2)

    site.post(f"{moss}/unfavorite").redirects_to(moss)
    site.post(f"{moss}/unfavorite").redirects_to(moss)
    has_count(site.read(moss), OFF, 1)


def test_signed_out_visitor_cannot_favorite(site: Site) -> None:
    """Favoriting an article while signed out redirects to /login."""
    moss = site.publish("Moss")
    site.post(f"{moss}/favorite").redirects_to(moss)
    visitor = site.anonymous

    visitor.read(moss).submit(FORM).redirects_to("/login")
    visitor.post(f"{moss}/unfavorite").redirects_to("/login")

    has_count(site.read(moss), ON, 1)


def test_favoriting_a_missing_article_returns_404(site: Site) -> None:
    """Favoriting an article that doesn't exist returns 404."""
    moss = site.publish("Moss")
    site.post(f"{moss}/favorite").redirects_to(moss)

    site.post("/article/no-such-article/favorite").rejected(404)
    site.post("/article/no-such-article/unfavorite").rejected(404)


def test_favorites_are_listed_on_the_profile(site: Site) -> None:
    """A user's favorites are listed with the newest article first."""
    nora, oskar = site.user("nora"), site.user("oskar")
    moss, clover = nora.publish("Moss"), nora.publish("Clover")
    lichen, fern = oskar.publish("Lichen"), oskar.publish("Fern")
    for user, article in ((nora, lichen), (nora, clover), (nora, moss), (oskar, fern)):
        user.post(f"{article}/favorite").redirects_to(article)

    page = site.anonymous.read("/profile/nora/favorites")

    page.lists(CARD_TITLE, "articles", ["Lichen", "Clover", "Moss"])
    page.one(".profile-page h4", "the name").has_text("nora")
    site.read("/profile/oskar/favorites").lists(CARD_TITLE, "articles", ["Fern"])
    site.read("/profile/nora").lists(CARD_TITLE, "articles", ["Clover", "Moss"])
    site.get("/profile/nobody/favorites").rejected(404)


def test_profile_has_a_tab_for_favorites(site: Site) -> None:
    """A profile has two tabs, called Articles and Favorited."""
    site.user("nora")
    urls = {"Articles": "/profile/nora", "Favorited": "/profile/nora/favorites"}

    for active, url in urls.items():
        page = site.read(url)
        page.lists(".articles-toggle a.nav-link", "tabs", list(urls))
        page.lists(".articles-toggle a.nav-link.active", "active tabs", [active])
        for text, target in urls.items():
            page.has_link(".articles-toggle a.nav-link", text, target)


def test_favoriting_on_a_list_returns_to_the_list(site: Site) -> None:
    """Favoriting an article in a list redirects to the same list."""
    nora = site.user("nora")
    moss = nora.publish("Moss", tags="green")
    nora.post(f"{moss}/favorite").redirects_to(moss)

    for url in ("/", "/tag/green", "/profile/nora", "/profile/nora/favorites"):
        press(site, url, "Moss")
    has_count(site.read("/").card("Moss"), OFF, 1)


def test_deleting_an_article_deletes_its_favorites(site: Site) -> None:
    """Deleting an article deletes its favorites."""
    moss = site.publish("Moss")
    site.post(f"{moss}/favorite").redirects_to(moss)
    site.user("nora").post(f"{moss}/favorite").redirects_to(moss)

    site.delete(moss).redirects_to("/")

    site.read("/profile/someone/favorites").none(".article-preview", "a card")
    has_count(site.read(site.publish("Moss")), OFF, 0)


def test_more_cards_need_no_more_queries(site: Site) -> None:
    """A page with more cards doesn't send more queries."""
    nora, oskar, petra = site.user("nora"), site.user("oskar"), site.user("petra")

    def publish(*authors: Site) -> None:
        for author in authors:
            article = author.publish("Moss", tags="green, soft")
            oskar.post(f"{article}/favorite").redirects_to(article)

    publish(nora, nora)
    few = {}
    for url in ("/", "/tag/green", "/profile/nora", "/profile/oskar/favorites"):
        few[url] = len(oskar.queries(url).statements)
        page = oskar.read(url)
        page.lists(CARD_TITLE, "articles", ["Moss", "Moss"])
        page.some(ON, "a favorite button")
    publish(nora, site, petra)

    for url, most in few.items():
        with oskar.most_queries(most, url):
            oskar.read(url)
    oskar.read("/").lists(CARD_TITLE, "articles", ["Moss"] * 5)


def test_other_sites_cannot_favorite(site: Site) -> None:
    """A link or a form on another site can't change favorites."""
    moss = site.publish("Moss")
    site.get(f"{moss}/favorite")
    site.post_from_another_site(f"{moss}/favorite").rejected(400)
    site.post(f"{moss}/favorite").redirects_to(moss)

    site.get(f"{moss}/unfavorite")
    site.post_from_another_site(f"{moss}/unfavorite").rejected(400)

    has_count(site.read(moss), ON, 1)


def test_favoriting_twice_at_the_same_moment_counts_once(site: Site) -> None:
    """Two simultaneous favorites by one user count only once."""
    moss = site.publish("Moss")

    with site.just_before_saving(lambda: site.post(f"{moss}/favorite")):
        site.post(f"{moss}/favorite").redirects_to(moss)

    has_count(site.read(moss), ON, 1)
    with site.just_before_saving(lambda: site.post(f"{moss}/unfavorite")):
        site.post(f"{moss}/unfavorite").redirects_to(moss)
    has_count(site.read(moss), OFF, 0)


def test_favorite_button_works_on_any_url(site: Site) -> None:
    """The favorite button works if the URL has special characters."""
    site.user("nora").publish("Moss", tags="50% green, #1, why?")

    for link in site.read("/").some(".article-preview .tag-list a.tag-default", "the links to its tags"):
        url = link.attribute("href") or ""
        for _ in range(2):
            site.read(url).card("Moss").submit(FORM).redirects_to(unquote(url))
