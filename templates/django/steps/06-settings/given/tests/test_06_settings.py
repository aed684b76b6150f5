"""Users have a profile, and they can change their name, picture and password."""

import re

import pytest

from tests.support.pages import PASSWORD, Page, Reply, Site

ERRORS = ".error-messages li"
SETTINGS = "form:has(textarea[name=bio])"
SIGN_IN_LINK = "nav.navbar a[href='/login']"


def save(site: Site, **fields: str) -> Reply:
    """Open the settings, change these fields and save."""
    return site.read("/settings").submit(SETTINGS, **fields)


def sign_in(site: Site, email: str, password: str) -> Reply:
    """Send the sign-in form with these values from a new browser."""
    return site.anonymous.post("/login", email=email, password=password)


def is_signed_in(site: Site) -> None:
    """The visitor is signed in: the navigation bar has no link to sign in."""
    __tracebackhide__ = True
    site.read("/").none(SIGN_IN_LINK, "a link to sign in, because the visitor is signed in")


def is_signed_out(site: Site) -> None:
    """The visitor isn't signed in: the navigation bar has a link to sign in."""
    __tracebackhide__ = True
    site.read("/").one(SIGN_IN_LINK, "a link to sign in, because the visitor is signed out")


def ask_for_link(visitor: Site, email: str) -> None:
    """Send the form for a forgotten password."""
    __tracebackhide__ = True
    page = visitor.read("/password-reset")
    page.one("nav.navbar a.navbar-brand", "the navigation bar of the site")
    page.submit("main form:has(input[name=email])", email=email).redirects_to("/password-reset/sent")


def link_for(site: Site, user: Site) -> str:
    """Ask for a link as a new visitor, and return the link in the e-mail to the user."""
    __tracebackhide__ = True
    ask_for_link(site.anonymous, user.email)
    mails = site.server.mails()
    assert [mail.to for mail in mails] == [[user.email]], f"Expected one e-mail to {user.email}. Found {mails}."
    links = re.findall(r"https?://localhost(/password-reset/\S+)", mails[0].body)
    assert len(links) == 1, (
        f"Expected one link that starts with http://localhost/password-reset/. Found: {mails[0].body}"
    )
    return links[0]


def open_link(visitor: Site, link: str) -> Page:
    """The page behind a link in an e-mail. Django first redirects to a URL without the token."""
    __tracebackhide__ = True
    reply = visitor.get(link)
    page = visitor.read(reply.target) if reply.target else reply.page()
    page.one("nav.navbar a.navbar-brand", "the navigation bar of the site")
    return page


def choose_password(page: Page, password: str) -> Reply:
    """Fill in the form for a new password."""
    __tracebackhide__ = True
    fields = {"new_password1": password, "new_password2": password}
    return page.submit("main form:has(input[type=password])", **fields)


def test_every_user_has_a_profile(site: Site) -> None:
    """Every user has a profile page with a name and a picture."""
    ada, bob = site.register("ada"), site.register("Bob & Co?")

    for visitor in (ada, bob, site.anonymous):
        page = visitor.read("/profile/ada")
        page.one(".profile-page h4", "the name").has_text("ada")
        page.one(".profile-page .user-info p", "the empty bio").has_text("")
        picture = page.one(".profile-page img.user-img", "the picture")
        picture.has_in("src", "default-avatar.svg")
        visitor.get(picture.attribute("src") or "").succeeds()
    site.read("/profile/Bob & Co%3F").one("h4", "the name").has_text("Bob & Co?")


def test_missing_profile_returns_404(site: Site) -> None:
    """The profile page of an unknown user returns 404."""
    site.register("ada")
    site.read("/profile/ada")

    for name in ("nobody", "Ada", "ad", "%"):
        site.get(f"/profile/{name}").rejected(404)


