"""Readers follow authors, and a list has the articles of one author."""

from tests.support.api import Object, Site, comments_of, equal, profile_of, url_of


def follow(site: Site, name: str) -> Object:
    """Follow a user. Return the profile in the response."""
    __tracebackhide__ = True
    return site.post(f"{profile_of(name)}/follow").gives("profile")


def unfollow(site: Site, name: str) -> Object:
    """Unfollow a user. Return the profile in the response."""
    __tracebackhide__ = True
    return site.delete(f"{profile_of(name)}/follow").gives("profile")


def has_following(site: Site, name: str, following: bool) -> None:
    """The profile says whether the client follows the user."""
    __tracebackhide__ = True
    site.get(profile_of(name)).gives("profile").has(following=following)


def test_profile_says_if_you_follow_the_user(site: Site) -> None:
    """A profile says whether the client follows the user."""
    site.register("nora")

    for client in (site, site.anonymous):
        profile = client.get(profile_of("nora")).gives("profile")
        profile.has(username="nora", bio=None, image=None, following=False)


def test_user_can_follow_another_user(site: Site) -> None:
    """Following returns the profile with following: true."""
    site.register("Zoë & Co?")
    site.register("oskar")

    profile = follow(site, "Zoë & Co?")

    profile.has(username="Zoë & Co?", bio=None, image=None, following=True)
    has_following(site, "Zoë & Co?", True)
    has_following(site, "oskar", False)
    has_following(site.anonymous, "Zoë & Co?", False)


def test_user_can_unfollow_another_user(site: Site) -> None:
    """Unfollowing returns the profile with following: false."""
    for name in ("nora", "oskar"):
        site.register(name)
        follow(site, name)

    unfollow(site, "nora").has(username="nora", following=False)

    has_following(site, "nora", False)
    has_following(site, "oskar", True)


def test_following_has_one_direction(site: Site) -> None:
    """If you follow an author, the author doesn't follow you."""
    nora, oskar, petra = site.register("nora"), site.register("oskar"), site.register("petra")

    follow(oskar, "nora")
    follow(petra, "oskar")

    has_following(oskar, "nora", True)
    has_following(nora, "oskar", False)
    has_following(petra, "nora", False)
    follow(petra, "nora")
    unfollow(oskar, "nora")
    has_following(petra, "nora", True)
    has_following(petra, "oskar", True)


def test_authors_say_if_you_follow_them(site: Site) -> None:
    """The author of an article or a comment has the key following."""
    nora, oskar = site.register("nora"), site.register("oskar")
    article = nora.publish("Low tide")
    article["author"].has(following=False)
    oskar.comment(article, "Mud and birds.")["author"].has(following=False)
    nora.comment(article, "And wind.")

    follow(site, "nora")

    for client, expected in ((site, True), (oskar, False), (site.anonymous, False)):
        client.read(article)["author"].has(following=expected)
        client.listed(article)["author"].has(following=expected)
        comments = client.get(comments_of(article)).gives("comments")
        followed = {comment["author"]["username"]: comment["author"]["following"] for comment in comments}
        equal(followed, {"oskar": False, "nora": expected}, f"following in {comments_of(article)}")


def test_following_twice_counts_once(site: Site) -> None:
    """Following or unfollowing a user again changes nothing."""
    site.register("nora")

    for _ in range(2):
        follow(site, "nora").has(following=True)
    has_following(site, "nora", True)

    for _ in range(2):
        unfollow(site, "nora").has(following=False)
    has_following(site, "nora", False)


def test_user_cannot_follow_themselves(site: Site) -> None:
    """A user can't follow themselves."""
    nora = site.register("nora")
    follow(site, "nora")

    nora.post(f"{profile_of('nora')}/follow").rejected(403, profile="forbidden")

    has_following(nora, "nora", False)


