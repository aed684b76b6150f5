"""People make accounts, sign in and out, and say who they are."""

import base64
import hashlib
from importlib import import_module
from time import thread_time

from django.conf import global_settings
from pytest_django import Settings

from tests.passwords import QuickHasher
from tests.support import PASSWORD, TOKEN, Answer, Site

ADA = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
MESSAGE = ".error-messages li"
LOGIN = "POST /login, for a known and an unknown e-mail address"
SETTINGS = "form:has(textarea[name=bio])"
UNFIT = (
    ("username", "  "),
    ("username", "a/b"),
    ("username", "."),
    ("username", ".."),
    ("username", "x" * 51),
    ("email", ""),
    ("email", "nowhere"),
    ("email", "x" * 189 + "@example.org"),
    ("password", ""),
    ("password", "7 chars"),
    ("password", "x" * 201),
)


def links(site: Site) -> list[str | None]:
    """Where the links of the bar at the top lead."""
    return [link.attribute("href") for link in site.read("/").some("nav.navbar a.nav-link", "links")]


def has_link(site: Site, path: str) -> None:
    """The navbar links to this path."""
    __tracebackhide__ = True
    found = links(site)
    assert path in found, f"Expected a link to {path} in the navbar on /. Found {found}."


def has_no_link(site: Site, path: str) -> None:
    """The navbar does not link to this path."""
    __tracebackhide__ = True
    found = links(site)
    assert path not in found, f"Expected no link to {path} in the navbar on /. Found {found}."


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
    page.one("nav.navbar a[href='/register']", "a link to sign up").says("Sign up")
    page.one("nav.navbar a[href='/login']", "a link to sign in").says("Sign in")
    page.none("nav.navbar a[href='/settings']", "a link to the settings")

    page.one("form:has(input[name=username]) button[type=submit]", "a button that sends the form")
    page.submit("form:has(input[name=username])", **ADA).redirects_to("/")

    home = newcomer.read("/")
    home.one("nav.navbar a[href='/settings']", "a link to the settings")
    home.one("nav.navbar a[href='/profile/ada']", "a link to the user's profile").says("ada")
    home.one("nav.navbar .user-pic", "the user's picture")
    home.none("nav.navbar a[href='/login'], nav.navbar a[href='/register']", "a link to sign in")


def test_an_account_needs_a_name_an_email_and_a_password(site: Site) -> None:
    """What is missing, too short, too long or unfit for an address is refused, in the settings as well."""
    newcomer, someone = site.anonymous, site.anonymous
    longest = {"username": "x" * 50, "email": "x" * 188 + "@example.org", "password": "x" * 200}
    for visitor in (newcomer, someone):
        visitor.read("/register")
    someone.send("/register", **longest).redirects_to("/")
    settings = someone.read("/settings")

    for field, value in UNFIT:
        page = newcomer.send("/register", **{**ADA, field: value}).refused(422)

        page.some(MESSAGE, "an error message")
        for name in {"username", "email"} - {field}:
            page.one(f"input[name={name}][value='{ADA[name]}']", f"the field {name} as typed")
        page.one("input[name=password]", "the field password")
        page.none(f"[value='{PASSWORD}']", "the password as typed")

        answer = settings.submit(SETTINGS, **{field: value})
        if (field, value) == ("password", ""):  # none is typed, and the old one stays
            answer.redirects_to(f"/profile/{'x' * 50}")
        else:
            answer.refused(422).some(MESSAGE, "an error message")


def test_a_name_and_an_email_belong_to_one_account(site: Site) -> None:
    """A name or an e-mail address that is taken is refused, when signing up and in the settings."""
    ada = site.register("ada")
    bob = site.register("bob")
    taken = [{"username": "ada"}, {"email": ada.email}, {"email": ada.email.upper()}]

    for field in taken:
        newcomer = {"username": "carla", "email": "carla@example.org", "password": PASSWORD}
        site.anonymous.send("/register", **{**newcomer, **field}).refused(422).some(MESSAGE, "an error message")
        page = bob.read("/settings").submit(SETTINGS, bio="New.", **field).refused(422)
        page.some(MESSAGE, "an error message")
        page.one("textarea[name=bio]", "the bio").holds("New.")
        page.one("nav.navbar a[href='/profile/bob']", "a link to the user's profile").says("bob")

    bob.read("/profile/bob").one(".profile-page h4", "the name").says("bob")
    site.anonymous.send("/register", **newcomer).redirects_to("/")


