"""People make accounts, sign in, and say who they are."""

import base64
import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import process_time
from urllib.parse import quote

import pytest

from tests.support import PASSWORD, Server, Site, Thing, equal, has_fields

ADA = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}

Serve = Callable[..., Server]


def sign_in(site: Site, email: str, password: str) -> Thing:
    """The account that these open."""
    user: Thing = site.anonymous.post("/api/users/login", user={"email": email, "password": password}).gives("user")
    return user


def with_token(site: Site, token: str) -> Site:
    """A client who sends this token along."""
    return Site(site.server, token)


def test_an_account_comes_with_a_token(site: Site) -> None:
    """Whoever registers gets the new account with a token, and the token opens it from then on."""
    ada = site.anonymous.post("/api/users", user={**ADA, "bio": "Hers.", "id": 77}).gives("user", status=201)

    has_fields(ada, username="ada", email="ada@example.org", bio=None, image=None)
    assert not {key for key in ada if "password" in key.lower()}, "Expected no password in the account. Found one."
    again = with_token(site, ada["token"]).get("/api/user").gives("user")
    equal(again, {**ada, "token": again.get("token", "")})
    with_token(site, again["token"]).get("/api/user").has("user", "username", value="ada")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", ""),
        ("username", "  "),
        ("username", None),
        ("username", "a/b"),
        ("username", "."),
        ("username", ".."),
        ("username", "x" * 51),
        ("email", ""),
        ("email", None),
        ("email", "nowhere"),
        ("email", "x" * 189 + "@example.org"),
        ("password", ""),
        ("password", None),
        ("password", "7 chars"),
        ("password", "x" * 201),
    ],
)
def test_an_account_needs_a_name_an_email_and_a_password(site: Site, field: str, value: str | None) -> None:
    """What is blank, too short, too long or unfit is refused, at registering and at a change; long names are fine."""
    long_but_fine = {"username": "x" * 50, "email": "x" * 188 + "@example.org", "password": "8 chars!"}
    fine = site.anonymous.post("/api/users", user=long_but_fine).gives("user", status=201)

    refused = site.anonymous.post("/api/users", user={**ADA, field: value})
    unchanged = with_token(site, fine["token"]).put("/api/user", user={"bio": "New.", field: value})

    for answer in (refused, unchanged):
        answer.refused(422, about=field)
        if value is None or not value.strip():
            answer.refused(422, **{field: "can't be blank"})
    account = sign_in(site, fine["email"], "8 chars!")
    has_fields(account, username=fine["username"], email=fine["email"], bio=None)
    site.anonymous.post("/api/users", user={**ADA, "password": "x" * 64}).gives("user", status=201)


def test_a_name_and_an_email_belong_to_one_account(site: Site) -> None:
    """A name or an e-mail address that is taken, in capitals too, is refused with 409, at a change as well."""
    ada, bob = site.register("ada"), site.register("bob")
    carla = {"username": "carla", "email": "carla@example.org", "password": PASSWORD}

    for field, value in {"username": "ada", "email": ada.email}.items():
        for taken in {value, value.upper()} if field == "email" else {value}:
            site.anonymous.post("/api/users", user={**carla, field: taken}).refused(
                409, **{field: "has already been taken"}
            )
            bob.put("/api/user", user={"bio": "New.", field: taken}).refused(409, **{field: "has already been taken"})

    account = bob.get("/api/user").gives("user")
    has_fields(account, username="bob", email=bob.email, bio=None)
    bob.put("/api/user", user={"username": "bob", "email": bob.email, "bio": "Same."}).gives("user")
    site.anonymous.post("/api/users", user=carla).gives("user", status=201)


def test_two_people_take_the_same_name_at_the_same_moment(site: Site, second_server: Server) -> None:
    """Where two people send the same name at the same moment, one of them gets it and the other a refusal."""
    quick = Site(second_server)
    other = {**ADA, "email": "quick@example.org"}

    with site.just_before_saving(lambda: quick.post("/api/users", user=other).gives("user", status=201)):
        answer = site.anonymous.post("/api/users", user=ADA)

    answer.refused(409, username="has already been taken")
    has_fields(sign_in(site, "quick@example.org", PASSWORD), username="ada")


