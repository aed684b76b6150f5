"""Users sign up, sign in and sign out. A token says who sends a request."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, sleep

from tests.support.api import PASSWORD, Reply, Site

ADA = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
TAKEN = "has already been taken"


def sign_up(site: Site, **fields: object) -> Reply:
    """Create the account of Ada, with some other fields."""
    return site.anonymous.post("/api/users", user={**ADA, **fields})


def is_signed_in(site: Site, name: str = "ada") -> None:
    """The client's token belongs to this user."""
    __tracebackhide__ = True
    site.get("/api/user").gives("user").has(username=name)


def is_signed_out(site: Site) -> None:
    """The client's token is invalid."""
    __tracebackhide__ = True
    site.get("/api/user").rejected(401, token="is invalid")


def signed(content: str, key: str) -> str:
    """The first two parts of a token, with a signature by this key."""
    signature = hmac.new(key.encode(), content.encode(), hashlib.sha256).digest()
    return f"{content}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def test_new_user_gets_a_token(site: Site) -> None:
    """A new user is returned with status 201 and a token."""
    user = sign_up(site).gives("user", status=201)

    user.has(username="ada", email="ada@example.org")
    user.lacks("password", "passwordHash", "password_hash")
    token = user["token"]
    assert isinstance(token, str) and token, f"Expected a text as token from POST /api/users. Found {token!r}."


def test_token_says_who_sends_a_request(site: Site) -> None:
    """A client with a token gets the account of its user."""
    ada, bob = site.register("ada"), site.register("bob")

    for client in (ada, bob):
        user = client.get("/api/user").gives("user")

        user.has(username=client.name, email=client.email)
        user.lacks("password", "passwordHash", "password_hash")
        is_signed_in(site.with_token(user["token"]), client.name)


def test_request_without_a_token_is_rejected(site: Site) -> None:
    """A request without a token is rejected with 401."""
    is_signed_in(site.register("ada"))

    site.anonymous.get("/api/user").rejected(401, token="is missing")
    site.anonymous.post("/api/users/logout").rejected(401, token="is missing")


def test_forged_token_is_rejected(site: Site) -> None:
    """A token that the site hasn't signed is rejected with 401."""
    ada, bob = site.register("ada"), site.register("bob")
    is_signed_in(ada)
    parts, other = ada.token.split("."), bob.token.split(".")
    assert len(parts) == 3, f"Expected a JWT, which has three parts. Found {ada.token}."
    content = f"{parts[0]}.{parts[1]}"
    unsigned = base64.urlsafe_b64encode(b'{"alg": "none", "typ": "JWT"}').decode().rstrip("=")
    forged = {
        "of bob's data": f"{parts[0]}.{other[1]}.{parts[2]}",
        "without a signature": f"{unsigned}.{parts[1]}.",
        "with another key": signed(content, "the key of another site, and long enough"),
        "with an empty key": signed(content, ""),
        "that is cut off": ada.token[:-3],
        "that has only one letter": "x",
    }

    for what, token in forged.items():
        reply = site.with_token(token).get("/api/user")
        assert reply.status == 401, f"Expected status 401 for a token {what}. Found status {reply.status}."
        reply.rejected(401, token="is invalid")
    for header in ("Token", ada.token, f"Bearer {ada.token}", f"Token{ada.token}"):
        site.send("GET", "/api/user", {"Authorization": header}).rejected(401, token="is invalid")


def test_expired_token_is_rejected(site: Site, start_site: Callable[..., Site]) -> None:
    """A token that is older than `token_minutes` is rejected."""
    is_signed_in(site.register("ada"))

    is_signed_out(start_site(token_minutes=-1).register("ada"))


def test_invalid_sign_up_is_rejected(site: Site) -> None:
    """A blank, invalid or too long field is rejected at sign-up."""
    for field in ("username", "email", "password"):
        for blank in ("", None):
            sign_up(site, **{field: blank}).rejected(422, **{field: "can't be blank"})
    sign_up(site, username="  ").rejected(422, username="can't be blank")
    sign_up(site, username="x" * 51).rejected(422, "username")
    for email in ("nowhere", "x" * 189 + "@example.org"):
        sign_up(site, email=email).rejected(422, "email")
    for password in ("7 chars", "x" * 201):
        sign_up(site, password=password).rejected(422, "password")

    site.sign_in(ADA["email"], PASSWORD).rejected(401, credentials="invalid")
    sign_up(site).gives("user", status=201)


def test_longest_values_are_accepted(site: Site) -> None:
    """The longest allowed name, e-mail and password are accepted."""
    longest = {"username": "x" * 50, "email": "x" * 188 + "@example.org", "password": "x" * 200}
    shortest = {"username": "...", "email": "a@b", "password": "8 chars!"}

    for fields in (longest, shortest):
        sign_up(site, **fields).gives("user", status=201)

        site.sign_in(fields["email"], fields["password"]).gives("user").has(username=fields["username"])


