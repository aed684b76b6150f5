"""Users have a profile, and they can change their name, picture and password."""

import pytest

from tests.support.pages import PASSWORD, Reply, Site

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


def test_every_user_has_a_profile(site: Site) -> None:
    """Every user has a profile page with a name and a picture."""
    nora, oskar = site.user("nora"), site.register("Oskar & Co?")

    for visitor in (nora, oskar, site.anonymous):
        page = visitor.read("/profile/nora")
        page.one(".profile-page h4", "the name").has_text("nora")
        page.one(".profile-page .user-info p", "the empty bio").has_text("")
        picture = page.one(".profile-page img.user-img", "the picture")
        picture.has_in("src", "default-avatar.svg")
        visitor.get(picture.attribute("src") or "").succeeds()
    site.read("/profile/Oskar & Co%3F").one("h4", "the name").has_text("Oskar & Co?")


def test_missing_profile_returns_404(site: Site) -> None:
    """The profile page of an unknown user returns 404."""
    site.user("nora")
    site.read("/profile/nora")

    for name in ("nobody", "Nora", "nor", "%"):
        site.get(f"/profile/{name}").rejected(404)


def test_navigation_bar_links_to_profile_and_settings(site: Site) -> None:
    """The navigation bar links to the user's settings and profile."""
    name = "Nora & Co?"
    nora = site.register(name)

    page = nora.read("/")

    page.has_link("nav.navbar a.nav-link", "Settings", "/settings")
    page.has_link("nav.navbar a.nav-link", name, f"/profile/{name}")
    page.one("nav.navbar a[href^='/profile/'] img.user-pic", "the picture").has_in("src", "default-avatar.svg")
    site.anonymous.read("/").none("nav.navbar a[href='/settings'], .user-pic", "a link for signed-in users")


def test_signed_out_visitor_cannot_open_the_settings(site: Site) -> None:
    """A signed-out visitor to /settings is redirected to /login."""
    site.user("nora")

    site.anonymous.get("/settings").redirects_to("/login")
    site.anonymous.post("/settings", username="nora", email="nora@example.org", bio="Forged.").redirects_to("/login")

    site.read("/profile/nora").lacks("Forged.")


def test_only_the_owner_sees_the_link_to_the_settings(site: Site) -> None:
    """Only the owner of a profile sees the link to the settings."""
    nora, oskar = site.user("nora"), site.user("oskar")
    link = ".profile-page a[href='/settings']"

    nora.read("/profile/nora").one(link, "a link to the settings").has_text("Edit Profile Settings")

    for visitor in (oskar, site.anonymous):
        visitor.read("/profile/nora").none(link, "a link to the settings")


def test_settings_page_shows_the_current_values(site: Site) -> None:
    """The settings page shows the user's current values."""
    nora = site.user("nora")

    page = nora.read("/settings")

    page.one("h1", "the heading").has_text("Your Settings")
    for name, value in {"username": "nora", "email": nora.email, "bio": "", "image": "", "password": ""}.items():
        page.one(f"main [name={name}]", f"the field {name}").has_value(value)
    page.some("button[type=submit]", "a submit button")[0].has_text("Update Settings")


def test_saved_settings_are_used_everywhere(site: Site) -> None:
    """The whole site uses a user's saved settings."""
    nora = site.user("nora")

    save(nora, username="Nora L.", email="New@Example.org").redirects_to("/profile/Nora L.")

    nora.read("/").has_link("nav.navbar a.nav-link", "Nora L.", "/profile/Nora L.")
    site.read("/profile/Nora L.").one("h4", "the name").has_text("Nora L.")
    site.get("/profile/nora").rejected(404)
    sign_in(site, "new@example.org", PASSWORD).redirects_to("/")
    sign_in(site, nora.email, PASSWORD).rejected(422)


def test_profile_shows_bio_and_picture(site: Site) -> None:
    """A user can add and remove a bio and a picture."""
    nora, picture = site.user("nora"), "https://example.org/" + "a" * 1_980
    bio = "First line.\n" + "b" * 1_988

    save(nora, bio=bio, image=picture).redirects_to("/profile/nora")

    profile = site.read("/profile/nora")
    profile.one(".user-info p", "the bio").has_text(bio.replace("\n", " "))
    profile.one("img.user-img", "the picture").has("src", picture)
    nora.read("/").one("nav.navbar img.user-pic", "the picture in the navigation bar").has("src", picture)
    settings = nora.read("/settings")
    settings.one("main [name=bio]", "the field bio").has_value(bio)
    settings.one("main [name=image]", "the field image").has_value(picture)

    save(nora, bio="", image="").redirects_to("/profile/nora")

    profile = site.read("/profile/nora")
    profile.one(".user-info p", "the empty bio").has_text("")
    profile.one("img.user-img", "the default picture").has_in("src", "default-avatar.svg")


def test_empty_password_keeps_the_old_one(site: Site) -> None:
    """An empty password field keeps the old password."""
    nora = site.user("nora")
    phone = nora.copy()

    save(nora, bio="Hello.").redirects_to("/profile/nora")

    sign_in(site, nora.email, nora.password).redirects_to("/")
    is_signed_in(phone)


def test_new_password_replaces_the_old_one(site: Site) -> None:
    """A new password replaces the old password."""
    nora = site.user("nora")

    save(nora, password=" a  new ").redirects_to("/profile/nora")

    sign_in(site, nora.email, " a  new ").redirects_to("/")
    sign_in(site, nora.email, nora.password).rejected(422)