def test_signing_in_with_email_and_password(site: Site) -> None:
    """The e-mail address, in capitals or not, and exactly the password open the account."""
    password = "  Größe 42: 鍵 "
    ada = site.anonymous.post("/api/users", user={**ADA, "email": "Ada@Example.ORG", "password": password})
    ada.gives("user", status=201)

    for email in ("ada@example.org", "ADA@EXAMPLE.ORG", " Ada@Example.ORG "):
        user = sign_in(site, email, password)
        has_fields(user, username="ada")
        with_token(site, user["token"]).get("/api/user").has("user", "username", value="ada")

    for wrong in (password.strip(), password.lower(), password + "x", " ".join(password.split())):
        answer = site.anonymous.post("/api/users/login", user={"email": "ada@example.org", "password": wrong})
        answer.refused(401, credentials="invalid")
    bob = {"username": "bob", "email": "bob@example.org", "password": " " * 8}
    if site.anonymous.post("/api/users", user=bob).status == 201:
        has_fields(sign_in(site, "bob@example.org", " " * 8), username="bob")


def test_a_failed_sign_in_does_not_tell_why(serve: Serve) -> None:
    """A wrong password and an unknown address get the same answer, and it takes as long."""
    site = Site(serve(password_rounds=10, password_memory=8 * 1024))
    ada = site.register("ada")
    for field in ("email", "password"):
        blank = {"email": ada.email, "password": PASSWORD, field: ""}
        site.post("/api/users/login", user=blank).refused(422, **{field: "can't be blank"})

    def seconds(email: str) -> float:
        # The work that the site does, and not the time on the clock: other programs do not disturb it.
        start = process_time()
        answer = site.post("/api/users/login", user={"email": email, "password": "not hers at all"})
        answer.refused(401, credentials="invalid")
        equal(answer.json, {"errors": {"credentials": ["invalid"]}})
        return process_time() - start

    times = [(seconds(ada.email), seconds("nobody@example.org")) for _ in range(3)]
    known, unknown = (min(column) for column in zip(*times, strict=True))

    message = f"Expected the same time in both cases. Found {known:.3f} s and {unknown:.3f} s."
    assert known / 2 < unknown < known * 2, message


def test_signing_in_keeps_nobody_waiting(serve: Serve) -> None:
    """While one client waits for the slow check of a password, the site answers others."""
    site = Site(serve(password_rounds=50, password_memory=8 * 1024))
    ada = site.register("ada")
    wanted = {"email": ada.email, "password": ada.password}
    answered = 0

    with ThreadPoolExecutor(1) as elsewhere:
        signing_in = elsewhere.submit(lambda: site.anonymous.post("/api/users/login", user=wanted))
        while not signing_in.done():
            site.get("/api/articles").gives("articles")
            answered += 1

    signing_in.result().has("user", "username", value="ada")
    assert answered >= 5, f"Expected at least 5 other responses during one sign-in. Found {answered}."


def test_only_a_token_of_this_site_opens_an_account(site: Site, serve: Serve, empty_database: Path) -> None:
    """No token is one answer; one that is broken, forged, expired, or of an account that is gone is another."""
    ada, bob = site.register("ada"), site.register("bob")
    same = {"database_url": site.server.settings["database_url"]}
    expired = sign_in(Site(serve(**same, token_minutes=-1)), ada.email, ada.password)["token"]
    foreign = sign_in(Site(serve(**same, secret_key="of another site, which has one too")), ada.email, ada.password)
    parts = ada.token.split(".")
    assert len(parts) == 3, f"Expected a token of three parts. Found {ada.token}."
    header = json.loads(base64.urlsafe_b64decode(parts[0] + "=="))
    unsigned = base64.urlsafe_b64encode(json.dumps({**header, "alg": "none"}).encode()).decode().rstrip("=")
    swapped = [parts[0], bob.token.split(".")[1], parts[2]]
    tokens = ["", "x", "a b", expired, foreign["token"], f"{unsigned}.{parts[1]}.", ".".join(swapped), ada.token[:-3]]
    wrong = [f"Token {token}" for token in tokens] + ["Token", ada.token, f"Bearer {ada.token}", f"Token{ada.token}"]

    for header in wrong:
        site.anonymous.ask("GET", "/api/user", headers={"Authorization": header}).refused(401, token="is invalid")
    json_type = {"Content-Type": "application/json"}
    for body in (b'{"user": {"bio": "Forged."}}', b'{"user": 3}', b'{"user": '):
        forger = with_token(site, foreign["token"])
        site.anonymous.ask("PUT", "/api/user", json_type, content=body).refused(401, token="is missing")
        forger.ask("PUT", "/api/user", json_type, content=body).refused(401, token="is invalid")
    site.anonymous.get("/api/user").refused(401, token="is missing")
    ada.get("/api/user").has("user", "bio", value=None)

    site.server.empty(empty_database)
    for name in ("carla", "dora"):
        site.register(name)
    for gone in (ada, bob):
        gone.get("/api/user").refused(401, token="is invalid")


