"""Users have a profile, and they can change their name, picture and password."""

from tests.support.api import PASSWORD, Reply, Site, profile_of

TAKEN = "has already been taken"


def save(site: Site, **fields: object) -> Reply:
    """Change these fields of the client's account."""
    return site.put("/api/user", user=fields)


def is_signed_in(site: Site) -> None:
    """The client's token is valid."""
    __tracebackhide__ = True
    site.get("/api/user").gives("user", "username")


def is_signed_out(site: Site) -> None:
    """The client's token is invalid."""
    __tracebackhide__ = True
    site.get("/api/user").rejected(401, token="is invalid")


def test_every_user_has_a_profile(site: Site) -> None:
    """Every user has a profile with a name, a bio and a picture."""
    ada = site.register("ada")
    site.register("Bob & Co?")

    for client in (ada, site.anonymous):
        profile = client.get(profile_of("ada")).gives("profile")
        profile.has(username="ada", bio=None, image=None)
        profile.lacks("email", "token", "password", "passwordHash")
    site.get(profile_of("Bob & Co?")).gives("profile").has(username="Bob & Co?")


def test_missing_profile_returns_404(site: Site) -> None:
    """The profile of an unknown user returns 404."""
    site.register("ada")
    site.get(profile_of("ada")).gives("profile")

    for name in ("nobody", "Ada", "ad", "%"):
        site.get(profile_of(name)).rejected(404, profile="not found")


def test_account_has_a_bio_and_a_picture(site: Site) -> None:
    """A user can add and remove a bio and a picture."""
    ada, picture = site.register("ada"), "https://example.org/" + "a" * 1_980
    bio = "First line.\n" + "b" * 1_988
    ada.get("/api/user").gives("user").has(bio=None, image=None)

    save(ada, bio=bio, image=picture).gives("user").has(bio=bio, image=picture)

    site.get(profile_of("ada")).gives("profile").has(bio=bio, image=picture)
    for empty in ("", None):
        save(ada, bio="Here.", image=picture).gives("user").has(bio="Here.", image=picture)
        save(ada, bio=empty, image=empty).gives("user").has(bio=None, image=None)
        site.get(profile_of("ada")).gives("profile").has(bio=None, image=None)


def test_saved_settings_are_used_everywhere(site: Site) -> None:
    """A new name and e-mail are used at once, everywhere."""
    ada = site.register("ada")

    user = save(ada, username="Ada L.", email="New@Example.org").gives("user")

    user.has(username="Ada L.", email="new@example.org")
    site.with_token(user["token"]).get("/api/user").gives("user").has(username="Ada L.", email="new@example.org")
    site.get(profile_of("Ada L.")).gives("profile").has(username="Ada L.")
    site.get(profile_of("ada")).rejected(404, profile="not found")
    site.sign_in("new@example.org", PASSWORD).gives("user").has(username="Ada L.")
    site.sign_in(ada.email, PASSWORD).rejected(401, credentials="invalid")


def test_fields_that_are_not_sent_are_kept(site: Site) -> None:
    """An update changes only the fields in it."""
    ada = site.register("ada")
    phone = site.with_token(site.sign_in(ada.email, ada.password).gives("user", "token"))
    save(ada, bio="Hello.", image="https://example.org/a.png").gives("user")

    save(ada, image="https://example.org/b.png").gives("user").has(username="ada", email=ada.email, bio="Hello.")
    save(ada, bio="Bye.").gives("user").has(image="https://example.org/b.png", bio="Bye.")

    site.sign_in(ada.email, ada.password).gives("user").has(bio="Bye.", username="ada")
    is_signed_in(phone)


def test_request_without_a_token_changes_nothing(site: Site) -> None:
    """An update without a token is rejected with 401."""
    ada = site.register("ada")

    site.anonymous.put("/api/user", user={"username": "ada", "bio": "Forged."}).rejected(401, token="is missing")
    site.anonymous.put("/api/user", user={"username": ""}).rejected(401, token="is missing")
    site.with_token("forged").put("/api/user", user={"bio": "Forged."}).rejected(401, token="is invalid")

    save(ada, image="https://example.org/a.png").gives("user").has(bio=None)


