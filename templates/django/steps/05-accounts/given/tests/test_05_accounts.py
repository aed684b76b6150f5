"""Visitors can sign up, sign in and sign out."""

import hashlib
from collections.abc import Callable
from time import perf_counter, sleep

import pytest

from tests.support.pages import PASSWORD, Page, Reply, Site

ADA = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
ERRORS = ".error-messages li"
REGISTER = "form:has(input[name=username])"
LOGIN = "form:has(input[name=email])"
LOGOUT = "form[action='/logout']"
SIGN_IN_LINK = "nav.navbar a[href='/login']"


def sign_in(site: Site, email: str, password: str) -> Reply:
    """Send the sign-in form with these values."""
    return site.post("/login", email=email, password=password)


def is_signed_in(site: Site) -> Page:
    """The visitor is signed in: the navigation bar has no link to sign in."""
    __tracebackhide__ = True
    page = site.read("/")
    page.none(SIGN_IN_LINK, "a link to sign in, because the visitor is signed in")
    return page


def is_signed_out(site: Site) -> None:
    """The visitor isn't signed in: the navigation bar has a link to sign in."""
    __tracebackhide__ = True
    site.read("/").one(SIGN_IN_LINK, "a link to sign in, because the visitor is signed out")


def test_sign_up_page_has_a_form(site: Site) -> None:
    """The sign-up page asks for a name, an e-mail and a password."""
    page = site.anonymous.read("/register")

    page.one("h1", "the heading").has_text("Sign up")
    form = page.one(f"main {REGISTER}", "a form with a field for the name")
    form.one("input[name=email]", "a field for the e-mail")
    form.one("input[name=password]", "a field for the password").has("type", "password")
    form.one("button[type=submit]", "a submit button").has_text("Sign up")


def test_new_user_is_signed_in(site: Site) -> None:
    """A visitor who signs up is signed in."""
    visitor = site.anonymous

    visitor.read("/register").submit(REGISTER, **ADA).redirects_to("/")

    is_signed_in(visitor)


def test_navigation_bar_shows_who_is_signed_in(site: Site) -> None:
    """The navigation bar shows if the visitor is signed in."""
    visitor, ada = site.anonymous, site.register("Ada <i>")

    visitor.read("/").has_link("nav.navbar a.nav-link", "Sign in", "/login")
    visitor.read("/").has_link("nav.navbar a.nav-link", "Sign up", "/register")

    page = ada.read("/")
    page.one("nav.navbar", "the navigation bar").contains("Ada <i>")
    page.none("nav.navbar a[href='/login'], nav.navbar a[href='/register']", "a link to sign in or up")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "  "),
        ("username", "x" * 51),
        ("email", ""),
        ("email", "nowhere"),
        ("email", "x" * 189 + "@example.org"),
        ("password", ""),
        ("password", "7 chars"),
        ("password", "x" * 201),
    ],
)
def test_invalid_sign_up_is_rejected(site: Site, field: str, value: str) -> None:
    """A blank, invalid or too long field is rejected at sign-up."""
    visitor = site.anonymous

    page = visitor.post("/register", **{**ADA, field: value}).rejected(422)

    page.some(ERRORS, "an error message")
    for name in {"username", "email"} - {field}:
        page.one(f"main input[name={name}]", f"the field {name}").has_value(ADA[name])
    page.one("main input[name=password]", "the field password").has_value("")
    is_signed_out(visitor)


def test_longest_values_are_accepted(site: Site) -> None:
    """The longest allowed name, e-mail and password are accepted."""
    longest = {"username": "x" * 50, "email": "x" * 188 + "@example.org", "password": "x" * 200}
    shortest = {"username": "...", "email": "a@b.co", "password": "8 chars!"}

    for fields in (longest, shortest):
        site.anonymous.post("/register", **fields).redirects_to("/")

        email, password = fields["email"], fields["password"]
        sign_in(site.anonymous, email, password).redirects_to("/")


