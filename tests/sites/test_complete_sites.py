"""The complete site of each framework: its pages, odd URLs, short secret keys, stored passwords, other validators."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from starterkit.process import Completed, run
from tests.support.complete_site import CompleteSite, complete_site, open_site
from tests.support.sites import copy_of, made_once

pytestmark = pytest.mark.slow

TITLE, AUTHOR = "Salt & Bread", 'Ada "L"'
FRAMEWORKS = ("flask", "django", "fastapi", "express")
DRAWN_BY_THE_SERVER = ("flask", "django")

# Where a walk along all links begins. Express answers each path with the same page, which the browser fills.
STARTS = {
    "flask": ("/", "/login", "/register", "/nowhere", "/article/nowhere", "/article/%00"),
    "django": ("/", "/login", "/register", "/nowhere", "/article/nowhere", "/article/%00"),
    "express": ("/", "/login", "/register", "/editor", "/settings", "/article/x", "/profile/x", "/tag/x", "/nowhere"),
}
# The pages that the walk of a signed-in visitor must reach by links.
REACHED = ("/", "/article/.+", "/editor", "/profile/.+", "/profile/.+/favorites", "/settings", "/tag/.+")
WITH_NUL = {
    "pages": [
        *("/article/%00", "/editor/%00", "/tag/%00", "/profile/%00", "/profile/%00/favorites", "/profile/a%00b"),
        *("/?page=%00", "/?feed=%00", "/tag/sea?page=%00", "/?%00=1", "/login?next=%00", "/%00", "/static/%00"),
    ],
    "api": [
        *("/api/articles/%00", "/api/articles/%00/comments", "/api/profiles/%00", "/api/profiles/a%00b", "/api/%00"),
        *(
            "/api/articles?tag=%00",
            "/api/articles?author=%00",
            "/api/articles?favorited=%00",
            "/api/articles?limit=%00",
        ),
    ],
}


class Page(HTMLParser):
    """What a page has in its title, its brand and its footer, where it leads, and its hidden fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title = self.brand = self.footer = ""
        self.links: list[str] = []
        self.hidden: dict[str, str] = {}
        self._part = self._end = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("title", "footer"):
            self._part, self._end = tag, tag
        if {"navbar-brand", "brand"} & set(given.get("class", "").split()):
            self._part, self._end = "brand", tag
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"]] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == self._end:
            self._part = ""

    def handle_data(self, data: str) -> None:
        if self._part:
            setattr(self, self._part, getattr(self, self._part) + data)


