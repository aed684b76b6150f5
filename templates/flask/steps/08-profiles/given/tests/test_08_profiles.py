"""A profile lists the articles of its user, and readers can follow authors."""

from urllib.parse import quote

from tests.support.pages import Page, Site

CARD_TITLE = ".article-preview a.preview-link h1"
FOLLOW = "form[action^='/profile/']"
BUTTON = f"{FOLLOW} button"


def has_button(page: Page, text: str) -> None:
    """The page has one follow button with this text."""
    __tracebackhide__ = True
    page.one(BUTTON, "a follow button").has_text(text)


def press(site: Site, url: str) -> None:
    """Press the follow button on a page, which returns to the page."""
    __tracebackhide__ = True
    page = site.read(url)
    page.one(BUTTON, "a follow button")
    page.submit(FOLLOW).redirects_to(url)


def test_profile_has_a_tab_for_articles(site: Site) -> None:
    """A profile has an active tab for its articles."""
    for name in ("nora", "oskar"):
        site.user(name)

        tab = site.read(f"/profile/{name}").one(".articles-toggle a.nav-link.active", "an active tab")

        tab.has_text("Articles")
        tab.links_to(f"/profile/{name}")


def test_profile_lists_the_articles_of_its_user(site: Site) -> None:
    """A profile lists the articles of its user, newest first."""
    nora, oskar = site.user("nora"), site.user("oskar")
    nora.publish("Low tide", description="Mud and birds.")
    oskar.publish("A quiet street")
    last = nora.publish("High tide")

    profile = site.anonymous.read("/profile/nora")

    profile.lists(CARD_TITLE, "articles", ["High tide", "Low tide"])
    card = profile.card("High tide")
    card.one("a.preview-link", "a link to the article").links_to(last)
    card.one(".article-meta .author", "the author").has_text("nora")
    profile.one(".user-info h4", "the name").has_text("nora")
    site.read("/profile/oskar").lists(CARD_TITLE, "articles", ["A quiet street"])
    site.read("/profile/someone").none(CARD_TITLE, "an article of another user")


def test_profile_lists_no_drafts(site: Site) -> None:
    """A profile doesn't list drafts, even for their author."""
    nora = site.user("nora")
    nora.publish("Low tide")
    nora.publish("High tide", draft="y")

    for visitor in (site, nora):
        visitor.read("/profile/nora").lists(CARD_TITLE, "articles", ["Low tide"])


def test_profile_has_a_follow_button(site: Site) -> None:
    """Visitors see a follow button on another user's profile."""
    site.user("nora")

    for visitor in (site, site.anonymous):
        has_button(visitor.read("/profile/nora"), "Follow nora")


def test_following_changes_the_button(site: Site) -> None:
    """Following a user changes the button's text to Unfollow."""
    site.user("nora")
    site.user("oskar")

    press(site, "/profile/nora")

    has_button(site.read("/profile/nora"), "Unfollow nora")
    has_button(site.read("/profile/oskar"), "Follow oskar")


def test_unfollowing_changes_the_button_back(site: Site) -> None:
    """Unfollowing a user changes the button's text to Follow."""
    site.user("nora")
    site.user("oskar")
    press(site, "/profile/nora")
    press(site, "/profile/oskar")

    press(site, "/profile/nora")

    has_button(site.read("/profile/nora"), "Follow nora")
    has_button(site.read("/profile/oskar"), "Unfollow oskar")
    press(site, "/profile/nora")
    has_button(site.read("/profile/nora"), "Unfollow nora")


def test_following_has_one_direction(site: Site) -> None:
    """If you follow an author, the author doesn't follow you."""
    nora, oskar, petra = site.user("nora"), site.user("oskar"), site.user("petra")

    press(oskar, "/profile/nora")
    press(petra, "/profile/oskar")

    has_button(oskar.read("/profile/nora"), "Unfollow nora")
    has_button(nora.read("/profile/oskar"), "Follow oskar")
    has_button(petra.read("/profile/nora"), "Follow nora")
    press(petra, "/profile/nora")
    press(oskar, "/profile/nora")
    has_button(petra.read("/profile/nora"), "Unfollow nora")
    has_button(petra.read("/profile/oskar"), "Unfollow oskar")