def test_name_and_email_belong_to_one_user(site: Site) -> None:
    """A name or e-mail that is taken is rejected at sign-up."""
    site.register("ada")
    new = {"username": "carla", "email": "carla@example.org", "password": PASSWORD}

    for taken in ({"username": "ada"}, {"username": " ada "}, {"email": "ada@example.org"}):
        page = site.anonymous.post("/register", **{**new, **taken}).rejected(422)
        page.some(ERRORS, "an error message")

    site.anonymous.post("/register", **new).redirects_to("/")


def test_case_of_an_email_does_not_matter(site: Site) -> None:
    """Capital letters in an e-mail don't matter."""
    site.anonymous.post("/register", **{**ADA, "email": "Ada@Example.ORG"}).redirects_to("/")

    for email in ("Ada@Example.ORG", "ada@example.org", " ADA@EXAMPLE.ORG "):
        sign_in(site.anonymous, email, PASSWORD).redirects_to("/")
    other = {**ADA, "username": "other", "email": "ADA@example.org"}
    site.anonymous.post("/register", **other).rejected(422).some(ERRORS, "an error message")


def test_user_can_sign_in(site: Site) -> None:
    """A user can sign in with their e-mail and exact password."""
    password = "  spaces  in  it "
    site.register("bob")
    site.register("ada", password=password)
    carla = site.register("carla", password=" " * 8)
    visitor = site.anonymous
    name = visitor.read("/").one("nav.navbar a.navbar-brand", "the name of the site").text()
    page = visitor.read("/login")
    page.one("nav.navbar a.navbar-brand", "the name of the site").has_text(name)
    page.one("h1", "the heading").has_text("Sign in")
    page.one(f"main {LOGIN} button[type=submit]", "a submit button").has_text("Sign in")

    page.submit(LOGIN, email=ADA["email"], password=password).redirects_to("/")

    is_signed_in(visitor).one("nav.navbar", "the navigation bar").contains("ada")
    for wrong in (password.strip(), " spaces in it ", password.upper()):
        sign_in(site.anonymous, ADA["email"], wrong).rejected(422)
    sign_in(site.anonymous, carla.email, carla.password).redirects_to("/")


def test_wrong_email_or_password_is_rejected(site: Site) -> None:
    """A wrong e-mail and a wrong password show the same page."""
    ada, visitor = site.register("ada"), site.anonymous

    wrong = sign_in(visitor, ada.email, "not hers at all").rejected(422)
    unknown = sign_in(visitor, "nobody@example.org", "not hers at all").rejected(422)

    wrong.some(ERRORS, "an error message")
    unknown.lists(ERRORS, "error messages, as for a wrong password", wrong.texts(ERRORS))
    wrong.one("main input[name=email]", "the field email").has_value(ada.email)
    wrong.one("main input[name=password]", "the field password").has_value("")
    sign_in(visitor, ada.email, "").rejected(422).some(ERRORS, "an error message")
    visitor.post("/login").rejected(422).some(ERRORS, "an error message for a form without fields")
    is_signed_out(visitor)


def test_user_can_sign_out(site: Site) -> None:
    """A signed-in user sees a button to sign out on each page."""
    ada = site.register("ada")
    article = site.publish("Clouds")
    site.anonymous.read(article).none(LOGOUT, "a sign-out button for a signed-out visitor")
    ada.get("/logout")
    is_signed_in(ada)

    ada.read(article).one(f"{LOGOUT} button", "a sign-out button").has_text("Sign out")
    ada.read(article).submit(LOGOUT).redirects_to("/")

    is_signed_out(ada)


def test_copied_cookie_is_useless_after_sign_out(site: Site) -> None:
    """A copied cookie is useless after sign-out."""
    ada = site.register("ada")
    thief = ada.copy()
    is_signed_in(thief)

    ada.read("/").submit(LOGOUT).redirects_to("/")

    is_signed_out(thief)


def test_sign_out_keeps_other_browsers_signed_in(site: Site) -> None:
    """Signing out in one browser doesn't affect other browsers."""
    ada, phone = site.register("ada"), site.anonymous
    sign_in(phone, ada.email, ada.password).redirects_to("/")

    ada.read("/").submit(LOGOUT).redirects_to("/")

    is_signed_out(ada)
    is_signed_in(phone)


