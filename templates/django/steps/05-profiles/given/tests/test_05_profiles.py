"""A profile shows what somebody wrote, and readers follow writers."""

from urllib.parse import quote

from tests.support import Page, Site

CARD_TITLE = ".article-preview a.preview-link h1"
FOLLOW = "form[action^='/profile/']"
BUTTON = f"{FOLLOW} button"
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "////evil.example",
    "http:///evil.example",
    "http:evil.example",
    "//[",
    "nowhere",
    "javascript:alert(1)",
    "",
)


def shows_button(page: Page, words: str, what: str = "a follow button") -> None:
    """The one follow button says these words."""
    __tracebackhide__ = True
    page.one(BUTTON, what).says(words)


def test_a_profile_lists_what_its_owner_wrote(site: Site) -> None:
    """On a profile stand cards of its owner's articles, newest first, and none of other people's."""
    nora, oskar = site.register("nora"), site.register("oskar")
    nora.publish("Low tide", description="Mud and birds.")
    oskar.publish("A quiet street")
    last = nora.publish("High tide")

    page = site.anonymous.read("/profile/nora")

    page.lists(CARD_TITLE, "articles", ["High tide", "Low tide"])
    card = page.card("High tide")
    card.one("a.preview-link", "a link to the article").has("href", last)
    card.one(".article-meta .author", "the author").says("nora")
    site.read("/profile/oskar").lists(CARD_TITLE, "articles", ["A quiet street"])


def test_a_profile_has_a_tab_for_articles(site: Site) -> None:
    """Over the list stands the tab of the articles, the current one, which leads to the profile itself."""
    site.register("nora").publish("Low tide")
    site.register("petra")
    site.register("Zoë & Co")

    for name in ("nora", "petra", "Zoë & Co"):
        tab = site.read(f"/profile/{name}").one(".articles-toggle a.nav-link.active", "the current tab")
        tab.says("Articles")
        tab.links_to(f"/profile/{name}")
    site.read("/profile/nora").lists(CARD_TITLE, "articles", ["Low tide"])
    site.read("/profile/petra").none(".article-preview", "a card")


def test_following_is_a_button_that_turns(site: Site) -> None:
    """Follow becomes Unfollow and back again, and the visitor stays on the profile."""
    site.register("nora")
    shows_button(site.read("/profile/nora"), "Follow nora")

    site.read("/profile/nora").submit(FOLLOW).redirects_to("/profile/nora")
    shows_button(site.read("/profile/nora"), "Unfollow nora")

    site.read("/profile/nora").submit(FOLLOW).redirects_to("/profile/nora")
    shows_button(site.read("/profile/nora"), "Follow nora")


def test_following_has_a_direction(site: Site) -> None:
    """Who follows whom is known for each pair; the other way round and for others, nothing changes."""
    nora, oskar, petra = site.register("nora"), site.register("oskar"), site.register("petra")

    oskar.read("/profile/nora").submit(FOLLOW).redirects_to("/profile/nora")
    petra.read("/profile/oskar").submit(FOLLOW).redirects_to("/profile/oskar")

    shows_button(oskar.read("/profile/nora"), "Unfollow nora")
    shows_button(nora.read("/profile/oskar"), "Follow oskar")
    shows_button(petra.read("/profile/nora"), "Follow nora")
    petra.read("/profile/nora").submit(FOLLOW).redirects_to("/profile/nora")
    petra.read("/profile/oskar").submit(FOLLOW).redirects_to("/profile/oskar")
    shows_button(petra.read("/profile/nora"), "Unfollow nora", "petra's follow button")
    shows_button(petra.read("/profile/oskar"), "Follow oskar")
    shows_button(oskar.read("/profile/nora"), "Unfollow nora", "oskar's follow button")

    oskar.read("/profile/nora").submit(FOLLOW).redirects_to("/profile/nora")
    shows_button(petra.read("/profile/nora"), "Unfollow nora", "petra's follow button")