def test_new_password_replaces_the_old_one(site: Site) -> None:
    """A new password replaces the old password."""
    ada = site.register("ada")

    user = save(ada, password=" a  new ").gives("user")

    user.lacks("password", "passwordHash")
    site.sign_in(ada.email, " a  new ").gives("user").has(username="ada")
    site.sign_in(ada.email, ada.password).rejected(401, credentials="invalid")


def test_new_password_ends_all_other_tokens(site: Site) -> None:
    """A new password ends all other tokens of the user."""
    ada, bob = site.register("ada"), site.register("bob")
    phone = site.with_token(site.sign_in(ada.email, ada.password).gives("user", "token"))
    is_signed_in(phone)

    user = save(ada, password="a new password").gives("user")

    is_signed_in(site.with_token(user["token"]))
    is_signed_out(phone)
    is_signed_in(bob)


def test_invalid_settings_are_rejected(site: Site) -> None:
    """Invalid settings are rejected, and nothing is saved."""
    ada = site.register("ada")
    changes = {"username": "changed", "bio": "Changed.", "image": "https://example.org/a.png"}
    invalid = {
        "username": (" ", None, "x" * 51),
        "email": ("", None, "nowhere", "x" * 189 + "@example.org"),
        "password": ("", None, "7 chars", "x" * 201),
        "bio": ("x" * 2_001,),
        "image": ("x" * 2_001, 3),
    }

    for field, values in invalid.items():
        for value in values:
            save(ada, **{**changes, field: value}).rejected(422, field)

    ada.get("/api/user").gives("user").has(username="ada", email=ada.email, bio=None, image=None)
    save(ada, **changes).gives("user").has(**changes)


def test_name_or_email_of_another_user_is_rejected(site: Site) -> None:
    """A user can't change to another user's name or e-mail."""
    ada, bob = site.register("ada"), site.register("bob")

    for field, value in (("username", "ada"), ("email", ada.email), ("email", ada.email.upper())):
        save(bob, **{"bio": "New.", field: value}).rejected(409, **{field: TAKEN})

    bob.get("/api/user").gives("user").has(username="bob", email=bob.email, bio=None)
    save(bob, username="bob", email=bob.email, bio="Same.").gives("user").has(bio="Same.")


def test_docs_page_describes_settings_and_profiles(site: Site) -> None:
    """The docs page describes settings and profiles."""
    keys = "username", "bio", "image"

    site.documented("PUT", "/api/user", 200, "user", "email", "token", *keys)
    site.requires_token("PUT", "/api/user", 200)
    site.documented("GET", "/api/profiles/{}", 200, "profile", *keys)


def test_spaces_in_a_new_password_count(site: Site) -> None:
    """Eight spaces are a valid password, but seven are too short."""
    ada = site.register("ada")

    save(ada, password=" " * 7).rejected(422, "password")
    save(ada, password=" " * 8).gives("user")

    site.sign_in(ada.email, " " * 8).gives("user").has(username="ada")
    site.sign_in(ada.email, ada.password).rejected(401, credentials="invalid")


def test_user_cannot_change_to_a_name_that_no_url_can_contain(site: Site) -> None:
    """A user can't change to a name that no URL can contain."""
    ada = site.register("ada")

    for name in ("a/b", "."):
        save(ada, username=name).rejected(422, "username")

    save(ada, username="...").gives("user").has(username="...")


def test_rejected_settings_change_nothing(site: Site) -> None:
    """If the new name is taken, the new password isn't saved."""
    site.register("bob")
    ada = site.register("ada")
    phone = site.with_token(site.sign_in(ada.email, ada.password).gives("user", "token"))

    save(ada, username="bob", password="a new password").rejected(409, username=TAKEN)

    is_signed_in(phone)
    site.sign_in(ada.email, ada.password).gives("user").has(username="ada")
    site.sign_in(ada.email, "a new password").rejected(401, credentials="invalid")


def test_two_users_change_to_a_name_at_the_same_moment(site: Site) -> None:
    """Two users can't change to the same name at the same moment."""
    slow, quick = site.register("slow"), site.register("quick")
    save(slow, username="slow").gives("user")

    with site.just_before_saving(lambda: save(quick, username="same").gives("user")):
        reply = save(slow, username="same")

    reply.rejected(409, username=TAKEN)
    slow.get("/api/user").gives("user").has(username="slow")
    quick.get("/api/user").gives("user").has(username="same")
