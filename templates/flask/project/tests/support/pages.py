"""The pages of the site, as a visitor sees them in a browser.

`Site` is a visitor with cookies. It sends requests through the operations of the running site, reads pages and fills
in forms. A failure says what a test expected on which page, and what it found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.exceptions import MethodNotAllowed, NotFound

from tests import support
from tests.support.browser import FORM, Browser
from tests.support.results import Finished, Queries, Response

__tracebackhide__ = True  # a failure points to the line of the test, not into this file

PASSWORD = "correct horse battery staple"


def expect(fact: object, message: str) -> None:
    """Fail with this message, unless the fact is true."""
    if not fact:
        raise AssertionError(message)


def failure(expected: str, found: str, *more: str) -> str:
    """The message of a failure. More lines may follow, the last one with the HTML that the test looked for."""
    return "\n".join(filter(None, (f"Expected {expected}. Found {found}.", *more)))


class Site:
    """The site, as one visitor sees it in a browser."""

    def __init__(self, server: support.Site, made: set[str] | None = None) -> None:
        self.server = server  # the running site
        self.browser = Browser(server)
        self.name = self.email = self.password = ""
        self.users: dict[str, Site] = {}  # users who have an account since before the test
        self._made = set() if made is None else made  # the pages that exist only in this test
        self._token = ""
        self._open: dict[str, Response] = {}  # pages that stay open until a cookie changes

    @property
    def anonymous(self) -> Site:
        """Another visitor, who isn't signed in."""
        return Site(self.server, self._made)

    def user(self, name: str) -> Site:
        """Another visitor, who is signed in, and perhaps has an account since before the test."""
        if name not in self.users:
            return self.register(name)
        user = self.users[name].again()
        user._made = self._made
        return user

    def register(self, name: str, password: str = PASSWORD) -> Site:
        """Another visitor, who has just created an account and is signed in."""
        user = self.anonymous
        user.name, user.email, user.password = name, f"{quote(name)}@example.org".lower(), password
        user.post("/register", username=name, email=user.email, password=password).redirects_to("/")
        self._made.add(f"/profile/{name}")
        return user

    def copy(self) -> Site:
        """Another browser with copies of this visitor's cookies."""
        other = self.anonymous
        other._continue(self)
        return other

    def again(self) -> Site:
        """This visitor in another test."""
        site = self.copy()
        site.name, site.email, site.password, site.users = self.name, self.email, self.password, self.users
        site._made = set(self._made)
        return site

    # Requests

    def get(self, url: str) -> Reply:
        """The response to a GET request."""
        return self._send("GET", url)

    def read(self, url: str) -> Page:
        """The page at a URL."""
        return self.get(url).page()

    def post(self, url: str, **fields: str) -> Reply:
        """The response to a form with these fields, sent from a page of this site."""
        if not self.browser.has_cookies:
            self._continue(newcomer(self.server))
        self._find_token()
        return self._post(url, {"csrf_token": self._token, **fields})

    def post_from_another_site(self, url: str, **fields: str) -> Reply:
        """The response to a form that a page of another site sent. That page doesn't know the CSRF token."""
        return self._post(url, fields)

    # What visitors do

    def publish(self, title: str, **fields: str) -> str:
        """Publish an article with the editor. Return its URL."""
        fields = {"title": title, "description": "In short.", "body": "At length.", **fields}
        reply = self._open_page("/editor").submit("form:has(textarea[name=body])", **fields)
        article = reply.redirects_to_a_page_under("/article/")
        self._made.update((article, article.replace("/article/", "/editor/")))
        return article

    def edit(self, article: str, **fields: str) -> Reply:
        """Change some fields of an article with the editor."""
        editor = self.read(article.replace("/article/", "/editor/"))
        return editor.submit("form:has(textarea[name=body])", **fields)

    def delete(self, article: str) -> Reply:
        """Press the delete button on the article's page."""
        return self.read(article).submit(f"form[action='{article}/delete']")

    def comment(self, article: str, body: str) -> None:
        """Write a comment under an article."""
        self.read(article).submit("form.comment-form", body=body).redirects_to(article)

    # Other operations

    def run(self, *command: str) -> Finished:
        """Run a command of the site, for example `init-db`. It must succeed."""
        finished = self.server.run(*command)
        expected = f"the command `flask {' '.join(command)}` to succeed"
        expect(finished.code == 0, failure(expected, f"exit code {finished.code}", finished.output.strip()))
        return finished

    def just_before_saving(self, action: Callable[[], object], transaction: int = 1) -> AbstractContextManager[None]:
        """Do something at the moment before the site writes to its database, in this transaction that writes."""
        return self.server.hook(action, transaction)

    @contextmanager
    def most_queries(self, most: int, url: str) -> Iterator[None]:
        """Fail if the site needs more queries than this in the block, which reads this page."""
        with self.server.queries() as queries:
            yield
        repeated = max(queries.statements, key=queries.statements.count, default="")
        times = queries.statements.count(repeated)
        found = str(len(queries.statements))
        note = f"This query was sent {times} times: {' '.join(repeated.split())[:300]}" if times > 1 else ""
        expect(len(queries.statements) <= most, failure(f"at most {most} queries for {url}", found, note))

    def queries(self, url: str) -> Queries:
        """The work of the database for the page at this URL. The first visit doesn't count."""
        self.read(url)
        with self.server.queries() as queries:
            self.read(url)
        return queries

    def note_about(self, url: str) -> str:
        """A line about a page that exists only in the test, so nobody looks for it on the site."""
        for path in sorted(self._made, key=len, reverse=True):
            if f"{re.split('[?#]', url)[0]}/".startswith(f"{path}/"):
                return f"{path} exists only in this test."
        return ""

    def _continue(self, visitor: Site) -> None:
        """Continue with copies of the cookies of another visitor, and with the same open pages."""
        self.browser.copy_cookies(visitor.browser)
        self._token, self._open = visitor._token, visitor._open

    def _find_token(self) -> None:
        """Look for a CSRF token in the forms of two pages, if the visitor has no token yet."""
        for page in ("/editor", "/login"):
            if not self._token:
                self.get(page)

    def _open_page(self, url: str) -> Page:
        if url not in self._open:
            response = self.get(url).response
            self._open[url] = response
        return Reply(self, url, self._open[url], None).page()

    def _post(self, url: str, fields: Mapping[str, str], page: str = "") -> Reply:
        headers = {"Referer": f"http://localhost{_quoted_url(page)}"} if page else {}
        # Browsers end each line of a text area with CRLF.
        sent = {name: re.sub(r"\r?\n", "\r\n", value) for name, value in fields.items()}
        return self._send("POST", url, {**FORM, **headers}, urlencode(sent).encode(), fields)

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        fields: Mapping[str, str] | None = None,
    ) -> Reply:
        reply = Reply(self, url, self.browser.send(method, _quoted_url(url), headers, body), fields)
        if reply.headers["Set-Cookie"]:  # perhaps a new session, whose forms have another token
            self._open, self._token = {}, ""
        if field := reply.html.css_first("input[name=csrf_token]"):
            self._token = field.attributes.get("value") or ""
        return reply