def test_name_and_email_belong_to_one_user(site: Site) -> None:
    """A name or e-mail that is taken is rejected with 409."""
    site.register("ada")
    new = {"username": "carla", "email": "carla@example.org"}

    sign_up(site, **{**new, "username": "ada"}).rejected(409, username=TAKEN)
    sign_up(site, **{**new, "username": " ada "}).rejected(409, username=TAKEN)
    sign_up(site, **{**new, "email": ADA["email"]}).rejected(409, email=TAKEN)

    sign_up(site, **new).gives("user", status=201)


def test_case_of_an_email_does_not_matter(site: Site) -> None:
    """Capital letters in an e-mail don't matter."""
    sign_up(site, email="Ada@Example.ORG").gives("user", status=201).has(email="ada@example.org")

    for email in ("Ada@Example.ORG", "ada@example.org", " ADA@EXAMPLE.ORG "):
        site.sign_in(email, PASSWORD).gives("user")
    sign_up(site, username="other", email="ADA@example.org").rejected(409, email=TAKEN)


def test_user_can_sign_in(site: Site) -> None:
    """A user can sign in with their e-mail and exact password."""
    password = "  spaces  in  it "
    site.register("bob")
    site.register("ada", password=password)
    carla = site.register("carla", password=" " * 8)

    user = site.sign_in(ADA["email"], password).gives("user")

    user.has(username="ada", email=ADA["email"])
    is_signed_in(site.with_token(user["token"]))
    for wrong in (password.strip(), " spaces in it ", password.upper()):
        site.sign_in(ADA["email"], wrong).rejected(401, credentials="invalid")
    site.sign_in(carla.email, carla.password).gives("user").has(username="carla")


def test_wrong_email_or_password_is_rejected(site: Site) -> None:
    """A wrong e-mail and a wrong password get the same response."""
    ada = site.register("ada")

    wrong = site.sign_in(ada.email, "not hers at all")
    unknown = site.sign_in("nobody@example.org", "not hers at all")

    wrong.rejected(401, credentials="invalid")
    unknown.rejected(401, credentials="invalid")
    assert wrong.text == unknown.text, f"Expected the same response. Found {wrong.text} and {unknown.text}."
    site.sign_in("", PASSWORD).rejected(422, email="can't be blank")
    site.sign_in(ada.email, "").rejected(422, password="can't be blank")


def test_user_can_sign_out(site: Site) -> None:
    """A user can sign out, and the token is useless then."""
    ada, bob = site.register("ada"), site.register("bob")
    is_signed_in(ada)

    ada.post("/api/users/logout").is_empty()

    is_signed_out(ada)
    is_signed_in(bob, "bob")
    ada.post("/api/users/logout").rejected(401, token="is invalid")


def test_sign_out_keeps_other_tokens(site: Site) -> None:
    """Signing out ends one token, and not the user's other tokens."""
    ada = site.register("ada")
    phone = site.with_token(site.sign_in(ada.email, ada.password).gives("user", "token"))

    ada.post("/api/users/logout").is_empty()

    is_signed_out(ada)
    is_signed_in(phone)


def test_password_is_stored_as_a_slow_hash(site: Site) -> None:
    """A password is stored only as a slow hash."""
    with site.server.queries() as queries:
        site.register("ada")
    stored = " ".join(queries.values)
    assert ADA["email"] in stored, "Expected the e-mail in the values sent to the database. Found none."

    digests = {way: hashlib.new(way, PASSWORD.encode()) for way in ("md5", "sha1", "sha256", "sha512")}
    quick = {f"{way} hash": digest.hexdigest() for way, digest in digests.items()}
    for what, value in {"password": PASSWORD, **quick}.items():
        assert value not in stored, f"Expected only a slow hash in the database. Found the {what}."
    method = "$argon2id$v=19$m=8,t=1,"  # the settings password_memory and password_rounds in tests
    assert method in stored, f"Expected a hash that begins with {method} in the database. Found none."


def test_docs_page_shows_padlocks(site: Site) -> None:
    """The docs page describes accounts, and shows padlocks."""
    keys = "user", "username", "email", "token"
    site.documented("POST", "/api/users", 201, *keys)
    site.documented("POST", "/api/users/login", 200, *keys)
    site.documented("GET", "/api/user", 200, *keys)

    site.requires_token("GET", "/api/user", 200)
    site.requires_token("POST", "/api/users/logout", 204)
    schemes = site.get("/openapi.json").gives("components").get("securitySchemes", {})
    headers = [scheme.get("name") for scheme in schemes.values()]
    assert "Authorization" in headers, f"Expected a padlock for the header Authorization on /docs. Found {headers}."
    for method, url, status in (("POST", "/api/users", 201), ("POST", "/api/users/login", 200)):
        padlock = site.documented(method, url, status).get("security")
        assert not padlock, f"Expected no padlock for {method} {url} on /docs. Found one."