def test_two_people_take_the_same_name_at_the_same_moment(site: Site) -> None:
    """Where two people send the same name at the same moment, one gets it; in the settings as well."""

    def one_gets_it(answers: dict[Site, Answer]) -> tuple[Site, Site]:
        given = [who for who, answer in answers.items() if answer.status in (302, 303)]
        name = f"one person to get the name from {answers[slow].request}"
        assert len(given) == 1, f"Expected {name}. Found {len(given)}."
        (other,) = answers.keys() - given
        answers[other].refused(422).some(MESSAGE, "an error message")
        return given[0], other

    slow, quick = site.anonymous, site.anonymous
    for visitor in (slow, quick):
        visitor.read("/register")
    answers: dict[Site, Answer] = {}
    send = {slow: ADA, quick: {**ADA, "email": "quick@example.org"}}
    with site.just_before_saving(lambda: answers.update({quick: quick.send("/register", **send[quick])})):
        answers[slow] = slow.send("/register", **send[slow])
    has_it, has_none = one_gets_it(answers)
    has_link(has_it, "/profile/ada")
    has_no_link(has_none, "/settings")

    has_none.send("/register", **{**send[has_none], "username": "other"}).redirects_to("/")
    pages, same = {visitor: visitor.read("/settings") for visitor in (slow, quick)}, {"username": "same"}
    with site.just_before_saving(lambda: answers.update({quick: pages[quick].submit(SETTINGS, **same)})):
        answers[slow] = pages[slow].submit(SETTINGS, **same)
    has_it, has_none = one_gets_it(answers)
    has_link(has_it, "/profile/same")
    has_no_link(has_none, "/profile/same")


def test_signing_in_with_email_and_password(site: Site) -> None:
    """The e-mail address, in capitals or not, and the exact password sign in and lead home alone."""
    password = "  spaces  in  it "
    newcomer = site.anonymous
    ada = {"username": "ada", "email": "Ada@Example.ORG", "password": password}
    newcomer.read("/register").submit("form:has(input[name=username])", **ada).redirects_to("/")
    page = site.anonymous.read("/login")
    page.one("h1", "a heading").says("Sign in")
    page.one("form:has(input[name=email]) button[type=submit]", "a button").says("Sign in")

    for email in ("Ada@Example.ORG", "ada@example.org", "ADA@EXAMPLE.ORG"):
        assert "/profile/ada" in links(sign_in(site, email, password)), (
            f"Expected POST /login to sign {email} in. Found a signed-out visitor."
        )
    for wrong in (password.strip(), " spaces in it ", password.upper(), ""):
        site.anonymous.send("/login", email="ada@example.org", password=wrong).refused(422)

    for query in ("?next=https://evil.example", "?next=//evil.example", "?next=/%5Cevil.example"):
        visitor = site.anonymous
        visitor.read("/login")
        answer = visitor.send(f"/login{query}", email="ada@example.org", password=password)
        assert "evil.example" not in answer.headers.get("Location", ""), answer.instead_of(
            f"a redirect on this site from {answer.request}"
        )


def test_a_failed_sign_in_does_not_tell_why(site: Site) -> None:
    """A wrong password and an unknown address get the same page after the same time, and nobody is signed in."""
    ada = site.register("ada")
    visitor = site.anonymous
    visitor.read("/login")

    before = QuickHasher.count
    wrong = visitor.send("/login", email=ada.email, password="not hers at all").refused(422)
    middle = QuickHasher.count
    unknown = visitor.send("/login", email="nobody@example.org", password="not hers at all").refused(422)
    after = QuickHasher.count

    wrong.some(MESSAGE, "an error message")
    told, other = wrong.texts(MESSAGE), unknown.texts(MESSAGE)
    assert told == other, f"Expected the same error message twice from {LOGIN}. Found {told} and {other}."
    tried, missed = middle - before, after - middle
    message = f"Expected the same number of slow hashes twice from {LOGIN}. Found {tried} and {missed}."
    assert tried == missed > 0, message
    wrong.one("input[name=email]", "the e-mail address").holds(ada.email)
    has_no_link(visitor, "/settings")
    has_link(sign_in(site, ada.email, ada.password), "/profile/ada")