def test_an_account_can_be_changed(site: Site) -> None:
    """A change takes what is sent and keeps the rest; empty bio and picture are null; the new token opens it."""
    ada = site.register("ada")
    site.register("bob")
    new = {"username": "Ada Ω", "email": "Countess@example.org", "bio": "<b>Programs</b>", "image": "https://x.org/a"}

    user = ada.put("/api/user", user={**new, "id": 2, "token": "mine"}).gives("user")

    has_fields(user, **{**new, "email": "countess@example.org"})
    renamed = with_token(site, user["token"])
    kept = renamed.put("/api/user", user={"password": "a new long password"}).gives("user")
    has_fields(kept, **{**new, "email": "countess@example.org"})
    has_fields(sign_in(site, "countess@example.org", "a new long password"), username="Ada Ω")
    old = {"email": "countess@example.org", "password": PASSWORD}
    site.anonymous.post("/api/users/login", user=old).refused(401, credentials="invalid")
    for empty in ("", None):
        renamed.put("/api/user", user={"bio": "Here.", "image": "https://x.org/b"}).gives("user")
        user = renamed.put("/api/user", user={"bio": empty, "image": empty}).gives("user")
        has_fields(user, bio=None, image=None)
    for field, longest in (("bio", 5_000), ("image", 2_000)):
        renamed.put("/api/user", user={field: "x" * (longest + 1)}).refused(422, about=field)
        renamed.put("/api/user", user={field: "x" * longest}).has("user", field, value="x" * longest)
    renamed.put("/api/user", user={}).has("user", "username", value="Ada Ω")
    has_fields(sign_in(site, "bob@example.org", PASSWORD), bio=None)


def test_a_profile_tells_who_somebody_is(site: Site) -> None:
    """Everyone may know name, bio and picture of somebody, as they are now, and nothing else."""
    ada = site.register("Zoë & Co?")
    address = f"/api/profiles/{quote('Zoë & Co?', safe='')}"
    ada.put("/api/user", user={"bio": "Writes.", "image": "https://example.org/z.png"}).gives("user")

    for client in (ada, site.anonymous, site.register("bob")):
        profile = client.get(address).gives("profile")
        has_fields(profile, username="Zoë & Co?", bio="Writes.", image="https://example.org/z.png")
        private = ", ".join({"email", "token", "id", "password"} & set(profile))
        assert not private, f"Expected no private key in the profile from GET {address}. Found {private}."
    site.get("/api/profiles/nobody").refused(404, profile="not found")
    ada.put("/api/user", user={"username": "Zoë"}).gives("user")
    site.get(address).refused(404, profile="not found")


def test_a_password_is_never_stored_as_typed(site: Site) -> None:
    """What lies in the database is neither the password nor a quick digest of it."""
    ada = site.register("ada")
    assert ada.email.encode() in site.stored(), f"Expected {ada.email} in the database. Found none."

    stored = site.stored()

    secret = ada.password.encode()
    for way in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(way, secret)
        for form in (digest.hexdigest().encode(), digest.digest(), base64.b64encode(digest.digest())):
            assert form not in stored, f"Expected no plain {way} hash of the password in the database. Found one."
    assert secret not in stored, "Expected no plain password in the database. Found one."


def test_the_docs_describe_the_accounts(site: Site) -> None:
    """The docs page tells of accounts, has a button that takes a token, and marks what needs one."""
    site.documented("POST", "/api/users", 201, 409, 422)
    site.documented("POST", "/api/users/login", 200, 401, 422)
    site.documented("GET", "/api/profiles/{}", 200, 404)
    protected = [
        site.documented("GET", "/api/user", 200, 401),
        site.documented("PUT", "/api/user", 200, 401, 409, 422),
    ]

    schemes = site.get("/openapi.json").gives("components").get("securitySchemes", {})
    takes_token = [name for name, scheme in schemes.items() if scheme.get("name") == "Authorization"]
    assert takes_token, "Expected a button for the header Authorization on the docs page. Found none."
    for operation in protected:
        needed = {name for one in operation.get("security", []) for name in one}
        assert needed & set(takes_token), (
            f"Expected a required token for {operation['summary']} on the docs page. Found none."
        )