def test_password_is_stored_as_a_slow_hash(site: Site) -> None:
    """A password is stored only as a slow hash."""
    with site.server.queries() as queries:
        site.register("ada")
    stored = " ".join(queries.values)
    assert "ada@example.org" in stored, "Expected the e-mail in the values sent to the database. Found none."

    quick = {way: hashlib.new(way, PASSWORD.encode()).hexdigest() for way in ("md5", "sha1", "sha256", "sha512")}
    for what, value in {"password": PASSWORD, **quick}.items():
        assert value not in stored, f"Expected only a slow hash in the database. Found the {what}."
    beginning = "md5$"  # of the first hasher in the setting PASSWORD_HASHERS, which is a fast one in tests
    assert beginning in stored, f"Expected a hash that begins with {beginning} in the database. Found none."


@pytest.mark.parametrize("name", ["a/b", ".", ".."])
def test_name_that_no_url_can_contain_is_rejected(site: Site, name: str) -> None:
    """A name that no URL can contain is rejected at sign-up."""
    visitor = site.anonymous

    page = visitor.post("/register", **{**ADA, "username": name}).rejected(422)

    page.some(ERRORS, "an error message")
    page.one("main input[name=username]", "the field username").has_value(name)
    is_signed_out(visitor)


def test_many_wrong_passwords_block_sign_in(start_site: Callable[..., Site]) -> None:
    """After many wrong passwords, an e-mail is blocked for a while."""
    site = start_site(LOGIN_ATTEMPTS=3)
    ada, visitor = site.register("ada"), site.anonymous

    for email in (ada.email, "nobody@example.org"):
        for attempt in range(3):
            typed = email.upper() if attempt % 2 else email
            sign_in(visitor, typed, f"guess {attempt}").rejected(422)
        sign_in(visitor, email, "guess 3").rejected(429).some(ERRORS, "an error message")

    sign_in(visitor, ada.email, ada.password).rejected(429)
    is_signed_out(visitor)
    bob = site.register("bob")
    sign_in(visitor, bob.email, bob.password).redirects_to("/")
    sign_in(site.anonymous, ada.email, ada.password).rejected(429)


def test_blocked_email_works_again_later(start_site: Callable[..., Site]) -> None:
    """A user with a blocked e-mail can sign in again later."""
    site = start_site(LOGIN_ATTEMPTS=1, LOGIN_BLOCK_SECONDS=1)
    ada, visitor = site.register("ada"), site.anonymous
    sign_in(visitor, ada.email, "a guess").rejected(422)
    sign_in(visitor, ada.email, ada.password).rejected(429)

    sleep(1.1)

    sign_in(visitor, ada.email, ada.password).redirects_to("/")


def test_sign_in_resets_the_count(start_site: Callable[..., Site]) -> None:
    """A successful sign-in resets the count of wrong passwords."""
    site = start_site(LOGIN_ATTEMPTS=3)
    ada, visitor = site.register("ada"), site.anonymous

    for attempt in range(2):
        sign_in(visitor, ada.email, f"guess {attempt}").rejected(422)
    sign_in(visitor, ada.email, ada.password).redirects_to("/")

    sign_in(visitor, ada.email, "another guess").rejected(422)
    sign_in(visitor, ada.email, ada.password).redirects_to("/")


def test_guesses_at_the_same_moment_are_counted(start_site: Callable[..., Site]) -> None:
    """Wrong passwords sent at the same time are all counted."""
    site = start_site(LOGIN_ATTEMPTS=3)
    ada, slow, quick = site.register("ada"), site.anonymous, site.anonymous
    for visitor in (slow, quick):
        visitor.read("/login")
    for attempt in range(2):
        sign_in(slow, ada.email, f"guess {attempt}").rejected(422)

    with site.just_before_saving(lambda: sign_in(quick, ada.email, "the third guess").rejected(422)):
        reply = sign_in(slow, ada.email, "the fourth guess")

    reply.rejected(429).some(ERRORS, "an error message")