@cache
def newcomer(server: support.Site) -> Site:
    """A visitor who has only opened a page with a form, once for all new visitors."""
    visitor = Site(server)
    visitor._find_token()
    return visitor


class Reply:
    """The response to a request: a page, an error or a redirect."""

    def __init__(self, site: Site, url: str, response: Response, sent: Mapping[str, str] | None) -> None:
        self.site = site
        self.url = url
        self.path = unquote(url)  # as a person reads it
        self.sent = sent  # the fields of a form, or None
        self.response = response
        self.status = response.status
        self.headers = response.headers
        is_html = response.headers.get_content_type() == "text/html"
        self.text = response.body.decode("utf-8", "replace")
        self.html = LexborHTMLParser(response.body if is_html else b"")

    @property
    def request(self) -> str:
        """The method and the path of the request."""
        return f"{'GET' if self.sent is None else 'POST'} {self.path}"

    @property
    def target(self) -> str:
        """The URL of this site that the response redirects to. It is empty if there is none."""
        location = self.headers.get("Location")
        if location is None:
            return ""
        # Browsers read a backslash as a slash, and ignore tabs and line breaks.
        location = re.sub(r"[\t\r\n]", "", location).strip().replace("\\", "/")
        target = urlsplit(urljoin(f"http://localhost{_quoted_url(self.url)}", location))
        if target.netloc != "localhost":
            return f"another site ({self.headers['Location']})"
        return unquote(target._replace(scheme="", netloc="", fragment="").geturl())

    def page(self) -> Page:
        """The page, if the status is 200."""
        self._expect_an_endpoint()
        expect(self.status == 200, self.instead_of(f"a page from {self.request}"))
        return Page(self)

    def rejected(self, *statuses: int) -> Page:
        """The page of an error, if the response has one of these statuses."""
        if 404 not in statuses:
            self._expect_an_endpoint()
        expected = " or ".join(map(str, statuses))
        expect(self.status in statuses, self.instead_of(f"status {expected} from {self.request}"))
        return Page(self)

    def succeeds(self) -> None:
        """The response has status 200."""
        expect(self.status == 200, self.instead_of(f"status 200 from {self.request}"))

    def redirects_to(self, url: str) -> None:
        """The response redirects to this URL."""
        self._expect_an_endpoint()
        is_redirect = self.status in (302, 303) and self.target == url
        expect(is_redirect, self.instead_of(f"a redirect to {url} from {self.request}"))

    def redirects_to_a_page_under(self, beginning: str) -> str:
        """The response redirects to a URL with this beginning. Return the URL."""
        self._expect_an_endpoint()
        is_redirect = self.status in (302, 303) and self.target.startswith(beginning)
        expect(is_redirect, self.instead_of(f"a redirect to a page under {beginning} from {self.request}"))
        return self.target

    def has_header(self, name: str, *parts: str) -> None:
        """The header contains one of these parts."""
        value = self.headers.get(name) or "none"
        expected = f"{' or '.join(parts)} in the header {name} from {self.request}"
        expect(any(part in value for part in parts), failure(expected, value))

    def instead_of(self, expected: str) -> str:
        """The message of a failure: what the test expected from this request, and what it found."""
        found = f"status {self.status}{self._reasons}"
        if self.target:
            found = f"a redirect to {self.target}"
        elif self.status in (404, 405) and not expected.startswith("status"):
            found = f"none ({found})"
        fields = {name: value for name, value in (self.sent or {}).items() if name != "csrf_token"}
        sent = ", ".join(f'{name}="{_shortened(value, 40)}"' for name, value in fields.items())
        return failure(expected, found, f"Sent: {sent}" if sent else "", self.site.note_about(self.path))

    def _expect_an_endpoint(self) -> None:
        if self.status in (404, 405):
            expected = f"a page at {self.path}" if self.sent is None else f"an endpoint for {self.request}"
            raise AssertionError(self.instead_of(expected))

    @property
    def _reasons(self) -> str:
        """What the page of an error says, after a colon."""
        texts = [_text(node) for node in self.html.css(".error-messages li")]
        if not texts and self.status >= 400:
            texts = [_text(node) for node in self.html.css("main p:not([aria-hidden])")][:1]
        reasons = " ".join(texts)
        is_usual = reasons in ("", NotFound.description, MethodNotAllowed.description)
        return "" if is_usual else f": {_shortened(reasons.removesuffix('.'), 200)}"