def test_signing_out_is_a_button(site: Site) -> None:
    """The button on the settings page signs out, a link cannot; after it, the settings ask to sign in."""
    ada = site.register("ada")
    button = ada.read("/settings").one("form[action='/logout'] button.btn-outline-danger", "a button")
    button.says("Or click here to logout")
    ada.get("/logout")
    has_link(ada, "/settings")

    ada.read("/settings").submit("form:has(button.btn-outline-danger)").redirects_to("/")

    has_no_link(ada, "/settings")
    ada.get("/login")
    ada.send("/settings", username="ada", email=ada.email, bio="Gone.").asks_to_sign_in()
    site.read("/profile/ada").lacks("Gone.")
    page = ada.read(ada.get("/settings").asks_to_sign_in())
    answer = page.submit("form:has(input[name=email])", email=ada.email, password=ada.password)
    ada.read(answer.redirects_to_a_page_under("/"))
    has_link(ada, "/settings")


def test_settings_change_the_profile(site: Site) -> None:
    """The settings show what is known; what is saved or emptied there is so on the profile, at once."""
    ada = site.register("ada")
    page = ada.read("/settings")
    for field, value in {"username": "ada", "email": ada.email, "bio": "", "image": ""}.items():
        page.one(f"[name={field}]", f"the field {field}").holds(value)
    page.one(f"{SETTINGS} button[type=submit]", "a button").says("Update Settings")
    name = "Ada <img src=x onerror=alert(1)> Ω"
    new = {"username": name, "bio": "<script>alert(2)</script> Writes <b>programs</b>."}
    new["image"] = "https://example.org/\"onerror='alert(3)'.png"

    page.submit(SETTINGS, **new).redirects_to(f"/profile/{name}")

    profile = ada.read(f"/profile/{name}")
    profile.one(".profile-page h4", "the name").says(name)
    profile.one(".user-info p", "the bio").says(new["bio"])
    profile.one("img.user-img", "the picture").has("src", new["image"])
    profile.none("[onerror], .user-info script", "code that can run")
    site.get("/profile/ada").refused(404)
    again = ada.read("/settings")
    again.one("textarea[name=bio]", "the bio").holds(new["bio"])
    again.one("input[name=image]", "the picture").holds(new["image"])

    longest = "line\n" * 399 + "lines"  # the end of a line counts once
    again.submit(SETTINGS, bio=longest, image="y" * 2_000).redirects_to(f"/profile/{name}")
    for field in ("bio", "image"):
        again.submit(SETTINGS, **{field: "z" * 2_001}).refused(422).some(MESSAGE, "an error message")
    ada.read(f"/profile/{name}").one(".user-info p", "the longest bio").says(" ".join(longest.split()))
    again.submit(SETTINGS, bio="", image="").redirects_to(f"/profile/{name}")
    profile = ada.read(f"/profile/{name}")
    profile.one(".user-info p", "the empty bio").says("")
    profile.one("img.user-img", "the picture").has_in("src", "default-avatar.svg")


def test_a_password_changes_only_when_one_is_typed(site: Site) -> None:
    """Settings saved without a password keep the old one; a new one takes its place, if it is long enough."""
    ada = site.register("ada")
    ada.read("/settings").one("input[name=password]", "the field password").holds("")

    ada.read("/settings").submit(SETTINGS, bio="Hello.").redirects_to("/profile/ada")
    sign_in(site, ada.email, ada.password)

    ada.read("/settings").submit(SETTINGS, password="7 chars").refused(422).some(MESSAGE, "an error message")
    sign_in(site, ada.email, ada.password)

    ada.read("/settings").submit(SETTINGS, password=" a  new ").redirects_to("/profile/ada")
    assert "/settings" in links(ada), (
        "Expected ada to stay signed in after POST /settings with a new password. Found ada signed out."
    )
    sign_in(site, ada.email, " a  new ")
    site.anonymous.send("/login", email=ada.email, password=ada.password).refused(422)