def test_navigation_bar_links_to_profile_and_settings(site: Site) -> None:
    """The navigation bar links to the user's settings and profile."""
    name = "Ada & Co?"
    ada = site.register(name)

    page = ada.read("/")

    page.has_link("nav.navbar a.nav-link", "Settings", "/settings")
    page.has_link("nav.navbar a.nav-link", name, f"/profile/{name}")
    page.one("nav.navbar a[href^='/profile/'] img.user-pic", "the picture").has_in("src", "default-avatar.svg")
    site.anonymous.read("/").none("nav.navbar a[href='/settings'], .user-pic", "a link for signed-in users")


def test_signed_out_visitor_cannot_open_the_settings(site: Site) -> None:
    """A signed-out visitor to /settings is redirected to /login."""
    site.register("ada")

    site.anonymous.get("/settings").asks_to_sign_in()
    site.anonymous.post("/settings", username="ada", email="ada@example.org", bio="Forged.").asks_to_sign_in()

    site.read("/profile/ada").lacks("Forged.")


def test_only_the_owner_sees_the_link_to_the_settings(site: Site) -> None:
    """Only the owner of a profile sees the link to the settings."""
    ada, bob = site.register("ada"), site.register("bob")
    link = ".profile-page a[href='/settings']"

    ada.read("/profile/ada").one(link, "a link to the settings").has_text("Edit Profile Settings")

    for visitor in (bob, site.anonymous):
        visitor.read("/profile/ada").none(link, "a link to the settings")


def test_settings_page_shows_the_current_values(site: Site) -> None:
    """The settings page shows the user's current values."""
    ada = site.register("ada")

    page = ada.read("/settings")

    page.one("h1", "the heading").has_text("Your Settings")
    for name, value in {"username": "ada", "email": ada.email, "bio": "", "image": "", "password": ""}.items():
        page.one(f"main [name={name}]", f"the field {name}").has_value(value)
    page.some("button[type=submit]", "a submit button")[0].has_text("Update Settings")


def test_saved_settings_are_used_everywhere(site: Site) -> None:
    """The whole site uses a user's saved settings."""
    ada = site.register("ada")

    save(ada, username="Ada L.", email="New@Example.org").redirects_to("/profile/Ada L.")

    ada.read("/").has_link("nav.navbar a.nav-link", "Ada L.", "/profile/Ada L.")
    site.read("/profile/Ada L.").one("h4", "the name").has_text("Ada L.")
    site.get("/profile/ada").rejected(404)
    sign_in(site, "new@example.org", PASSWORD).redirects_to("/")
    sign_in(site, ada.email, PASSWORD).rejected(422)


def test_profile_shows_bio_and_picture(site: Site) -> None:
    """A user can add and remove a bio and a picture."""
    ada, picture = site.register("ada"), "https://example.org/" + "a" * 1_980
    bio = "First line.\n" + "b" * 1_988

    save(ada, bio=bio, image=picture).redirects_to("/profile/ada")

    profile = site.read("/profile/ada")
    profile.one(".user-info p", "the bio").has_text(bio.replace("\n", " "))
    profile.one("img.user-img", "the picture").has("src", picture)
    ada.read("/").one("nav.navbar img.user-pic", "the picture in the navigation bar").has("src", picture)
    settings = ada.read("/settings")
    settings.one("main [name=bio]", "the field bio").has_value(bio)
    settings.one("main [name=image]", "the field image").has_value(picture)

    save(ada, bio="", image="").redirects_to("/profile/ada")

    profile = site.read("/profile/ada")
    profile.one(".user-info p", "the empty bio").has_text("")
    profile.one("img.user-img", "the default picture").has_in("src", "default-avatar.svg")


def test_empty_password_keeps_the_old_one(site: Site) -> None:
    """An empty password field keeps the old password."""
    ada = site.register("ada")
    phone = ada.copy()

    save(ada, bio="Hello.").redirects_to("/profile/ada")

    sign_in(site, ada.email, ada.password).redirects_to("/")
    is_signed_in(phone)


def test_new_password_replaces_the_old_one(site: Site) -> None:
    """A new password replaces the old password."""
    ada = site.register("ada")

    save(ada, password=" a  new ").redirects_to("/profile/ada")

    sign_in(site, ada.email, " a  new ").redirects_to("/")
    sign_in(site, ada.email, ada.password).rejected(422)