def test_name_that_no_url_can_contain_is_rejected(site: Site) -> None:
    """A name that no URL can contain is rejected at sign-up."""
    for name in ("a/b", ".", ".."):
        sign_up(site, username=name).rejected(422, "username")

    sign_up(site, username="a.b").gives("user", status=201)


def test_many_wrong_passwords_block_sign_in(site: Site) -> None:
    """After ten wrong passwords, an e-mail is blocked for a while."""
    ada = site.register("ada")

    for email in (ada.email, "nobody@example.org"):
        for attempt in range(10):
            typed = email.upper() if attempt % 2 else email
            site.sign_in(typed, f"guess {attempt}").rejected(401, credentials="invalid")
        site.sign_in(email, "guess 10").rejected(429)

    site.sign_in(ada.email, ada.password).rejected(429)
    bob = site.register("bob")
    site.sign_in(bob.email, bob.password).gives("user")
    is_signed_in(ada)


def test_blocked_email_works_again_later(start_site: Callable[..., Site]) -> None:
    """A user with a blocked e-mail can sign in again later."""
    site = start_site(login_attempts=1, login_block_seconds=1)
    ada = site.register("ada")
    site.sign_in(ada.email, "a guess").rejected(401)
    site.sign_in(ada.email, ada.password).rejected(429)

    sleep(1.1)

    site.sign_in(ada.email, ada.password).gives("user").has(username="ada")


def test_sign_in_resets_the_count(site: Site) -> None:
    """A successful sign-in resets the count of wrong passwords."""
    ada = site.register("ada")

    for attempt in range(9):
        site.sign_in(ada.email, f"guess {attempt}").rejected(401)
    site.sign_in(ada.email, ada.password).gives("user")

    site.sign_in(ada.email, "another guess").rejected(401)
    site.sign_in(ada.email, ada.password).gives("user").has(username="ada")


def test_guesses_at_the_same_moment_are_counted(site: Site) -> None:
    """Wrong passwords sent at the same time are all counted."""
    ada = site.register("ada")
    for attempt in range(9):
        site.sign_in(ada.email, f"guess {attempt}").rejected(401)

    with site.just_before_saving(lambda: site.sign_in(ada.email, "the tenth guess").rejected(401)):
        reply = site.sign_in(ada.email, "the eleventh guess")

    reply.rejected(429)


def test_two_users_take_a_name_at_the_same_moment(site: Site) -> None:
    """Two clients can't take the same name at the same moment."""
    site.register("first")

    def quick() -> None:
        sign_up(site, email="quick@example.org").gives("user", status=201)

    with site.just_before_saving(quick):
        reply = sign_up(site)

    reply.rejected(409, username=TAKEN)
    site.sign_in("quick@example.org", PASSWORD).gives("user").has(username="ada")


def test_sign_in_takes_as_long_for_an_unknown_email(start_site: Callable[..., Site]) -> None:
    """Sign-in takes equally long for known and unknown e-mails."""
    site = start_site(password_rounds=4, password_memory=8 * 1024, login_attempts=20)
    ada = site.register("ada")

    def seconds(email: str) -> float:
        start = perf_counter()
        site.sign_in(email, "not hers at all").rejected(401)
        return perf_counter() - start

    known = unknown = float("inf")
    for attempt in range(10):  # other programs can make a request slower, but never faster
        known, unknown = min(known, seconds(ada.email)), min(unknown, seconds(f"nobody{attempt}@example.org"))
        if attempt > 1 and known / 2 < unknown < known * 2:
            break

    assert known / 2 < unknown < known * 2, (
        "Expected POST /api/users/login to take as long for a known and an unknown e-mail. "
        f"Found {known * 1000:.0f} ms and {unknown * 1000:.0f} ms."
    )


def test_signing_in_keeps_nobody_waiting(start_site: Callable[..., Site]) -> None:
    """While the site checks a password, it answers other requests."""
    site = start_site(password_rounds=60, password_memory=8 * 1024)
    ada = site.register("ada")
    answered = 0

    with ThreadPoolExecutor(1) as elsewhere:
        signing_in = elsewhere.submit(site.sign_in, ada.email, ada.password)
        while answered < 10 and not signing_in.done():
            site.get("/api/tags").gives("tags")
            answered += 1

    signing_in.result().gives("user").has(username="ada")
    assert answered >= 4, f"Expected at least 4 responses during one sign-in. Found {answered}: the site is blocked."