def test_client_without_a_token_cannot_follow(site: Site) -> None:
    """Following without a token is rejected with 401."""
    site.register("nora")
    follow(site, "nora")

    for name in ("nora", "nobody"):
        site.anonymous.post(f"{profile_of(name)}/follow").rejected(401, token="is missing")
        site.anonymous.delete(f"{profile_of(name)}/follow").rejected(401, token="is missing")

    has_following(site, "nora", True)


def test_following_a_missing_user_returns_404(site: Site) -> None:
    """Following a user who doesn't exist returns 404."""
    site.register("nora")
    follow(site, "nora")

    for name in ("nobody", "Nora"):
        site.post(f"{profile_of(name)}/follow").rejected(404, profile="not found")
        site.delete(f"{profile_of(name)}/follow").rejected(404, profile="not found")


def test_invalid_token_is_rejected_everywhere(site: Site) -> None:
    """An invalid token is rejected, even if the token is optional."""
    nora = site.register("nora")
    article = nora.publish("Low tide")
    forged = site.with_token("forged")

    for url in ("/api/articles", url_of(article), comments_of(article), profile_of("nora")):
        site.anonymous.get(url).gives()
        forged.get(url).rejected(401, token="is invalid")


def test_author_has_a_list_of_articles(site: Site) -> None:
    """The list of an author has only their articles, newest first."""
    zoe, oskar = site.register("Zoë & Co?"), site.register("oskar")
    zoe.publish("Low tide", tagList=["sea"])
    oskar.publish("A quiet street", tagList=["sea"])
    zoe.publish("High tide", tagList=["sea"])
    zoe.publish("Gulls")

    site.lists("Gulls", "High tide", "Low tide", author="Zoë & Co?")

    site.get("/api/articles", author="Zoë & Co?").gives().has(articlesCount=3)
    site.lists("A quiet street", author="oskar")
    site.lists("High tide", "Low tide", author="Zoë & Co?", tag="sea")
    for unknown in ("nobody", "Zoë"):
        site.lists(author=unknown)


def test_list_of_an_author_has_no_drafts(site: Site) -> None:
    """The list of an author has no drafts, even for the author."""
    nora = site.register("nora")
    nora.publish("Low tide")
    nora.publish("High tide", draft=True)
    site.publish("A quiet street")

    for client in (site, nora):
        client.lists("Low tide", author="nora")


def test_docs_page_describes_following(site: Site) -> None:
    """The docs page describes following and the list of an author."""
    for method in ("POST", "DELETE"):
        site.documented(method, "/api/profiles/{}/follow", 200, "profile", "username", "following")
        site.requires_token(method, "/api/profiles/{}/follow", 200)
    site.documented("GET", "/api/articles/{}", 200, "author", "following")
    endpoint = site.documented("GET", "/api/articles", 200, "author", "following")
    parameters = [each["name"] for each in endpoint.get("parameters", [])]
    assert "author" in parameters, f"Expected the query parameter author for GET /api/articles. Found {parameters}."


def test_more_commenters_need_no_more_queries(site: Site) -> None:
    """Comments by more followed users need no more queries."""
    article = site.publish("Low tide")
    url = comments_of(article)

    def add(*names: str) -> None:
        for name in names:
            site.register(name).comment(article, "Mud.")
            follow(site, name)

    add("nora", "oskar")
    few = len(site.queries(url).statements)
    add("petra", "jiri", "mara")
    site.get(url)

    with site.most_queries(few, url):
        comments = site.get(url).gives("comments")

    followed = [comment["author"]["following"] for comment in comments]
    equal(followed, [True] * 5, f"following in {url}")


def test_following_twice_at_the_same_moment_counts_once(site: Site) -> None:
    """Two simultaneous requests to follow a user both succeed."""
    site.register("nora")

    with site.just_before_saving(lambda: follow(site, "nora")):
        follow(site, "nora").has(following=True)

    has_following(site, "nora", True)
    with site.just_before_saving(lambda: unfollow(site, "nora")):
        unfollow(site, "nora").has(following=False)
    has_following(site, "nora", False)
