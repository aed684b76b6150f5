"""The visitor that the tests send to the site.

The tests know the site as a browser does: by its URLs, its pages and its forms. A failure says
what was expected on which page, and what was found there. `first_visitor` gives the visitor who acts in most tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.http import HttpResponse
from django.http.response import ResponseHeaders
from django.test import Client
from selectolax.lexbor import LexborHTMLParser, LexborNode

__tracebackhide__ = True  # a failure points to the line of the test, not into this file

PASSWORD = "correct horse battery staple"
TOKEN = "csrfmiddlewaretoken"  # the hidden field by which the site knows its own forms
HOST = "http://testserver"


def first_visitor() -> Site:
    """The visitor who acts in most tests."""
    return Site()


def expect(fact: object, otherwise: str) -> None:
    """Fail with a sentence unless the fact holds."""
    if not fact:
        raise AssertionError(otherwise)


def failure(expected: str, found: str, *more: str) -> str:
    """The text of a failure. More lines may follow, the HTML that the test looked for as the last."""
    return "\n".join(filter(None, (f"Expected {expected}. Found {found}.", *more)))


@cache
def as_html(selector: str) -> str:
    """What a CSS selector finds, as it looks in HTML: `<form class="comment-form">`."""
    alternatives = re.split(r",\s*(?![^()]*\))", selector)
    compounds = [re.findall(r"(?:\[[^\]]*\]|\([^()]*\)|[^\s>\[(])+", one) for one in alternatives]
    return " or ".join(" ".join(map(_element, one)) for one in compounds)


def _element(compound: str) -> str:
    if choice := re.fullmatch(r":is\((.*)\)", compound):
        return as_html(choice[1])
    simple = re.sub(r":\w+\([^()]*\)", "", compound)
    names = re.sub(r"\[[^\]]*\]", "", simple)
    attributes = [f'id="{name}"' for name in re.findall(r"#([\w-]+)", names)]
    if classes := " ".join(re.findall(r"\.([\w-]+)", names)):
        attributes.append(f'class="{classes}"')
    for name, start, _, value in re.findall(r"""\[([\w-]+)(?:(\^?)=(['"]?)(.*?)\3)?\]""", simple):
        attributes.append(f'{name}="{value}{"" if value and not start else "…"}"')
    tag = re.sub(r"[.#].*", "", names) or "…"
    shown = f"<{' '.join([tag, *attributes])}>"
    for how, inside in re.findall(r":(has|not)\(([^()]*)\)", compound):
        shown += f" ({'with' if how == 'has' else 'not'} {as_html(inside)})"
    return shown


class Site:
    """The site, as one visitor sees it in a browser of their own."""

    def __init__(self, made: set[str] | None = None) -> None:
        self._made = set() if made is None else made  # the pages that exist only in this test's data
        self._browser = Client(enforce_csrf_checks=True)
        self._token = ""
        self.name = self.email = self.password = ""

    # Other visitors

    def again(self) -> Site:
        """The same visitor, with what their browser remembers now."""
        same = Site(self._made)
        same._browser.cookies = deepcopy(self._browser.cookies)
        same._token, same.name, same.email, same.password = self._token, self.name, self.email, self.password
        return same

    @property
    def anonymous(self) -> Site:
        """Another visitor, who is not signed in."""
        return Site(self._made)

    def register(self, name: str, password: str = PASSWORD) -> Site:
        """Another visitor, who has just made an account and is signed in."""
        someone = self.anonymous
        someone.name, someone.email, someone.password = name, f"{quote(name)}@example.org".lower(), password
        fields = {"username": name, "email": someone.email, "password": password}
        someone.read("/register").submit(_form_with("input[name=username]"), **fields).redirects_to("/")
        self._made.add(f"/profile/{name}")
        return someone

    @property
    def staff(self) -> Site:
        """Another visitor: somebody who looks after the site, signed in to the admin."""
        someone = self.anonymous
        account = {"email": "Staff@Example.org", "username": "staff"}
        someone.name, someone.email, someone.password = "staff", "staff@example.org", PASSWORD
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
            call_command("createsuperuser", interactive=False, verbosity=0, **account)
        fields = {"username": someone.email, "password": someone.password}
        someone.read("/admin/login/?next=/admin/").submit("#login-form", **fields).redirects_to("/admin/")
        return someone

    # Reading and sending

    def get(self, address: str) -> Answer:
        """What the site answers when the visitor opens an address."""
        return self._answer(address, self._browser.get(address))

    def read(self, address: str) -> Page:
        """The page at an address."""
        return self.get(address).page()

    def send(self, address: str, **fields: str) -> Answer:
        """What the site answers to a form that is sent to this address, filled in with these fields."""
        if not self._token:
            self._look_for_a_form()
        return self._post(address, {TOKEN: self._token, **fields})

    def send_from_elsewhere(self, address: str, **fields: str) -> Answer:
        """The response to a form that another site made, which cannot know this visitor's token."""
        return self._post(address, fields)

    # Articles and comments

    def publish(self, title: str, **fields: str) -> str:
        """Publish an article through the editor; the address where it now stands."""
        fields = {"title": title, "description": "In short.", "body": "At length.", **fields}
        answer = self.read("/editor").submit(_form_with("textarea[name=body]"), **fields)
        article = answer.redirects_to_a_page_under("/article/")
        self._made.update((article, article.replace("/article/", "/editor/")))
        return article

    def edit(self, article: str, **fields: str) -> Answer:
        """Change some fields of an article through the editor."""
        return self.read(article.replace("/article/", "/editor/")).submit(_form_with("textarea[name=body]"), **fields)

    def delete(self, article: str) -> Answer:
        """Press the button on the article's page that deletes it."""
        return self.read(article).submit(f"form[action='{article}/delete']")

    def comment(self, article: str, body: str) -> None:
        """Write a comment under an article."""
        self.read(article).submit("form.comment-form", body=body).redirects_to(article)

    def start_anew(self) -> None:
        """Make the database anew, with the command that the site has for it."""
        call_command("init_db", interactive=False, verbosity=0, stdout=StringIO())

    def fill(self, *models: str, others: int) -> None:
        """Add so many rows for these models to the database, and so many for each of the others."""
        call_command("fill_db", *models, others=others, stdout=StringIO())

    @contextmanager
    def just_before_saving(self, action: Callable[[], object]) -> Iterator[None]:
        """Have something else happen at the very moment when the site is about to write to its database."""
        others: list[Future[None]] = []

        def act() -> None:
            try:
                action()
            finally:
                connections.close_all()

        def interrupt(execute: Callable[..., Any], statement: str, *more: Any) -> Any:
            if not others and statement.startswith(("INSERT", "UPDATE")) and "django_session" not in statement:
                others.append(elsewhere.submit(act))
                # Where the site has locked the database already, the other one has to wait, and comes second.
                wait(others, timeout=0.25)
            return execute(statement, *more)

        with ThreadPoolExecutor(1) as elsewhere:
            with connection.execute_wrapper(interrupt):
                yield
            expect(others, failure("the site to write to its database", "nothing written"))
            others[0].result()

    def questions(self, address: str) -> int:
        """How many questions the site asks its database to draw the page at this address."""
        asked: list[str] = []

        def note(execute: Callable[..., Any], statement: str, *more: Any) -> Any:
            asked.append(statement)
            return execute(statement, *more)

        self.read(address)  # what is only asked the first time does not count
        with connection.execute_wrapper(note):
            self.read(address)
        return len(asked)

    def work(self, address: str) -> int:
        """How much the database does to draw the page at this address, in the small steps that it counts itself."""
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        self.read(address)  # what is only done the first time does not count
        connection.connection.set_progress_handler(count, 1)
        try:
            self.read(address)
        finally:
            connection.connection.set_progress_handler(None, 1)
        return steps

    def stored(self) -> bytes:
        """All that the site has written to its database, as it lies in the file."""
        return Path(connection.settings_dict["NAME"]).read_bytes()

    def only_in_the_test(self, address: str) -> str:
        """A line about a page that a reader of the failure looks for in vain on the site."""
        for path in sorted(self._made, key=len, reverse=True):
            if f"{re.split('[?#]', address)[0]}/".startswith(f"{path}/"):
                return f"{path} exists only in this test's data."
        return ""

    def _look_for_a_form(self) -> None:
        """Open pages that may hold a form, for the token that the site wants to see again."""
        for address in ("/editor", "/login"):
            self.get(address)
            if self._token:
                return

    def _post(self, address: str, fields: dict[str, str], page: str = "") -> Answer:
        """Send a form as browsers do: with two signs for each line end."""
        self._token = ""  # whoever signs in or out gets a new one, with the next form
        headers = {"Referer": f"{HOST}{quote(page, safe='/?=&%')}"} if page else {}
        data = {name: re.sub(r"\r\n|\r|\n", "\r\n", value) for name, value in fields.items()}
        return self._answer(address, self._browser.post(address, data=data, headers=headers), fields)

    def _answer(self, address: str, response: HttpResponse, sent: Mapping[str, str] | None = None) -> Answer:
        answer = Answer(self, address, response, sent)
        if field := answer.html.css_first(f"input[name={TOKEN}]"):
            self._token = field.attributes.get("value") or ""
        return answer


class Answer:
    """What the site answered: a page, a refusal, or a redirect."""

    def __init__(self, site: Site, address: str, response: HttpResponse, sent: Mapping[str, str] | None) -> None:
        self.site = site
        self.address = address
        self.path = unquote(address)  # as a person reads it
        self.sent = sent  # the fields of a form, None where no form was sent
        # As it would come over a network: a number, texts and bytes, whatever the site made them of.
        self.status = int.__int__(response.status_code)
        self.headers = ResponseHeaders({name: "".join([value]) for name, value in response.headers.items()})
        self.cookies = ["".join([cookie.OutputString()]) for cookie in response.cookies.values()]
        self.content = b"".join([response.getvalue()])
        is_page = self.headers.get("Content-Type", "").startswith("text/html")
        self.html = LexborHTMLParser(self.content if is_page else b"")

    def instead_of(self, expected: str) -> str:
        """The text of a failure: what was expected from this request, and what came."""
        found = f"status {self.status}{self._reasons}"
        if self._target is not None:
            found = f"a redirect to {self._target}"
        elif self.status in (404, 405) and not expected.startswith("status"):
            found = f"none ({found})"
        return failure(expected, found, _told(self.sent or {}), self.site.only_in_the_test(self.path))

    @property
    def request(self) -> str:
        """The method and the path of the request."""
        return f"{'GET' if self.sent is None else 'POST'} {self.path}"

    @property
    def _reasons(self) -> str:
        """What the page of an error says, after a colon."""
        words = [_words(node) for node in self.html.css(".error-messages li")]
        if not words and self.status >= 400:
            words = [_words(node) for node in self.html.css("main p:not([aria-hidden])")][:1]
        said = " ".join(words)
        is_news = said not in ("", "There is nothing at this address.")
        return f": {_shortened(said.removesuffix('.'), 200)}" if is_news else ""

    @property
    def _target(self) -> str | None:
        """Where the answer sends the visitor: on this site, the address without a place on the page."""
        if "Location" not in self.headers:
            return None
        # As browsers read it: a backslash is a slash, many slashes lead to a host, tabs are nothing.
        location = re.sub(r"[\t\r\n]", "", self.headers["Location"]).strip().replace("\\", "/")
        host = re.match(r"(?:[a-z][a-z0-9+.-]*:|(?=//))/*([^/?#]*)", location, re.IGNORECASE)
        if host and host[1] != urlsplit(HOST).netloc:
            return f"another site ({self.headers['Location']})"
        here = f"{HOST}{quote(self.address, safe='/?=&%')}"
        target = urlsplit(urljoin(here, location))
        return unquote(target._replace(scheme="", netloc="", fragment="").geturl())

    def page(self) -> Page:
        """The page that came."""
        self._expect_an_endpoint()
        expect(self.status == 200, self.instead_of(f"a page from {self.request}"))
        return Page(self)

    def refused(self, *statuses: int) -> Page:
        """The page that came with an error, with one of these statuses."""
        if 404 not in statuses:
            self._expect_an_endpoint()
        wanted = " or ".join(map(str, statuses))
        expect(self.status in statuses, self.instead_of(f"status {wanted} from {self.request}"))
        return Page(self)

    def succeeds(self) -> None:
        """The response has status 200."""
        expect(self.status == 200, self.instead_of(f"status 200 from {self.request}"))

    def header_has(self, name: str, *parts: str) -> None:
        """The header contains one of these parts."""
        value = self.headers.get(name) or "none"
        expected = f"{' or '.join(parts)} in the header {name} from {self.request}"
        expect(any(part in value for part in parts), failure(expected, value))

    def redirects_to(self, address: str) -> None:
        """The response redirects to this URL."""
        self._expect_an_endpoint()
        expect(
            self.status in (302, 303) and self._target == address,
            self.instead_of(f"a redirect to {address} from {self.request}"),
        )

    def redirects_to_a_page_under(self, beginning: str) -> str:
        """The response redirects to a URL that begins like this, and is returned."""
        self._expect_an_endpoint()
        target = self._target or ""
        expect(
            self.status in (302, 303) and target.startswith(beginning),
            self.instead_of(f"a redirect to a page under {beginning} from {self.request}"),
        )
        return target

    def asks_to_sign_in(self) -> str:
        """The response redirects to the page to sign in. Its URL may say where the visitor wanted to go."""
        self._expect_an_endpoint()
        target = self._target or ""
        expect(
            self.status in (302, 303) and re.fullmatch(r"/login(\?next=/(?!/).*)?", target),
            self.instead_of(f"a redirect to /login from {self.request}"),
        )
        return self.headers["Location"]

    def _expect_an_endpoint(self) -> None:
        expected = f"a page at {self.path}" if self.sent is None else f"an endpoint for {self.request}"
        if self.status in (404, 405):
            raise AssertionError(self.instead_of(expected))


class Part:
    """A page or a part of one."""

    def __init__(self, answer: Answer, node: LexborHTMLParser | LexborNode, where: str, selector: str = "") -> None:
        self._answer = answer
        self._node = node
        self._where = where  # "on /article/bread", "in the title on /article/bread"
        self._selector = selector  # what found it, empty for a whole page

    def one(self, selector: str, what: str) -> Part:
        """The only element that the selector finds."""
        found = self.some(selector, what)
        expect(len(found) == 1, self.failure(f"{what} once", str(len(found)), selector))
        return found[0]

    def some(self, selector: str, what: str) -> list[Part]:
        """All elements that the selector finds: one at least."""
        found = self._node.css(selector)
        expect(found, self.failure(what, "none", selector))
        return [Part(self._answer, node, f"in {what} {self._where}", selector) for node in found]

    def none(self, selector: str, what: str) -> None:
        """There is no such element."""
        found = self._node.css(selector)
        expect(not found, self.failure(f"not to find {what}", str(len(found)), selector))

    def failure(self, expected: str, found: str, selector: str = "") -> str:
        """The text of a failure: what was expected here, and what was found."""
        return self._failure(f"{expected} {self._where}", found, selector)

    def _failure(self, expected: str, found: str, selector: str = "") -> str:
        note = self._answer.site.only_in_the_test(self._answer.path)
        html = as_html(selector or self._selector) if selector or self._selector else ""
        return failure(expected, found, note, html)

    def texts(self, selector: str) -> list[str]:
        """The words of all elements that the selector finds, in the order of the page."""
        return [_words(node) for node in self._node.css(selector)]

    def lists(self, selector: str, what: str, expected: Sequence[str], *, in_any_order: bool = False) -> None:
        """The elements that the selector finds say these words, in this order."""
        found, order = self.texts(selector), sorted if in_any_order else list
        shown = 12 if len(found) == len(expected) else 4
        wanted = f"no {what} {self._where}"
        if expected:
            wanted = f"these {what} {self._where}: {_listed(expected, shown)}"
        expect(order(found) == order(expected), self._failure(wanted, _listed(found, shown), selector))

    def links(self, selector: str, what: str, expected: Mapping[str, str]) -> None:
        """The links that the selector finds, by their words, lead to these URLs."""
        found = {link.words(): unquote(link.attribute("href") or "") for link in self.some(selector, what)}

        def listed(links: Mapping[str, str]) -> str:
            return ", ".join(f'"{words}" to {url}' for words, url in links.items())

        wanted = f"these {what} {self._where}: {listed(expected)}"
        expect(found == expected, self._failure(wanted, listed(found), selector))

    def names(self, selector: str) -> list[str]:
        """The names of all fields that the selector finds."""
        return [name for node in self._node.css(selector) if (name := node.attributes.get("name"))]

    def words(self) -> str:
        """All its words, with single spaces."""
        return _words(self._node)

    def says(self, words: str) -> None:
        """These are its words, all of them."""
        said = self.words()
        wanted = f"the text {_quoted(words)}" if words else "no text"
        expect(said == words, self.failure(wanted, _quoted(said)))

    def contains(self, words: str) -> None:
        """These words are among its words."""
        said = self.words()
        expect(words in said, self.failure(_quoted(words), _quoted(said)))

    def lacks(self, words: str) -> None:
        """These words are not among its words."""
        expect(words not in self.words(), self.failure(f"no {_quoted(words)}", "it"))

    def attribute(self, name: str) -> str | None:
        """The value of an attribute, empty where it has none, None where it is not there."""
        return (self._node.attributes[name] or "") if name in self._node.attributes else None

    def has(self, name: str, value: str | None) -> None:
        """The attribute has this value."""
        found = self.attribute(name)
        expect(found == value, self.failure(f'{name}="{value}"', _quoted(found)))

    def has_in(self, name: str, part: str) -> None:
        """The value of the attribute contains this."""
        found = self.attribute(name)
        expect(part in (found or ""), self.failure(f'{name}="…{part}…"', _quoted(found)))

    def links_to(self, address: str) -> None:
        """It is a link to this URL."""
        found = unquote(self.attribute("href") or "none")
        expect(found == address, self.failure(f"a link to {address}", found))

    def value(self) -> str:
        """What the field holds."""
        return _value(self._node)

    def holds(self, value: str) -> None:
        """The field holds this value. A text area may have whitespace around it."""
        found = self.value().strip() if self._node.tag == "textarea" else self.value()
        expect(found == value, self.failure(_quoted(value), _quoted(found)))

    def card(self, words: str) -> Part:
        """The one card (of an article or a comment) in which these words stand."""
        cards = [node for node in self._node.css(".article-preview, .card") if words in _words(node)]
        found = str(len(cards) or "none")
        expect(len(cards) == 1, self.failure(f'one card with "{words}"', found, ".article-preview, .card"))
        return Part(self._answer, cards[0], f'in the card "{words}" {self._where}')

    def submit(self, form: str, **fields: str) -> Answer:
        """Fill in these fields of a form and send it; the others go as they stand on the page."""
        node = self.one(form, "a form")._node
        controls = node.css("input, textarea, select")
        sent = {control.attributes.get("name") or "": _value(control) for control in controls}
        sent.pop("", None)
        form_on_the_page = Part(self._answer, node, f"in the form {self._where}")
        has = ", ".join(sent) or "none"
        for name in sorted(set(fields) - set(sent)):
            raise AssertionError(form_on_the_page.failure(f"the field {name}", has, f"[name={name}]"))
        action = urljoin(self._answer.address, node.attributes.get("action") or self._answer.address)
        method = (node.attributes.get("method") or "get").lower()
        expect(method == "post", form_on_the_page.failure('method="post"', f'method="{method}"'))
        return self._answer.site._post(action, {**sent, **fields}, page=self._answer.address)


class Page(Part):
    """A whole page."""

    def __init__(self, answer: Answer) -> None:
        where = f"on {answer.path}" if answer.sent is None else f"on the page from {answer.request}"
        super().__init__(answer, answer.html, where)
        self.address = answer.path


def _told(fields: Mapping[str, str]) -> str:
    """A line about the fields of a form."""
    sent = [f'{name}="{_shortened(value, 40)}"' for name, value in fields.items() if name != TOKEN]
    return f"Sent: {', '.join(sent)}" if sent else ""


def _listed(texts: Sequence[str], most: int) -> str:
    """These texts in a row, so many of them at most."""
    more = f", … ({len(texts)} in all)" if len(texts) > most else ""
    return ", ".join(f'"{_shortened(text, 60)}"' for text in texts[:most]) + more or "none"


def _quoted(text: str | None) -> str:
    """A text in quotes, cut if it is long."""
    return f'"{_shortened(text, 100)}"' if text else "nothing"


def _shortened(text: str, longest: int) -> str:
    line = text[:longest].replace("\n", " ")
    return line if len(text) <= longest else f"{line}… ({len(text)} characters)"


def _form_with(field: str) -> str:
    return f"form:has({field})"


def _words(node: Any) -> str:
    text = node.body.text() if isinstance(node, LexborHTMLParser) and node.body else node.text()
    return re.sub(r"\s+", " ", text).strip()


def _value(node: LexborNode) -> str:
    """What a browser sends for a field that nobody touched."""
    if node.tag == "textarea":
        return node.text()
    if node.tag == "select":
        chosen = node.css_first("option[selected]") or node.css_first("option")
        return (chosen.attributes.get("value") or chosen.text()) if chosen else ""
    return node.attributes.get("value") or ""