def test_article_page_has_a_follow_button(site: Site) -> None:
    """An article's page has a follow button for its author."""
    nora = site.user("nora")
    article = nora.publish("Low tide")
    nora.read(article).none(BUTTON, "a button to follow yourself")
    has_button(site.anonymous.read(article), "Follow nora")

    site.read(article).submit(FOLLOW)

    has_button(site.read(article), "Unfollow nora")
    has_button(site.read("/profile/nora"), "Unfollow nora")


def test_following_returns_to_the_page(site: Site) -> None:
    """The follow button returns visitors to the same page."""
    article = site.user("nora").publish("Low tide")

    for url in (article, article, "/profile/nora", "/profile/nora"):
        press(site, url)

    has_button(site.read("/profile/nora"), "Follow nora")
    site.post("/profile/nora/follow").redirects_to("/profile/nora")
    site.post("/profile/nora/unfollow").redirects_to("/profile/nora")


def test_following_twice_counts_once(site: Site) -> None:
    """Following or unfollowing a user again changes nothing."""
    site.user("nora")

    site.post("/profile/nora/follow").redirects_to("/profile/nora")
    site.post("/profile/nora/follow").redirects_to("/profile/nora")
    has_button(site.read("/profile/nora"), "Unfollow nora")

    site.post("/profile/nora/unfollow").redirects_to("/profile/nora")
    site.post("/profile/nora/unfollow").redirects_to("/profile/nora")
    has_button(site.read("/profile/nora"), "Follow nora")


def test_user_cannot_follow_themselves(site: Site) -> None:
    """A user can't follow themselves."""
    nora = site.user("nora")
    press(site, "/profile/nora")

    nora.post("/profile/nora/follow").rejected(403)

    nora.read("/profile/nora").none(BUTTON, "a button to follow yourself")


def test_signed_out_visitor_cannot_follow(site: Site) -> None:
    """Following a user redirects signed-out visitors to /login."""
    site.user("nora")
    press(site, "/profile/nora")
    visitor = site.anonymous

    visitor.read("/profile/nora").submit(FOLLOW).redirects_to("/login")
    visitor.post("/profile/nora/unfollow").redirects_to("/login")

    has_button(site.read("/profile/nora"), "Unfollow nora")


def test_following_a_missing_user_returns_404(site: Site) -> None:
    """Following a user who doesn't exist returns 404."""
    site.user("nora")
    press(site, "/profile/nora")

    site.post("/profile/nobody/follow").rejected(404)
    site.post("/profile/nobody/unfollow").rejected(404)


def test_other_sites_cannot_follow(site: Site) -> None:
    """A page of another site can't make a user follow an author."""
    site.user("nora")
    site.get("/profile/nora/follow")
    site.post_from_another_site("/profile/nora/follow").rejected(400)
    press(site, "/profile/nora")

    site.get("/profile/nora/unfollow")
    site.post_from_another_site("/profile/nora/unfollow").rejected(400)

    has_button(site.read("/profile/nora"), "Unfollow nora")


def test_following_twice_at_the_same_moment_counts_once(site: Site) -> None:
    """Two simultaneous requests to follow a user both succeed."""
    site.user("nora")
    site.read("/profile/nora")

    with site.just_before_saving(lambda: site.post("/profile/nora/follow")):
        site.post("/profile/nora/follow").redirects_to("/profile/nora")

    has_button(site.read("/profile/nora"), "Unfollow nora")
    with site.just_before_saving(lambda: site.post("/profile/nora/unfollow")):
        site.post("/profile/nora/unfollow").redirects_to("/profile/nora")
    has_button(site.read("/profile/nora"), "Follow nora")


def test_following_never_redirects_to_another_site(site: Site) -> None:
    """The follow button never redirects to another site."""
    article = site.user("nora").publish("Low tide")
    hidden = site.read(article).names(f"{FOLLOW} input[type=hidden]:not([name=csrf_token])")

    for target in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        fields = dict.fromkeys(hidden, target)
        site.read(article).submit(FOLLOW, **fields).redirects_to_a_page_under("/")
        query = "&".join(f"{name}={quote(target)}" for name in (*hidden, "next", "back"))
        site.post(f"/profile/nora/unfollow?{query}", **fields, next=target).redirects_to_a_page_under("/")

    has_button(site.read(article), "Follow nora")
