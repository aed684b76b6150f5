"""People make accounts, sign in and out, and say who they are."""

import base64
import hashlib
from collections.abc import Callable
from time import thread_time

import pytest
from flask import Flask

from tests.support import PASSWORD, Site, first_visitor

ADA = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
MESSAGE = ".error-messages li"


def links(site: Site) -> list[str | None]:
    """Where the links of the bar at the top lead."""
    return [link.attribute("href") for link in site.read("/").some("nav.navbar a.nav-link", "links")]


def sign_in(site: Site, email: str, password: str) -> Site:
    """Another visitor, who has signed in with these."""
    someone = site.anonymous
    fields = {"email": email, "password": password}
    someone.read("/login").submit("form:has(input[name=email])", **fields).redirects_to("/")
    return someone


def test_signing_up_makes_an_account(site: Site) -> None:
    """Whoever signs up is signed in at once: the bar shows their page and settings, no longer Sign in."""
    newcomer = site.anonymous
    page = newcomer.read("/register")
    page.one("h1", "a heading").says("Sign up")
    assert "/login" in links(newcomer)
    assert "/settings" not in links(newcomer)

    page.submit("form:has(input[name=username])", **ADA).redirects_to("/")

    assert {"/settings", "/profile/ada"} <= set(links(newcomer))
    assert "/login" not in links(newcomer)
    newcomer.read("/").one("nav.navbar .user-pic", "the picture of who is signed in")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "  "),
        ("username", "a/b"),
        ("username", ".."),
        ("username", "x" * 51),
        ("email", ""),
        ("email", "nowhere"),
        ("email", "x" * 189 + "@example.org"),
        ("password", ""),
        ("password", "7 chars"),
    ],
)
def test_an_account_needs_a_name_an_email_and_a_password(site: Site, field: str, value: str) -> None:
    """What is missing, too short, too long or unfit for an address is refused; the rest is kept."""
    newcomer = site.anonymous
    newcomer.read("/register")

    page = newcomer.send("/register", **{**ADA, field: value}).refused(422)

    page.some(MESSAGE, "a message that says what is wrong")
    for name in {"username", "email"} - {field}:
        assert page.one(f"input[name={name}]", f"the field {name}").value() == ADA[name]
    assert PASSWORD not in page.one("input[name=password]", "the password").value()
    long_but_fine = {"username": "x" * 50, "email": "x" * 188 + "@example.org", "password": "8 chars!"}
    newcomer.send("/register", **long_but_fine).redirects_to("/")


def test_a_name_and_an_email_belong_to_one_account(site: Site) -> None:
    """A name or an e-mail address that is taken is refused, when signing up and in the settings."""
    ada = site.register("ada")
    bob = site.register("bob")
    taken = [{"username": "ada"}, {"email": ada.email}, {"email": ada.email.upper()}]

    for field in taken:
        newcomer = {"username": "carla", "email": "carla@example.org", "password": PASSWORD}
        site.anonymous.send("/register", **{**newcomer, **field}).refused(422).some(MESSAGE, "a message")
        page = bob.read("/settings").submit("form:has(textarea[name=bio])", bio="New.", **field).refused(422)
        page.some(MESSAGE, "a message")
        assert page.one("textarea[name=bio]", "the bio").value().strip() == "New."

    bob.read("/profile/bob").one(".user-info h4", "the name").says("bob")
    site.anonymous.send("/register", **newcomer).redirects_to("/")


def test_two_people_take_the_same_name_at_the_same_moment(site: Site) -> None:
    """Where two people send the same name at the same moment, one of them gets it and the other a message."""
    slow, quick = site.anonymous, site.anonymous
    for visitor in (slow, quick):
        visitor.read("/register")
    other = {**ADA, "email": "quick@example.org"}

    with site.just_before_saving(lambda: quick.send("/register", **other).redirects_to("/")):
        answer = slow.send("/register", **ADA)

    answer.refused(422).some(MESSAGE, "a message")
    assert "/settings" in links(quick)
    assert "/settings" not in links(slow)


def test_signing_in_with_email_and_password(site: Site) -> None:
    """The e-mail address, in capitals or not, and the password sign in and lead home, never elsewhere."""
    ada = site.register("ada")
    page = site.anonymous.read("/login")
    page.one("h1", "a heading").says("Sign in")

    for email in (ada.email, ada.email.upper()):
        assert "/profile/ada" in links(sign_in(site, email, ada.password))

    for query in ("?next=https://evil.example", "?next=//evil.example", "?next=/%5Cevil.example"):
        visitor = site.anonymous
        visitor.read("/login")
        answer = visitor.send(f"/login{query}", email=ada.email, password=ada.password)
        assert "evil.example" not in answer.headers.get("Location", ""), str(answer)


def test_a_failed_sign_in_does_not_tell_why(site: Site) -> None:
    """A wrong password and an unknown address get the same page, and nobody is signed in."""
    ada = site.register("ada")
    visitor = site.anonymous
    visitor.read("/login")

    wrong = visitor.send("/login", email=ada.email, password="not hers at all").refused(422)
    unknown = visitor.send("/login", email="nobody@example.org", password="not hers at all").refused(422)

    assert wrong.texts(MESSAGE) == unknown.texts(MESSAGE) != []
    assert wrong.one("input[name=email]", "the address, still there").value() == ada.email
    assert "/settings" not in links(visitor)
    assert "/profile/ada" in links(sign_in(site, ada.email, ada.password))