class Part:
    """A page, or an element on a page."""

    def __init__(self, reply: Reply, node: LexborHTMLParser | LexborNode, where: str, selector: str = "") -> None:
        self._reply = reply
        self._node = node
        self._where = where  # "on /article/bread", "in the title on /article/bread"
        self._selector = selector  # the selector of the element, or nothing for a page

    # Elements in it

    def one(self, selector: str, what: str) -> Part:
        """The only element that the selector matches."""
        parts = self.some(selector, what)
        expect(len(parts) == 1, self.failure(f"{what} once", str(len(parts)), selector))
        return parts[0]

    def some(self, selector: str, what: str) -> list[Part]:
        """All elements that the selector matches. There must be at least one."""
        nodes = self._node.css(selector)
        expect(nodes, self.failure(what, "none", selector))
        return [Part(self._reply, node, f"in {what} {self._where}", selector) for node in nodes]

    def none(self, selector: str, what: str) -> None:
        """The selector matches nothing."""
        nodes = self._node.css(selector)
        expect(not nodes, self.failure(f"not to find {what}", str(len(nodes)), selector))

    def card(self, text: str) -> Part:
        """The only card (of an article or a comment) that contains this text."""
        nodes = [node for node in self._node.css(".article-preview, .card") if text in _text(node)]
        found = str(len(nodes) or "none")
        expect(len(nodes) == 1, self.failure(f'one card with "{text}"', found, ".article-preview, .card"))
        return Part(self._reply, nodes[0], f'in the card "{text}" {self._where}')

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements that the selector matches."""
        return [_text(node) for node in self._node.css(selector)]

    def lists(self, selector: str, what: str, expected: Sequence[str], *, in_any_order: bool = False) -> None:
        """The elements that the selector matches have these texts, in this order."""
        found, order = self.texts(selector), sorted if in_any_order else list
        most = 12 if len(found) == len(expected) else 4
        wanted = f"these {what} {self._where}: {_listed(expected, most)}"
        wanted = wanted if expected else f"no {what} {self._where}"
        expect(order(found) == order(expected), self._failure(wanted, _listed(found, most), selector))

    def links(self, selector: str) -> dict[str, str]:
        """The URL of each link that the selector matches, by its text."""
        nodes = self._node.css(selector)
        return {_text(node): unquote(node.attributes.get("href") or "") for node in nodes}

    def names(self, selector: str) -> list[str]:
        """The names of all fields that the selector matches."""
        return [node.attributes.get("name") or "" for node in self._node.css(selector)]

    def has_link(self, selector: str, text: str, url: str) -> None:
        """Check that a link that the selector matches has this text and leads to this URL."""
        links = self.links(selector)
        found = ", ".join(f"{name} to {target}" for name, target in links.items()) or "none"
        expect(links.get(text) == url, self.failure(f"a link {text} to {url}", found, selector))

    # The element

    def text(self) -> str:
        """Its text, with single spaces."""
        return _text(self._node)

    def attribute(self, name: str) -> str | None:
        """The value of an attribute. It is None if the attribute is missing."""
        return (self._node.attributes[name] or "") if name in self._node.attributes else None

    def value(self) -> str:
        """The value of a field. Lines end with LF."""
        return _value(self._node).replace("\r\n", "\n")

    def has_text(self, text: str) -> None:
        """This is its whole text."""
        expect(self.text() == text, self.failure(f"the text {_quoted(text)}", _quoted(self.text())))

    def contains(self, text: str) -> None:
        """Its text contains this text."""
        expect(text in self.text(), self.failure(_quoted(text), _quoted(self.text())))

    def lacks(self, text: str) -> None:
        """Its text doesn't contain this text."""
        expect(text not in self.text(), self.failure(f"not to find {_quoted(text)}", "it"))

    def has(self, name: str, value: str) -> None:
        """The attribute has this value."""
        found = self.attribute(name)
        expect(found == value, self.failure(f'{name}="{value}"', _quoted(found)))

    def has_in(self, name: str, part: str) -> None:
        """The value of the attribute contains this text."""
        found = self.attribute(name)
        expect(part in (found or ""), self.failure(f'{name}="…{part}…"', _quoted(found)))

    def links_to(self, url: str) -> None:
        """It is a link to this URL."""
        found = unquote(self.attribute("href") or "none")
        expect(found == url, self.failure(f"a link to {url}", found))

    def has_value(self, value: str) -> None:
        """The field has this value. Whitespace around it and the ends of lines don't matter."""
        expected = value.replace("\r\n", "\n").strip()
        found = self.value().strip()
        expect(found == expected, self.failure(_quoted(expected), _quoted(found)))

    def submit(self, form: str, **fields: str) -> Reply:
        """Fill in these fields of a form, and send the form. The other fields keep their values."""
        node = self.one(form, "a form")._node
        part = Part(self._reply, node, f"in the form {self._where}")
        sent, names = {}, []
        for control in node.css("input[name], textarea[name], select[name]"):
            names.append(name := control.attributes["name"] or "")
            is_checkbox = control.attributes.get("type") == "checkbox"
            value = fields.get(name, _value(control))
            # Browsers don't send a checkbox that is off. A test turns one off with "".
            if not is_checkbox or (value if name in fields else "checked" in control.attributes):
                sent[name] = value
        for name in sorted(set(fields) - set(names)):
            raise AssertionError(part.failure(f"the field {name}", ", ".join(names) or "none", f"[name={name}]"))
        method = (node.attributes.get("method") or "get").lower()
        expect(method == "post", part.failure('method="post"', f'method="{method}"'))
        action = urljoin(self._reply.url, node.attributes.get("action") or self._reply.url)
        return self._reply.site._post(action, sent, self._reply.url)

    def failure(self, expected: str, found: str, selector: str = "") -> str:
        """The message of a failure: what the test expected here, and what it found."""
        return self._failure(f"{expected} {self._where}", found, selector)

    def _failure(self, expected: str, found: str, selector: str = "") -> str:
        note = self._reply.site.note_about(self._reply.path)
        html = as_html(selector or self._selector) if selector or self._selector else ""
        return failure(expected, found, note, f"Looked for: {html}" if html else "")


