"""Readers follow writers, and answers say so to the one who asks."""

from urllib.parse import quote

import pytest

from tests.support import Server, Site, Thing, equal, has_fields


def profile_of(name: str) -> str:
    """The address of somebody's profile."""
    return f"/api/profiles/{quote(name, safe='')}"


def follow(client: Site, name: str) -> Thing:
    """Follow somebody; what the site answers about them."""
    profile: Thing = client.post(f"{profile_of(name)}/follow").gives("profile")
    return profile


def has_following(client: Site, name: str, following: bool) -> None:
    """The profile says whether the client follows its owner."""
    client.get(profile_of(name)).has("profile", "following", value=following)


def test_following_is_answered_with_the_profile(site: Site) -> None:
    """Following and stopping are answered with the profile, which says from then on whether one follows."""
    site.register("Zoë & Co")
    has_following(site, "Zoë & Co", False)

    followed = follow(site, "Zoë & Co")
    has_fields(followed, username="Zoë & Co", following=True)
    site.get(profile_of("Zoë & Co")).has("profile", value=followed)

    left = site.delete(f"{profile_of('Zoë & Co')}/follow").gives("profile")
    equal(left, {**followed, "following": False})
    has_following(site, "Zoë & Co", False)


def test_following_has_a_direction(site: Site) -> None:
    """Who follows whom is known for each pair; the other way round and for others, nothing changes."""
    nora, oskar, petra = site.register("nora"), site.register("oskar"), site.register("petra")

    follow(oskar, "nora")
    follow(petra, "oskar")

    has_following(oskar, "nora", True)
    has_following(nora, "oskar", False)
    has_following(petra, "oskar", True)
    has_following(petra, "nora", False)
    follow(petra, "nora")
    petra.delete(f"{profile_of('oskar')}/follow").gives("profile")
    has_following(petra, "oskar", False)
    has_following(petra, "nora", True)
    has_following(oskar, "nora", True)


def test_articles_and_comments_say_whether_one_follows_their_author(site: Site) -> None:
    """Each author in an answer says whether the one who asks follows them, in lists and alone; a stranger follows
    nobody."""
    nora, oskar = site.register("nora"), site.register("oskar")
    tide, street = nora.publish("Low tide"), oskar.publish("A quiet street")
    oskar.comment(tide, "Mud and birds.")
    nora.comment(tide, "And wind.")
    has_fields(tide["author"], following=False)

    follow(site, "nora")

    for client, expected in ((site, True), (oskar, False), (site.anonymous, False)):
        has_fields(client.listed(tide)["author"], following=expected)
        has_fields(client.listed(street)["author"], following=False)
        client.get(f"/api/articles/{tide['slug']}").has("article", "author", "following", value=expected)
        client.get(f"/api/articles/{street['slug']}").has("article", "author", "following", value=False)
        comments = client.get(f"/api/articles/{tide['slug']}/comments")
        followed = {one["author"]["username"]: one["author"]["following"] for one in comments.gives("comments")}
        equal(followed, {"oskar": False, "nora": expected}, "following of the authors", comments)
    has_following(site.anonymous, "nora", False)


def test_what_one_writes_oneself_is_by_nobody_whom_one_follows(site: Site) -> None:
    """Publishing, changing and commenting are answered with the author as well, who is oneself."""
    site.register("nora")
    follow(site, "nora")

    article = site.publish("Low tide")
    changed = site.put(f"/api/articles/{article['slug']}", article={"body": "Longer."}).gives("article")
    comment = site.comment(article, "Mine.")

    for one in (article, changed, comment):
        has_fields(one["author"], username=site.name, following=False)


def test_following_twice_is_following_once(site: Site, second_server: Server) -> None:
    """Whoever follows a second time, even at the same moment, or stops twice, finds what they wanted."""
    site.register("nora")
    address = f"{profile_of('nora')}/follow"
    same_client = Site(second_server, site.token)

    with site.just_before_saving(lambda: same_client.post(address).gives("profile")):
        has_fields(follow(site, "nora"), following=True)
    has_fields(follow(site, "nora"), following=True)
    has_following(site, "nora", True)

    for _ in range(2):
        site.delete(address).has("profile", "following", value=False)
    has_following(site, "nora", False)


def test_nobody_follows_themselves(site: Site) -> None:
    """Others can be followed; oneself cannot, and the answer says so with 403."""
    nora = site.register("nora")
    follow(site, "nora")

    nora.post(f"{profile_of('nora')}/follow").refused(403, profile="forbidden")

    has_following(nora, "nora", False)