def test_admin_counts_wrong_passwords(start_site: Callable[..., Site]) -> None:
    """Wrong passwords for the admin are counted, too."""
    site = start_site(LOGIN_ATTEMPTS=3)
    admin = site.superuser()
    visitor = site.anonymous
    url = "/admin/login/?next=/admin/"

    for attempt in range(3):
        visitor.post(url, username=admin.email, email=admin.email, password=f"guess {attempt}")
    visitor.post(url, username=admin.email, email=admin.email, password=admin.password).rejected(429)

    visitor.get("/admin/").redirects_to_a_page_under("/admin/login/")
    bob = site.register("bob")
    visitor.post("/login", email=bob.email, password=bob.password).redirects_to("/")


def test_two_users_take_a_name_at_the_same_moment(site: Site) -> None:
    """Two visitors can't take the same name at the same moment."""
    slow, quick = site.anonymous, site.anonymous
    for visitor in (slow, quick):
        visitor.read("/register")
    other = {**ADA, "email": "quick@example.org"}

    with site.just_before_saving(lambda: quick.post("/register", **other).redirects_to("/")):
        reply = slow.post("/register", **ADA)

    reply.rejected(422).some(ERRORS, "an error message")
    is_signed_in(quick)
    is_signed_out(slow)


def test_sign_in_takes_as_long_for_an_unknown_email(start_site: Callable[..., Site]) -> None:
    """Sign-in takes equally long for known and unknown e-mails."""
    site = start_site(PASSWORD_HASHERS=["tests.support.hashers.SlowHasher"])
    ada, visitor = site.register("ada"), site.anonymous

    def seconds(email: str) -> float:
        start = perf_counter()
        sign_in(visitor, email, "not hers at all").rejected(422)
        return perf_counter() - start

    visitor.read("/login")
    known = unknown = float("inf")
    for attempt in range(1, 10):  # the tenth wrong password may block the e-mail
        known = min(known, seconds(ada.email))  # other programs only make it slower
        unknown = min(unknown, seconds("nobody@example.org"))
        if attempt > 3 and known / 2 < unknown < known * 2:
            return

    raise AssertionError(
        "Expected POST /login to take as long for a known and an unknown e-mail. "
        f"Found {known * 1000:.0f} ms and {unknown * 1000:.0f} ms."
    )


def test_signing_in_starts_a_new_session(site: Site) -> None:
    """Signing in starts a new session, so old forms are rejected."""
    ada = site.register("ada")
    signs_in, signs_up = site.anonymous, site.anonymous

    def token(visitor: Site) -> str:
        field = visitor.read("/login").one("main input[name=csrfmiddlewaretoken]", "the CSRF token")
        return field.attribute("value") or ""

    old = token(signs_in)
    sign_in(signs_in, ada.email, ada.password).redirects_to("/")
    signs_in.post("/logout", csrfmiddlewaretoken=old).rejected(403)
    old = token(signs_up)
    signs_up.post("/register", **{**ADA, "username": "bob", "email": "bob@example.org"}).redirects_to("/")
    signs_up.post("/logout", csrfmiddlewaretoken=old).rejected(403)

    for visitor in (signs_in, signs_up):
        is_signed_in(visitor)


def test_sign_in_never_redirects_to_another_site(site: Site) -> None:
    """Signing in returns to the page of this site that asked for it."""
    ada = site.register("ada")

    for url, expected in {"/editor": "/editor", "https://evil.example/": "/", "//evil.example": "/"}.items():
        page = site.anonymous.read(f"/login?next={url}")
        page.submit(LOGIN, email=ada.email, password=ada.password).redirects_to(expected)


def test_other_sites_cannot_sign_users_in_or_out(site: Site) -> None:
    """A page of another site can't sign a user up, in or out."""
    ada, visitor = site.register("ada"), site.anonymous
    new = {"username": "forged", "email": "forged@example.org", "password": "forged and long"}

    visitor.post_from_another_site("/register", **new).rejected(403)
    visitor.post_from_another_site("/login", email=ada.email, password=ada.password).rejected(403)
    ada.post_from_another_site("/logout").rejected(403)

    is_signed_out(visitor)
    is_signed_in(ada)