class Page(Part):
    """A whole page."""

    def __init__(self, reply: Reply) -> None:
        where = f"on {reply.path}" if reply.sent is None else f"on the page from {reply.request}"
        super().__init__(reply, reply.html, where)
        self.source = reply.text


@cache
def as_html(selector: str) -> str:
    """A CSS selector as HTML, for example `<form class="comment-form">`."""
    alternatives = re.split(r",\s*(?![^()]*\))", selector)
    compounds = [re.findall(r"(?:\[[^\]]*\]|\([^()]*\)|[^\s>\[(])+", text) for text in alternatives]
    return " or ".join(" ".join(map(_element, parts)) for parts in compounds)


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
    html = f"<{' '.join([tag, *attributes])}>"
    for kind, inside in re.findall(r":(has|not)\(([^()]*)\)", compound):
        html += f" ({'with' if kind == 'has' else 'not'} {as_html(inside)})"
    return html


def _quoted_url(url: str) -> str:
    return quote(url.partition("#")[0], safe="/?=&%+:@,;~!*'()$")


def _listed(texts: Sequence[str], most: int) -> str:
    more = f", … ({len(texts)} in all)" if len(texts) > most else ""
    return ", ".join(f'"{_shortened(text, 60)}"' for text in texts[:most]) + more or "none"


def _quoted(text: str | None) -> str:
    return f'"{_shortened(text, 100)}"' if text else "nothing"


def _shortened(text: str, most: int) -> str:
    line = text[:most].replace("\n", " ")
    return line if len(text) <= most else f"{line}… ({len(text)} characters)"


def _text(node: Any) -> str:
    text = node.body.text() if isinstance(node, LexborHTMLParser) and node.body else node.text()
    return re.sub(r"\s+", " ", text).strip()


def _value(node: Any) -> str:
    """What a browser sends for a field that nobody touched."""
    if node.tag == "textarea":
        return node.text()
    if node.tag == "select":
        option = node.css_first("option[selected]") or node.css_first("option")
        return (option.attributes.get("value") or option.text()) if option else ""
    default = "on" if node.attributes.get("type") == "checkbox" else ""
    return node.attributes.get("value") or default