def test_following_needs_an_account(site: Site) -> None:
    """Without a token, following and stopping are 401, whoever it is; reading their address changes nothing."""
    site.register("nora")
    follow(site, "nora")

    for name in ("nora", "nobody"):
        address = f"{profile_of(name)}/follow"
        site.anonymous.post(address).refused(401, token="is missing")
        site.anonymous.delete(address).refused(401, token="is missing")
        read = site.get(address)
        assert read.status in (404, 405), f"Expected status 404 or 405 from {read.name}. Found {read.status}."

    has_following(site, "nora", True)


def test_following_someone_who_is_not_there_is_not_found(site: Site) -> None:
    """People with an account can be followed; for any other name, the answer is 404."""
    site.register("nora")
    follow(site, "nora")

    for name in ("nobody", "Nora", "nora "):
        site.post(f"{profile_of(name)}/follow").refused(404, profile="not found")
        site.delete(f"{profile_of(name)}/follow").refused(404, profile="not found")


def test_the_articles_of_one_author(site: Site) -> None:
    """The list of an author has what they wrote, the newest first; with a tag, what carries it; of nobody, nothing."""
    zoe, oskar = site.register("Zoë & Co"), site.register("oskar")
    zoe.publish("Low tide", tagList=["sea"])
    oskar.publish("A quiet street", tagList=["sea"])
    zoe.publish("High tide", tagList=["sea"])
    zoe.publish("Gulls")

    site.lists("Gulls", "High tide", "Low tide", author="Zoë & Co")

    site.get("/api/articles", author="Zoë & Co").has("articlesCount", value=3)
    site.lists("High tide", "Low tide", author="Zoë & Co", tag="sea")
    site.lists("A quiet street", author="oskar")
    for unknown in ("nobody", "Zoë", ""):
        site.lists(author=unknown)


@pytest.mark.parametrize("address", ["", "/low-tide", "/low-tide/comments", "profile"])
def test_a_bad_token_is_refused_where_none_is_needed(site: Site, address: str) -> None:
    """Reading needs no token; but one that is no good is refused there, too."""
    nora = site.register("nora")
    nora.publish("Low tide")
    address = profile_of("nora") if address == "profile" else f"/api/articles{address}"
    site.anonymous.get(address).gives()

    for header in ("Token forged", f"Bearer {site.token}", "Token"):
        site.anonymous.ask("GET", address, headers={"Authorization": header}).refused(401, token="is invalid")


def test_more_people_are_no_more_questions(site: Site) -> None:
    """Nine comments by nine people are asked from the database as often as three."""
    article = site.publish("Low tide")
    address = f"/api/articles/{article['slug']}/comments"

    def grow(*numbers: int) -> None:
        for number in numbers:
            site.register(f"reader{number}").comment(article, f"Remark {number}")
            follow(site, f"reader{number}")

    grow(1, 2, 3)
    few = site.questions(address)
    grow(4, 5, 6, 7, 8, 9)
    many = site.questions(address)

    followed = [one["author"]["following"] for one in site.get(address).gives("comments")]
    equal(followed, [True] * 9, f"following of the authors on {address}")
    assert many <= few, f"Expected at most {few} queries for 9 comments on {address}, as for 3. Found {many}."


def test_the_docs_describe_following(site: Site) -> None:
    """The docs page tells of following, and that a token is welcome for reading, but not needed."""
    for method in ("POST", "DELETE"):
        operation = site.documented(method, "/api/profiles/{}/follow", 200, 401, 404)
        assert operation.get("security"), (
            f"Expected a required token for {operation['summary']} on the docs page. Found none."
        )
    site.documented("POST", "/api/profiles/{}/follow", 403)
    for operation in (
        site.documented("GET", "/api/articles", 200, 401, query="author tag"),
        site.documented("GET", "/api/articles/{}", 200, 401, 404),
        site.documented("GET", "/api/articles/{}/comments", 200, 401, 404),
        site.documented("GET", "/api/profiles/{}", 200, 401, 404),
    ):
        ways = operation.get("security", [])
        assert {} in ways, (
            f"Expected an optional token for {operation['summary']} on the docs page. Found a required one."
        )
        assert len(ways) > 1, f"Expected an optional token for {operation['summary']} on the docs page. Found none."