def test_new_password_ends_all_other_sessions(site: Site) -> None:
    """A new password ends all other sessions of the user."""
    nora, oskar, phone = site.user("nora"), site.user("oskar"), site.anonymous
    phone.post("/login", email=nora.email, password=nora.password).redirects_to("/")

    save(nora, password="a new password").redirects_to("/profile/nora")

    is_signed_in(nora)
    is_signed_out(phone)
    is_signed_in(oskar)


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
    nora = site.user("nora")
    typed = {"username": "typed", "email": "typed@example.org", "bio": "typed", "image": "typed", field: value}

    page = save(nora, **typed).rejected(422)

    page.some(ERRORS, "an error message")
    for name in typed.keys() - {"password"}:
        page.one(f"main [name={name}]", f"the field {name}").has_value(typed[name])
    site.read("/profile/nora").one(".user-info p", "the empty bio").has_text("")


def test_name_or_email_of_another_user_is_rejected(site: Site) -> None:
    """A user can't change to another user's name or e-mail."""
    nora, oskar = site.user("nora"), site.user("oskar")

    for field, value in (("username", "nora"), ("email", nora.email), ("email", nora.email.upper())):
        page = save(oskar, **{"bio": "New.", field: value}).rejected(422)

        page.some(ERRORS, "an error message")
        page.one("main [name=bio]", "the field bio").has_value("New.")
    site.read("/profile/oskar").one(".user-info p", "the empty bio").has_text("")


def test_rejected_settings_page_shows_the_saved_name(site: Site) -> None:
    """After an error, the navigation bar shows the saved name."""
    nora = site.user("nora")
    site.user("oskar")

    for fields in ({"username": "x" * 51}, {"username": "typed", "email": "nowhere"}, {"username": "oskar"}):
        page = save(nora, **fields).rejected(422)

        page.has_link("nav.navbar a.nav-link", "nora", "/profile/nora")


def test_spaces_in_a_new_password_count(site: Site) -> None:
    """Eight spaces are a valid password, but seven are too short."""
    nora = site.user("nora")

    save(nora, password=" " * 7).rejected(422).some(ERRORS, "an error message")
    save(nora, password=" " * 8).redirects_to("/profile/nora")

    sign_in(site, nora.email, " " * 8).redirects_to("/")
    sign_in(site, nora.email, nora.password).rejected(422)


def test_user_cannot_change_to_a_name_that_no_url_can_contain(site: Site) -> None:
    """A user can't change to a name that no URL can contain."""
    nora = site.user("nora")

    for name in ("a/b", "."):
        save(nora, username=name).rejected(422).some(ERRORS, "an error message")


def test_settings_page_has_a_sign_out_button(site: Site) -> None:
    """The settings page has a sign-out button."""
    nora = site.user("nora")
    button = "main form[action='/logout'] button.btn-outline-danger"
    page = nora.read("/settings")
    page.one(button, "a sign-out button").has_text("Or click here to logout")

    page.submit("main form[action='/logout']").redirects_to("/")

    is_signed_out(nora)


def test_rejected_settings_change_nothing(site: Site) -> None:
    """If the new name is taken, the new password isn't saved."""
    site.user("oskar")
    nora, phone = site.user("nora"), site.anonymous
    phone.post("/login", email=nora.email, password=nora.password).redirects_to("/")

    save(nora, username="oskar", password="a new password").rejected(422)

    is_signed_in(phone)
    sign_in(site, nora.email, nora.password).redirects_to("/")
    sign_in(site, nora.email, "a new password").rejected(422)


def test_two_users_change_to_a_name_at_the_same_moment(site: Site) -> None:
    """Two users can't change to the same name at the same moment."""
    slow, quick = site.register("slow"), site.register("quick")
    page = slow.read("/settings")
    quick.read("/settings")

    with site.just_before_saving(lambda: save(quick, username="same").redirects_to("/profile/same")):
        reply = page.submit(SETTINGS, username="same")

    reply.rejected(422).some(ERRORS, "an error message")
    slow.read("/").has_link("nav.navbar a.nav-link", "slow", "/profile/slow")


@pytest.mark.parametrize("transaction", [1, 2, 3])
def test_sign_in_during_a_password_change_ends(site: Site, transaction: int) -> None:
    """A sign-in with the old password ends if the password changes."""
    nora, visitor, changed = site.user("nora"), site.anonymous, []

    def change() -> None:
        changed.append(save(nora, password="a new password"))

    # A sign-in can save several times, for example when it counts the attempts.
    with site.just_before_saving(change, transaction):
        visitor.post("/login", email=nora.email, password=nora.password)

    for reply in changed:
        reply.redirects_to("/profile/nora")
        is_signed_out(visitor)
        is_signed_in(nora)


def test_code_in_the_settings_never_runs(site: Site) -> None:
    """Code in a user's name, bio or picture URL never runs."""
    nora = site.user("nora")
    name, bio = "Nora <img src=x onerror=alert(1)>", "<script>alert(2)</script> Writes <b>programs</b>."
    picture = "https://example.org/\"onerror='alert(3)'.png"

    save(nora, username=name, bio=bio, image=picture).redirects_to(f"/profile/{name}")

    profile = nora.read(f"/profile/{name}")
    profile.one(".profile-page h4", "the name").has_text(name)
    profile.one(".user-info p", "the bio").has_text(bio)
    profile.one("img.user-img", "the picture").has("src", picture)
    for page in (profile, nora.read("/settings")):
        page.none("[onerror], script:not([src])", "code that can run")


def test_other_sites_cannot_change_settings(site: Site) -> None:
    """A page of another site can't change a user's settings."""
    nora = site.user("nora")
    forged = {"username": "forged", "email": "forged@example.org", "password": "forged and long"}

    nora.post_from_another_site("/settings", **forged).rejected(400)

    nora.read("/").has_link("nav.navbar a.nav-link", "nora", "/profile/nora")
    sign_in(site, nora.email, nora.password).redirects_to("/")