def test_a_profile_tells_who_somebody_is(site: Site) -> None:
    """A profile shows name, bio and picture to all, and the link to the settings to its owner alone."""
    ada, bob = site.register("ada"), site.register("bob")

    for visitor in (ada, bob, site.anonymous):
        page = visitor.read("/profile/ada")
        page.one(".profile-page h4", "the name").says("ada")
        page.one(".profile-page .user-info p", "the empty bio").says("")
        picture = page.one(".profile-page .user-img", "the picture")
        picture.has_in("src", "default-avatar.svg")
        visitor.get(picture.attribute("src") or "").succeeds()

    own = ada.read("/profile/ada").one(".profile-page a[href='/settings']", "a link to the settings")
    own.says("Edit Profile Settings")
    others = bob.read("/profile/ada")
    others.none(".profile-page a[href='/settings']", "a link to the settings")
    others.one("nav.navbar a[href='/profile/bob']", "a link to the user's profile").says("bob")
    site.get("/profile/nobody").refused(404)


def test_a_session_belongs_to_one_account(site: Site) -> None:
    """Signing in or up begins a new session, which no older form fits, and which ends with the account."""
    people = [site.register(f"reader {number}") for number in range(9)]
    last = people[-1]

    def token(visitor: Site, address: str) -> str:
        field = visitor.read(address).one(f"main input[name={TOKEN}]", "the form's token")
        return field.attribute("value") or ""

    signs_in, signs_up = site.anonymous, site.anonymous
    old = token(signs_in, "/login")
    signs_in.send("/login", email=last.email, password=last.password).redirects_to("/")
    signs_in.send("/logout", **{TOKEN: old}).refused(400, 403)
    old = token(signs_up, "/register")
    signs_up.send("/register", **ADA).redirects_to("/")
    signs_up.send("/logout", **{TOKEN: old}).refused(400, 403)
    for visitor in (signs_in, signs_up):
        has_link(visitor, "/settings")

    site.start_anew()
    for visitor in (signs_in, signs_up):
        has_link(visitor, "/login")
        visitor.get("/settings").asks_to_sign_in()


def test_a_form_from_elsewhere_touches_no_account(site: Site) -> None:
    """A page of another site can neither sign its visitors up, in or out here, nor change their settings."""
    ada = site.register("ada")
    new = {"username": "forged", "email": "forged@example.org", "password": "forged and long"}

    stranger = site.anonymous
    stranger.send_from_elsewhere("/register", **new).refused(400, 403)
    stranger.send_from_elsewhere("/login", email=ada.email, password=ada.password).refused(400, 403)
    has_link(stranger, "/login")
    ada.send_from_elsewhere("/settings", **new).refused(400, 403)
    ada.send_from_elsewhere("/logout").refused(400, 403)

    has_link(ada, "/profile/ada")
    site.get("/profile/forged").refused(404)


def test_a_password_is_never_stored_as_typed(site: Site, settings: Settings) -> None:
    """What lies in the database is neither the password nor a quick digest of it, but a slow one."""
    ada = site.register("ada")
    stored = site.stored()
    assert ada.email.encode() in stored, "Expected ada's e-mail address in the database. Found none."

    secret = ada.password.encode()
    for way in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(way, secret)
        for form in (digest.hexdigest().encode(), digest.digest(), base64.b64encode(digest.digest())):
            assert form not in stored, f"Expected no plain {way} hash of the password in the database. Found one."
    assert secret not in stored, "Expected no plain password in the database. Found one."

    own = import_module("conduit.settings.base")
    settings.PASSWORD_HASHERS = getattr(own, "PASSWORD_HASHERS", global_settings.PASSWORD_HASHERS)
    visitor = site.anonymous
    visitor.get("/login")
    start = thread_time()
    visitor.send("/login", email="nobody@example.org", password="a guess").refused(422)
    middle = thread_time()
    hashlib.scrypt(b"a guess", salt=b"salt", n=2**14, r=8, p=1)
    small = thread_time() - middle
    spent = middle - start
    assert spent > 3 * small, (
        f"Expected POST /login to take at least {3 * small:.3f} s, for a slow hash. Found {spent:.3f} s."
    )