@dataclass
class Visitor:
    """Somebody with a browser of their own."""

    address: str
    opener: OpenerDirector = field(default_factory=lambda: build_opener(HTTPCookieProcessor(CookieJar())))

    def ask(self, path: str, **form: str) -> tuple[int, str]:
        """The status and the text of an answer, after redirects; a form is posted."""
        data = urlencode(form).encode() if form else None
        try:
            with self.opener.open(self.address + path, data, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def sign_up(self) -> None:
        """Make an account through the page for it."""
        hidden = Page(self.ask("/register")[1]).hidden
        fields = {"username": "grace", "email": "grace@example.org", "password": "correct horse battery"}
        status, _ = self.ask("/register", **hidden, **fields)
        assert status == 200

    def walk(self, starts: Sequence[str]) -> Iterator[tuple[str, Page]]:
        """All pages that links lead to from these, with their paths."""
        ahead, seen = list(starts), set(starts)
        while ahead:
            path = ahead.pop()
            page = Page(self.ask(path)[1])
            yield path, page
            links = {urlsplit(link)._replace(fragment="").geturl() for link in page.links if link.startswith("/")}
            links = {link for link in links if not link.startswith("/api")}
            ahead += sorted(links - seen)
            seen |= links


def make_in(folder: Path, framework: str) -> None:
    """Make the complete site of a framework in a folder."""
    complete_site(framework, folder, {"site_title": TITLE, "author": AUTHOR})


@pytest.fixture(scope="session")
def complete(shared: Path) -> Callable[[str], CompleteSite]:
    """Gives the complete site of a framework, which all tests share."""

    def make(framework: str) -> CompleteSite:
        folder = made_once(shared / f"complete-{framework}", lambda place: make_in(place, framework))
        return open_site(folder)

    return make


@pytest.mark.nightly
@pytest.mark.parametrize("framework", STARTS)
def test_every_page_has_the_brand_the_title_and_the_footer(
    complete: Callable[[str], CompleteSite], framework: str
) -> None:
    with complete(framework).served() as address:
        paths = [path for path, page in Visitor(address).walk(STARTS[framework]) if is_whole(path, page)]
        assert set(STARTS[framework]) <= set(paths)
        if framework in DRAWN_BY_THE_SERVER:
            member = Visitor(address)
            member.sign_up()
            paths = [urlsplit(path).path for path, page in member.walk(STARTS[framework]) if is_whole(path, page)]
            missing = [page for page in REACHED if not any(re.fullmatch(page, path) for path in paths)]
            assert not missing, f"no link leads to {missing}"


def is_whole(path: str, page: Page) -> bool:
    """True if a page names the site in its brand, its title and its footer. Anything else is a failure."""
    assert page.brand.strip() == TITLE, f"the brand of {path} is {page.brand!r}"
    assert page.title.strip().endswith(TITLE), f"the title of {path} is {page.title!r}"
    assert " ".join(page.footer.split()) == f"{TITLE}, a site by {AUTHOR}", f"the footer of {path} is {page.footer!r}"
    return True


def test_fastapi_describes_itself_with_the_title_and_the_author(complete: Callable[[str], CompleteSite]) -> None:
    """Its front end takes both from the description of the API."""
    with complete("fastapi").served() as address:
        visitor = Visitor(address)
        info = json.loads(visitor.ask("/openapi.json")[1])["info"]
        pages = [visitor.ask(path) for path in ("/", "/docs")]

    assert (info["title"], info["contact"]["name"]) == (TITLE, AUTHOR)
    assert [status for status, _ in pages] == [200, 200]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_nul_in_a_url_is_not_found(complete: Callable[[str], CompleteSite], framework: str) -> None:
    paths = WITH_NUL["pages" if framework in DRAWN_BY_THE_SERVER else "api"]
    with complete(framework).served() as address:
        for path in paths:
            status, text = Visitor(address).ask(path)
            assert status == 404, f"{path} is answered with {status}: {text[:300]}"


START_EXPRESS = "import { createApp } from './conduit/app.js'; await createApp().locals.db.destroy();"
# A command that reads the settings, and the variable that holds the secret key. (Django has `check --deploy` for it.)
STARTING = {
    "flask": ("CONDUIT_SECRET_KEY", ["{python}", "-m", "flask", "--app", "conduit", "check-db"]),
    "fastapi": ("CONDUIT_SECRET_KEY", ["{python}", "-m", "conduit", "check-db"]),
    "express": ("CONDUIT_SECRET", ["{node}", "--input-type=module", "--eval", START_EXPRESS]),
}


@pytest.mark.parametrize("framework", STARTING)
def test_a_secret_key_has_at_least_32_characters(complete: Callable[[str], CompleteSite], framework: str) -> None:
    site = complete(framework)
    name, command = STARTING[framework]

    def start(key: str) -> Completed:
        variables = {**site.prepared.variables, name: key}
        return run(site.prepared.command(command), cwd=site.folder, env=variables, timeout=120)

    for key in ("x", "x" * 31, "7" * 31):
        done = start(key)
        assert done.code != 0, f"a key of {len(key)} characters was accepted"
        assert re.search("at least 32|32 or more", done.text_err), done.text_err
        assert key not in done.text_err or key == "x"
    for key in ("x" * 32, "7" * 32):
        done = start(key)
        assert done.code == 0, done.text_out + done.text_err


HASHES = """
import { hashPassword, isPassword } from './conduit/passwords.js';
import { scryptSync } from 'node:crypto';
const stored = await hashPassword('secret words', 1024);
const [, cost, salt, hash] = stored.split('$');
const options = { cost: 1024, blockSize: 8, parallelization: 3 };
const expected = scryptSync('secret words', Buffer.from(salt, 'hex'), 32, options).toString('hex');
const answers = [await isPassword('secret words', stored), await isPassword('other words', stored)];
console.log(cost, hash === expected, ...answers, await isPassword('none', 'none'));
"""


def test_express_hashes_passwords_in_three_rounds(complete: Callable[[str], CompleteSite]) -> None:
    told = complete("express").run("{node}", "--input-type=module", "--eval", HASHES)

    assert told.split() == ["1024", "true", "true", "false", "false"]


RULE = """

def fit_for_urls(name: str) -> str:
    if "/" in name or name in (".", ".."):
        raise ValueError("can't be part of a URL")
    return name


"""
# The name of a user in the schemas of the solution, and the two models that have it
USERNAME = "Username = Annotated[Line, Field(max_length=50), AfterValidator(part_of_url)]\n"
WITH_USERNAME = r"(class (?:Create|Update)User\(Schema\):\n(?:    .*\n|\n(?=    ))+)"


def with_after_validator(source: str) -> str:
    """The schemas, whose names are checked by another AfterValidator."""
    return source.replace(
        USERNAME, f"{RULE}Username = Annotated[Line, AfterValidator(fit_for_urls), Field(max_length=50)]\n"
    )


def with_field_validator(source: str) -> str:
    """The schemas, whose names are checked by a field_validator in each model."""
    source = source.replace(USERNAME, f"{RULE}Username = Annotated[Line, Field(max_length=50)]\n")
    source = source.replace("from pydantic import ", "from pydantic import field_validator, ")
    return re.sub(WITH_USERNAME, r'\1\n    check_username = field_validator("username")(fit_for_urls)\n', source)


@pytest.mark.nightly
@pytest.mark.parametrize("change", [with_after_validator, with_field_validator])
def test_a_rule_of_a_name_may_stand_in_a_validator(
    complete: Callable[[str], CompleteSite], tmp_path: Path, change: Callable[[str], str]
) -> None:
    site = complete("fastapi")
    folder = copy_of(site.folder, tmp_path / "site")
    schemas = folder / "conduit" / "schemas.py"
    schemas.write_text(change(schemas.read_text("utf-8")), "utf-8")
    tests = ["tests/test_05_accounts.py", "tests/test_06_settings.py"]

    done = run(
        site.prepared.command(["{python}", "-m", "pytest", "-q", *tests]),
        cwd=folder,
        env=site.prepared.variables,
        timeout=300,
    )

    assert schemas.read_text("utf-8").count("fit_for_urls") == (2 if change is with_after_validator else 3)
    assert done.code == 0, done.text_out