def test_new_password_ends_all_other_sessions(site: Site) -> None:
    """A new password ends all other sessions of the user."""
    ada, bob, phone = site.register("ada"), site.register("bob"), site.anonymous
    phone.post("/login", email=ada.email, password=ada.password).redirects_to("/")

    save(ada, password="a new password").redirects_to("/profile/ada")

    is_signed_in(ada)
    is_signed_out(phone)
    is_signed_in(bob)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", " "),
        ("username", "x" * 51),
        ("email", ""),
        ("email", "nowhere"),
        ("email", "x" * 189 + "@example.org"),
        ("password", "7 chars"),
        ("password", "x" * 201),
        ("bio", "x" * 2_001),
        ("image", "x" * 2_001),
    ],
)
def test_invalid_settings_are_rejected(site: Site, field: str, value: str) -> None:
    """Invalid settings are rejected, and nothing is saved."""
    ada = site.register("ada")
    typed = {"username": "typed", "email": "typed@example.org", "bio": "typed", "image": "typed", field: value}

    page = save(ada, **typed).rejected(422)

    page.some(ERRORS, "an error message")
    for name in typed.keys() - {"password"}:
        page.one(f"main [name={name}]", f"the field {name}").has_value(typed[name])
    site.read("/profile/ada").one(".user-info p", "the empty bio").has_text("")


def test_name_or_email_of_another_user_is_rejected(site: Site) -> None:
    """A user can't change to another user's name or e-mail."""
    ada, bob = site.register("ada"), site.register("bob")

    for field, value in (("username", "ada"), ("email", ada.email), ("email", ada.email.upper())):
        page = save(bob, **{"bio": "New.", field: value}).rejected(422)

        page.some(ERRORS, "an error message")
        page.one("main [name=bio]", "the field bio").has_value("New.")
    site.read("/profile/bob").one(".user-info p", "the empty bio").has_text("")


def test_rejected_settings_page_shows_the_saved_name(site: Site) -> None:
    """After an error, the navigation bar shows the saved name."""
    ada = site.register("ada")
    site.register("bob")

    for fields in ({"username": "x" * 51}, {"username": "typed", "email": "nowhere"}, {"username": "bob"}):
        page = save(ada, **fields).rejected(422)

        page.has_link("nav.navbar a.nav-link", "ada", "/profile/ada")


def test_link_in_an_email_is_for_a_new_password(site: Site) -> None:
    """A user who forgot the password gets an e-mail with a link."""
    ada = site.register("ada")
    site.register("bob")
    site.anonymous.read("/login").has_link("main a", "Forgot your password?", "/password-reset")

    link = link_for(site, ada)

    sent = site.anonymous.read("/password-reset/sent")
    sent.one("nav.navbar a.navbar-brand", "the navigation bar of the site")
    open_link(site.anonymous, link).one("main form:has(input[type=password])", "a form for the new password")


def test_link_sets_a_new_password(site: Site) -> None:
    """With the link in the e-mail, a user sets a new password."""
    ada = site.register("ada")
    page = open_link(site.anonymous, link_for(site, ada))

    choose_password(page, "a new password").redirects_to("/password-reset/done")

    done = site.anonymous.read("/password-reset/done")
    done.one("nav.navbar a.navbar-brand", "the navigation bar of the site")
    done.one("main a[href='/login']", "a link to sign in")
    sign_in(site, ada.email, ada.password).rejected(422)
    sign_in(site, ada.email, "a new password").redirects_to("/")
    is_signed_out(ada)


def test_spaces_in_a_new_password_count(site: Site) -> None:
    """Eight spaces are a valid password, but seven are too short."""
    ada = site.register("ada")

    save(ada, password=" " * 7).rejected(422).some(ERRORS, "an error message")
    save(ada, password=" " * 8).redirects_to("/profile/ada")

    sign_in(site, ada.email, " " * 8).redirects_to("/")
    sign_in(site, ada.email, ada.password).rejected(422)