def test_a_failed_sign_in_takes_as_long_for_anyone(make_app: Callable[..., Flask]) -> None:
    """How long the answer takes does not tell whether an account with this address exists."""
    site = first_visitor(make_app(PASSWORD_HASH_METHOD="scrypt:8192:8:1"))
    ada = site.register("ada")
    visitor = site.anonymous
    visitor.read("/login")

    def seconds(email: str) -> float:
        # The work that the site does, and not the time on the clock: other programs do not disturb it.
        start = thread_time()
        visitor.send("/login", email=email, password="not hers at all").refused(422)
        return thread_time() - start

    times = [(seconds(ada.email), seconds("nobody@example.org")) for _ in range(4)]
    known, unknown = (min(column) for column in zip(*times, strict=True))

    message = f"a failed sign-in is {known:.3f} s of work for a known address, {unknown:.3f} s for an unknown one"
    assert known / 2 < unknown < known * 2, message


def test_signing_out_is_a_button(site: Site) -> None:
    """The button on the settings page signs out, a link cannot; after it, the settings ask to sign in."""
    ada = site.register("ada")
    button = ada.read("/settings").one("form button.btn-outline-danger", "a button")
    button.says("Or click here to logout")
    ada.get("/logout")
    assert "/settings" in links(ada)

    ada.read("/settings").submit("form:has(button.btn-outline-danger)").redirects_to("/")

    assert "/settings" not in links(ada)
    ada.get("/settings").redirects_to("/login")
    ada.send("/settings", username="ada", email=ada.email, bio="Gone.").redirects_to("/login")
    assert "Gone." not in site.read("/profile/ada").texts(".user-info p")


def test_settings_change_the_profile(site: Site) -> None:
    """The settings show what is known; what is saved or emptied there is so on the profile, at once."""
    ada = site.register("ada")
    page = ada.read("/settings")
    before = {
        name: page.one(f"[name={name}]", name).value().strip()
        for name in ("username", "email", "bio", "image")
    }
    assert before == {"username": "ada", "email": ada.email, "bio": "", "image": ""}
    page.one("form:has(textarea[name=bio]) button[type=submit]", "a button").says("Update Settings")
    new = {
        "username": "Ada Lovelace Ω",
        "bio": "Writes <b>programs</b>.",
        "image": 'https://example.org/"ada".png',
    }

    page.submit("form:has(textarea[name=bio])", **new).redirects_to("/profile/Ada Lovelace Ω")

    profile = ada.read("/profile/Ada Lovelace Ω")
    profile.one(".user-info h4", "the name").says(new["username"])
    profile.one(".user-info p", "the bio").says(new["bio"])
    assert profile.one("img.user-img", "the picture").attribute("src") == new["image"]
    site.get("/profile/ada").refused(404)
    again = ada.read("/settings")
    assert again.one("textarea[name=bio]", "the bio").value().strip() == new["bio"]
    assert again.one("input[name=image]", "the picture").value() == new["image"]

    for field in ("bio", "image"):
        again.submit("form:has(textarea[name=bio])", **{field: "x" * 50_000}).refused(422).some(
            MESSAGE, "a message"
        )
    again.submit("form:has(textarea[name=bio])", bio="", image="").redirects_to("/profile/Ada Lovelace Ω")
    profile = ada.read("/profile/Ada Lovelace Ω")
    profile.one(".user-info p", "the bio, empty again").says("")
    assert "default-avatar.svg" in (profile.one("img.user-img", "the picture").attribute("src") or "")


def test_a_password_changes_only_when_one_is_typed(site: Site) -> None:
    """Settings saved without a password keep the old one; a new one takes its place, if it is long enough."""
    ada = site.register("ada")
    form = "form:has(textarea[name=bio])"
    assert ada.read("/settings").one("input[name=password]", "the password").value() == ""

    ada.read("/settings").submit(form, bio="Hello.").redirects_to("/profile/ada")
    sign_in(site, ada.email, ada.password)

    ada.read("/settings").submit(form, password="7 chars").refused(422).some(MESSAGE, "a message")
    sign_in(site, ada.email, ada.password)

    ada.read("/settings").submit(form, password="a new long password").redirects_to("/profile/ada")
    sign_in(site, ada.email, "a new long password")
    site.anonymous.send("/login", email=ada.email, password=ada.password).refused(422)


def test_a_profile_tells_who_somebody_is(site: Site) -> None:
    """A profile shows name, bio and picture to all, and the link to the settings to its owner alone."""
    ada, bob = site.register("ada"), site.register("bob")

    for visitor in (ada, bob, site.anonymous):
        page = visitor.read("/profile/ada")
        page.one(".profile-page h4", "the name").says("ada")
        page.one(".profile-page .user-info p", "the bio, empty at first").says("")
        picture = page.one(".profile-page .user-img", "the picture").attribute("src") or ""
        assert "default-avatar.svg" in picture
        assert visitor.get(picture).status == 200, f"the picture {picture} does not load"

    own = ada.read("/profile/ada").one(".profile-page a[href='/settings']", "a link to the settings")
    own.says("Edit Profile Settings")
    bob.read("/profile/ada").none(".profile-page a[href='/settings']", "a link to the settings")
    site.get("/profile/nobody").refused(404)


def test_a_password_is_never_stored_as_typed(site: Site) -> None:
    """What lies in the database is neither the password nor a quick digest of it."""
    ada = site.register("ada")
    assert ada.email.encode() in site.stored()

    stored = site.stored()

    secret = ada.password.encode()
    for way in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(way, secret)
        for form in (digest.hexdigest().encode(), digest.digest(), base64.b64encode(digest.digest())):
            assert form not in stored, f"a plain {way} of the password is in the database"
    assert secret not in stored, "the password itself is in the database"