def test_nobody_follows_themselves(site: Site) -> None:
    """On one's own profile there is no such button, and a form that is sent all the same is refused."""
    nora, oskar = site.register("nora"), site.register("oskar")
    oskar.read("/profile/nora").submit(FOLLOW).redirects_to("/profile/nora")

    nora.send("/profile/nora/follow").refused(403)

    nora.read("/profile/nora").none(BUTTON, "a button to follow yourself")


def test_following_needs_an_account(site: Site) -> None:
    """A stranger sees the button, and whoever presses it is sent to sign in; a mere link follows nobody."""
    site.register("nora")
    stranger = site.anonymous
    shows_button(stranger.read("/profile/nora"), "Follow nora")

    stranger.read("/profile/nora").submit(FOLLOW).asks_to_sign_in()
    stranger.send("/profile/nora/unfollow").asks_to_sign_in()
    site.get("/profile/nora/follow")

    shows_button(site.read("/profile/nora"), "Follow nora")


def test_following_twice_is_following_once(site: Site) -> None:
    """Whoever follows a second time, even at the same moment, or stops twice, finds what they wanted."""
    site.register("nora")
    site.read("/profile/nora")

    with site.just_before_saving(lambda: site.send("/profile/nora/follow")):
        site.send("/profile/nora/follow").redirects_to("/profile/nora")
    site.send("/profile/nora/follow").redirects_to("/profile/nora")
    shows_button(site.read("/profile/nora"), "Unfollow nora")

    site.send("/profile/nora/unfollow").redirects_to("/profile/nora")
    site.send("/profile/nora/unfollow").redirects_to("/profile/nora")
    shows_button(site.read("/profile/nora"), "Follow nora")


def test_following_someone_who_is_not_there_is_not_found(site: Site) -> None:
    """People with an account can be followed; for any other name, the answer is 404."""
    site.register("Zoë & Co?")
    zoe = quote("/profile/Zoë & Co?")
    site.read(zoe).submit(FOLLOW).redirects_to("/profile/Zoë & Co?")

    site.send("/profile/nobody/follow").refused(404)
    site.send("/profile/nobody/unfollow").refused(404)


def test_an_article_offers_to_follow_its_author(site: Site) -> None:
    """The same button stands on an article's page, except for its author, and leads back to the article."""
    nora = site.register("nora")
    article = nora.publish("Low tide")
    nora.read(article).none(BUTTON, "a button to follow yourself")
    shows_button(site.anonymous.read(article), "Follow nora")

    site.read(article).submit(FOLLOW).redirects_to(article)

    shows_button(site.read(article), "Unfollow nora")
    shows_button(site.read("/profile/nora"), "Unfollow nora")
    site.read(article).submit(FOLLOW).redirects_to(article)
    shows_button(site.read(article), "Follow nora")


def test_following_leads_to_no_other_site(site: Site) -> None:
    """Whatever address a form brings along, in a hidden field or behind its own, the visitor stays here."""
    article = site.register("nora").publish("Low tide")
    form = site.read(article).one(FOLLOW, "a follow form")
    hidden = form.names("input[type=hidden]:not([name=csrfmiddlewaretoken])")

    for elsewhere in ELSEWHERE:
        site.read(article).submit(FOLLOW, **dict.fromkeys(hidden, elsewhere)).redirects_to_a_page_under("/")
        shows_button(site.read(article), "Unfollow nora")

        query = "&".join(f"{name}={quote(elsewhere)}" for name in [*hidden, "next", "back"])
        site.send(f"/profile/nora/unfollow?{query}").redirects_to_a_page_under("/")
        shows_button(site.read(article), "Follow nora")


def test_a_form_from_elsewhere_follows_nobody(site: Site) -> None:
    """A page of another site cannot make its visitors follow somebody here."""
    site.register("nora")
    site.send_from_elsewhere("/profile/nora/follow").refused(400, 403)
    shows_button(site.read("/profile/nora"), "Follow nora")

    site.read("/profile/nora").submit(FOLLOW).redirects_to("/profile/nora")
    site.send_from_elsewhere("/profile/nora/unfollow").refused(400, 403)
    shows_button(site.read("/profile/nora"), "Unfollow nora")