def test_user_cannot_change_to_a_name_that_no_url_can_contain(site: Site) -> None:
    """A user can't change to a name that no URL can contain."""
    ada = site.register("ada")

    for name in ("a/b", "."):
        save(ada, username=name).rejected(422).some(ERRORS, "an error message")


def test_settings_page_has_a_sign_out_button(site: Site) -> None:
    """The settings page has a sign-out button."""
    ada = site.register("ada")
    button = "main form[action='/logout'] button.btn-outline-danger"
    page = ada.read("/settings")
    page.one(button, "a sign-out button").has_text("Or click here to logout")

    page.submit("main form[action='/logout']").redirects_to("/")

    is_signed_out(ada)


def test_rejected_settings_change_nothing(site: Site) -> None:
    """If the new name is taken, the new password isn't saved."""
    site.register("bob")
    ada, phone = site.register("ada"), site.anonymous
    phone.post("/login", email=ada.email, password=ada.password).redirects_to("/")

    save(ada, username="bob", password="a new password").rejected(422)

    is_signed_in(phone)
    sign_in(site, ada.email, ada.password).redirects_to("/")
    sign_in(site, ada.email, "a new password").rejected(422)


def test_two_users_change_to_a_name_at_the_same_moment(site: Site) -> None:
    """Two users can't change to the same name at the same moment."""
    slow, quick = site.register("slow"), site.register("quick")
    page = slow.read("/settings")
    quick.read("/settings")

    with site.just_before_saving(lambda: save(quick, username="same").redirects_to("/profile/same")):
        reply = page.submit(SETTINGS, username="same")

    reply.rejected(422).some(ERRORS, "an error message")
    slow.read("/").has_link("nav.navbar a.nav-link", "slow", "/profile/slow")


def test_code_in_the_settings_never_runs(site: Site) -> None:
    """Code in a user's name, bio or picture URL never runs."""
    ada = site.register("ada")
    name, bio = "Ada <img src=x onerror=alert(1)>", "<script>alert(2)</script> Writes <b>programs</b>."
    picture = "https://example.org/\"onerror='alert(3)'.png"

    save(ada, username=name, bio=bio, image=picture).redirects_to(f"/profile/{name}")

    profile = ada.read(f"/profile/{name}")
    profile.one(".profile-page h4", "the name").has_text(name)
    profile.one(".user-info p", "the bio").has_text(bio)
    profile.one("img.user-img", "the picture").has("src", picture)
    for page in (profile, ada.read("/settings")):
        page.none("[onerror], script:not([src])", "code that can run")


def test_link_works_only_once(site: Site) -> None:
    """The link in the e-mail works only once."""
    ada, visitor = site.register("ada"), site.anonymous
    link = link_for(site, ada)
    choose_password(open_link(visitor, link), "a new password").redirects_to("/password-reset/done")

    for used in (link, re.sub(r"[^/]+/?$", "wrong-token", link)):
        page = open_link(site.anonymous, used)
        page.none("input[type=password]", "a form for a new password, because the link is used")


def test_unknown_email_gets_no_link(site: Site) -> None:
    """An unknown e-mail gets no link, but the page is the same."""
    ada = site.register("ada")

    ask_for_link(site.anonymous, "nobody@example.org")

    assert site.server.mails() == [], "Expected no e-mail to nobody@example.org. Found one."
    ask_for_link(site.anonymous, ada.email.upper())
    assert len(site.server.mails()) == 1, f"Expected one e-mail to {ada.email}. Found {len(site.server.mails())}."


def test_other_sites_cannot_change_settings(site: Site) -> None:
    """A page of another site can't change a user's settings."""
    ada = site.register("ada")
    forged = {"username": "forged", "email": "forged@example.org", "password": "forged and long"}

    ada.post_from_another_site("/settings", **forged).rejected(403)

    ada.read("/").has_link("nav.navbar a.nav-link", "ada", "/profile/ada")
    sign_in(site, ada.email, ada.password).redirects_to("/")
