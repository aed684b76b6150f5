"""The client that the tests send to the site.

The tests know the site as any program does: by its URLs, and the JSON that goes to and fro. A failure says what was
expected from which request, and what was found. `first_visitor` gives the client who acts in most tests.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from runpy import run_module
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

from fastapi.testclient import TestClient
from httpx2 import Headers, Response
from sqlalchemy import Engine, event

__tracebackhide__ = True  # a failure points to the line of the test, not into this file

PASSWORD = "correct horse battery staple"
ABSENT = object()  # in place of a value that is not in the JSON


def first_visitor(server: Server) -> Site:
    """The client who acts in most tests."""
    return Site(server)


def expect(fact: object, otherwise: str) -> None:
    """Fail with a sentence unless the fact holds."""
    if not fact:
        raise AssertionError(otherwise)


def failure(expected: str, found: str, *more: str) -> str:
    """The text of a failure. More lines may follow."""
    return "\n".join(filter(None, (f"Expected {expected}. Found {found}.", *more)))


class Thing(dict[str, Any]):
    """A JSON object, with the response and its path there. Reading a missing key fails with a sentence."""

    def __init__(self, fields: dict[str, Any], answer: Answer, path: str = "") -> None:
        super().__init__(fields)
        self.answer, self.path = answer, path

    def __missing__(self, key: str) -> Any:
        raise AssertionError(self.answer.lacks(key, self))


def has_fields(thing: Any, **fields: object) -> None:
    """A JSON object has these values. It may have more keys."""
    expect(isinstance(thing, Thing), failure(f"a JSON object with {', '.join(fields)}", shown(thing)))
    for name, value in fields.items():
        equal(thing[name], value, under(thing.path, name), thing.answer)


def equal(found: Any, expected: object, path: str = "", answer: Answer | None = None) -> None:
    """A part of a response has this value. A failure shows the first difference, with its path in the JSON."""
    if isinstance(found, Thing) and not answer:
        path, answer = found.path, found.answer
    difference = first_difference(found, expected, path)
    if difference:
        name, found, expected = difference
        what = f"no {name or 'JSON'}" if expected is ABSENT else f"{name or 'the JSON'} to be {shown(expected)}"
        where, note = (f" from {answer.name}", answer.note) if answer else ("", "")
        raise AssertionError(failure(f"{what}{where}", shown(found), note))


def first_difference(found: Any, expected: Any, path: str) -> tuple[str, Any, Any] | None:
    """The first path at which two JSON values differ, with both values."""
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        parts = [(f"{path}[{at}]", one, other) for at, (one, other) in enumerate(zip(found, expected, strict=True))]
        if any(isinstance(one, dict) for one in found):
            return next(filter(None, (first_difference(one, other, name) for name, one, other in parts)), None)
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in {**expected, **found}:
            here = first_difference(found.get(key, ABSENT), expected.get(key, ABSENT), under(path, key))
            if here:
                return here
        return None
    same = found == expected and isinstance(found, bool) == isinstance(expected, bool)
    return None if same else (path, found, expected)


def under(path: str, key: str) -> str:
    """The path of a key in the JSON object at this path."""
    return f"{path}.{key}" if path else key


def shown(value: object) -> str:
    """A value as JSON, cut if it is long."""
    text = "none" if value is ABSENT else json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 200 else f"{text[:200]}… ({len(text)} characters)"


@dataclass
class Server:
    """The site at work, and the settings that it was built with."""

    client: TestClient
    settings: dict[str, Any]

    def database_file(self) -> Path:
        """The file in which the site keeps its database."""
        return Path(self.settings["database_url"].removeprefix("sqlite+aiosqlite:///"))

    def empty(self, empty_database: Path) -> None:
        """Put an empty database in the place of the site's."""
        source, target = sqlite3.connect(empty_database), sqlite3.connect(self.database_file())
        target.execute("PRAGMA synchronous = OFF")
        target.execute("PRAGMA journal_mode = MEMORY")
        source.backup(target)
        source.close()
        target.close()


class Site:
    """The site, as one client sees it."""

    def __init__(self, server: Server, token: str = "", made: set[str] | None = None) -> None:
        self.server = server
        self._made = set() if made is None else made  # the URLs that exist only in this test's data
        self.token = token
        self.name = self.email = self.password = ""

    # Other clients

    @property
    def anonymous(self) -> Site:
        """Another client, who has no account."""
        return Site(self.server, made=self._made)

    def register(self, name: str, password: str = PASSWORD) -> Site:
        """Another client, who has just made an account and sends its token along."""
        someone = self.anonymous
        someone.name, someone.email, someone.password = name, f"{quote(name)}@example.org".lower(), password
        fields = {"username": name, "email": someone.email, "password": password}
        someone.token = someone.post("/api/users", user=fields).gives("user", status=201)["token"]
        self._made.add(f"/api/profiles/{name}")
        return someone

    # Asking

    def get(self, address: str, **query: object) -> Answer:
        """What the site answers to GET."""
        return self.ask("GET", address, params={name: str(value) for name, value in query.items()})

    def post(self, address: str, **body: object) -> Answer:
        """What the site answers to POST with this body, or with none."""
        options: dict[str, Any] = {"json": body} if body else {}
        return self.ask("POST", address, **options)

    def put(self, address: str, **body: object) -> Answer:
        """What the site answers to PUT with this body."""
        return self.ask("PUT", address, json=body)

    def delete(self, address: str) -> Answer:
        """What the site answers to DELETE."""
        return self.ask("DELETE", address)

    def ask(self, method: str, address: str, headers: dict[str, str] | None = None, **options: Any) -> Answer:
        """What the site answers to any request. The token goes along, unless other headers say otherwise."""
        own = {"Authorization": f"Token {self.token}"} if self.token else {}
        path = quote(address, safe="/?=&%")
        response = self.server.client.request(
            method, path, headers={**own, **(headers or {})}, follow_redirects=False, **options
        )
        query = "&".join(f"{name}={value}" for name, value in (options.get("params") or {}).items())
        return Answer(method, f"{address}?{query}" if query else address, response, self.only_in_the_test(address))

    def only_in_the_test(self, address: str) -> str:
        """A line about a URL that a reader of the failure looks for in vain on the site."""
        for path in sorted(self._made, key=len, reverse=True):
            if f"{address}/".startswith((f"{path}/", f"{path}?")):
                return f"{path} exists only in this test's data."
        return ""

    # Articles and comments

    def publish(self, title: str, **fields: object) -> Any:
        """Publish an article; what the site answers about it."""
        fields = {"title": title, "description": "In short.", "body": "At length.", **fields}
        article = self.post("/api/articles", article=fields).gives("article", status=201)
        if isinstance(article, dict) and "slug" in article:
            self._made.add(f"/api/articles/{article['slug']}")
        return article

    def titles(self, address: str = "/api/articles", **query: object) -> list[str]:
        """The titles in a list of articles, in its order."""
        return [article["title"] for article in self.get(address, **query).gives("articles")]

    def lists(self, *titles: str, address: str = "/api/articles", **query: object) -> None:
        """A list of articles has exactly these, in this order."""
        answer = self.get(address, **query)
        found = [article["title"] for article in answer.gives("articles")]
        wanted = (
            f"these articles from {answer.name}: {', '.join(titles)}" if titles else f"no articles from {answer.name}"
        )
        expect(found == list(titles), failure(wanted, ", ".join(found) or "none"))

    def listed(self, article: Thing) -> Any:
        """What the list of articles says about this one."""
        answer = self.get("/api/articles")
        found = [one for one in answer.gives("articles") if one["slug"] == article["slug"]]
        expect(found, failure(f"the article {article['slug']} from {answer.name}", "none"))
        return found[0]

    def comment(self, article: Thing, body: str) -> Any:
        """Write a comment on an article; what the site answers about it."""
        address = f"/api/articles/{article['slug']}/comments"
        return self.post(address, comment={"body": body}).gives("comment", status=201)

    def has_comments(self, article: Thing, *bodies: str) -> None:
        """The comments on an article have exactly these texts, in this order."""
        answer = self.get(f"/api/articles/{article['slug']}/comments")
        found = [comment["body"] for comment in answer.gives("comments")]
        equal(found, list(bodies), "the bodies of the comments", answer)

    def start_anew(self) -> None:
        """Make the database anew, with the command that the site has for it."""
        settings = {f"CONDUIT_{name.upper()}": str(value) for name, value in self.server.settings.items()}
        said = StringIO()
        try:
            with (
                patch.dict(os.environ, settings),
                patch.object(sys, "argv", ["conduit", "init-db"]),
                redirect_stdout(said),
                redirect_stderr(said),
            ):
                run_module("conduit", run_name="__main__", alter_sys=True)
            code: object = 0
        except SystemExit as end:
            code = end.code
        words = said.getvalue().strip()
        expect(not code, failure("the command init-db to succeed", f"this output: {words[-500:] or code}"))

    # Behind the scenes, as far as any site has them

    @contextmanager
    def just_before_saving(self, action: Callable[[], object]) -> Iterator[None]:
        """Do something at the very moment when the site is about to save something new."""
        done = False

        def interrupt(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            nonlocal done
            if not done and statement.lstrip().upper().startswith("INSERT"):
                done = True
                action()

        with listening(interrupt):
            yield
        expect(done, failure("the site to write to its database", "nothing written"))

    def questions(self, address: str, **query: object) -> int:
        """How many questions the site asks its database to answer at this address."""
        asked: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.lstrip().upper().startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")):
                asked.append(statement)

        self.get(address, **query).gives()  # what is only asked the first time does not count
        with listening(note):
            self.get(address, **query).gives()
        return len(asked)

    def rows(self, address: str, **query: object) -> int:
        """How many rows the site takes out of its database to answer at this address."""
        database, asked = sqlite3.connect(self.server.database_file()), self.selections(address, **query)
        rows = sum(len(database.execute(one, values).fetchall()) for one, values in asked)
        database.close()
        return rows

    def plans(self, address: str, **query: object) -> list[str]:
        """How the database goes about each question that the site asks to answer at this address."""
        database, asked = sqlite3.connect(self.server.database_file()), self.selections(address, **query)
        plans = [database.execute(f"EXPLAIN QUERY PLAN {one}", values).fetchall() for one, values in asked]
        database.close()
        return ["\n".join(step[-1] for step in plan) for plan in plans]

    def selections(self, address: str, **query: object) -> list[tuple[str, Any]]:
        """What the site asks of its database to answer at this address: statements and their values."""
        asked: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if statement.lstrip().upper().startswith(("SELECT", "WITH")):
                asked.append((statement, parameters))

        with listening(note):
            self.get(address, **query).gives()
        return asked

    def stored(self) -> bytes:
        """All that the site has written to its database, as it lies in the file."""
        return self.server.database_file().read_bytes()

    def documented(self, method: str, address: str, *statuses: int, query: str = "") -> Thing:
        """What the docs page says about an operation; {} stands for a variable part of the address. It has to say
        with which statuses the site may answer, and what the words of the query mean."""
        name = f"{method} {address}"
        document = self.get("/openapi.json").gives()
        shape = re.compile(re.escape(address).replace(r"\{\}", r"\{[^/{}]+\}"))
        found = [paths for path, paths in document["paths"].items() if shape.fullmatch(path)]
        operation = next((paths[method.lower()] for paths in found if method.lower() in paths), None)
        expect(operation, failure(f"{name} on the docs page", "none"))
        assert operation is not None
        for part in ("summary", "description"):
            expect(operation.get(part), failure(f"a {part} of {name} on the docs page", "none"))
        expect(operation.get("tags"), failure(f"a heading for {name} on the docs page", "none"))
        missing = {str(status) for status in statuses} - set(operation["responses"])
        has = ", ".join(operation["responses"])
        expect(not missing, failure(f"the status {', '.join(sorted(missing))} of {name} on the docs page", has))
        told = {one["name"] for one in operation.get("parameters", []) if one.get("description")}
        for word in query.split():
            expect(word in told, failure(f"a description of ?{word}= for {name} on the docs page", "none"))
        for field in fields_without_example(operation.get("requestBody"), document):
            raise AssertionError(failure(f"an example for {field} of {name} on the docs page", "none"))
        return Thing(operation, document.answer)


@contextmanager
def listening(to: Callable[..., None]) -> Iterator[None]:
    """Have a function called with everything that any site here is about to say to its database."""
    event.listen(Engine, "before_cursor_execute", to)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", to)


def fields_without_example(schema: Any, document: Thing, name: str = "the body") -> Iterator[str]:
    """The fields in a part of the OpenAPI document that have no example."""
    if isinstance(schema, list):
        for one in schema:
            yield from fields_without_example(one, document, name)
    if not isinstance(schema, dict) or "example" in schema or "examples" in schema or schema.get("type") == "null":
        return
    parts = [
        schema[key] for key in ("content", "application/json", "schema", "anyOf", "allOf", "items") if key in schema
    ]
    if "$ref" in schema:
        parts.append(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for part in parts:
        yield from fields_without_example(part, document, name)
    for field, part in schema.get("properties", {}).items():
        yield from fields_without_example(part, document, field)
    if not parts and "properties" not in schema:
        yield name


class Answer:
    """What the site answered."""

    def __init__(self, method: str, address: str, response: Response, note: str = "") -> None:
        self.note = note
        self.name = f"{method} {address if len(address) < 200 else address[:200] + '…'}"
        # As it would come over a network: a number, texts and bytes, whatever the site made them of.
        self.status = int.__int__(response.status_code)
        self.headers = Headers([("".join([name]), "".join([value])) for name, value in response.headers.multi_items()])
        self.text = "".join([response.text])
        self.json: Any = None
        if "json" in self.headers.get("Content-Type", "") and self.text:
            self.json = self._located(json.loads(self.text), "")

    def _located(self, value: Any, path: str) -> Any:
        if isinstance(value, dict):
            parts = {key: self._located(part, under(path, key)) for key, part in value.items()}
            return Thing(parts, self, path)
        if isinstance(value, list):
            return [self._located(part, f"{path}[{at}]") for at, part in enumerate(value)]
        return value

    def lacks(self, key: str, found: dict[str, Any]) -> str:
        """The text of a failure: an object in the JSON has no such key."""
        return failure(f"the key {key} in the JSON from {self.name}", ", ".join(found) or "none", self.note)

    def instead_of(self, expected: str) -> str:
        """The text of a failure: what was expected from this request, and what came."""
        found = f"status {self.status}"
        if self._is_nowhere and not expected.startswith("status"):
            found = f"none ({found})"
        elif "Location" in self.headers:
            found = f"status {self.status} and a redirect to {self.headers['Location']}"
        elif self._reasons():
            found = f"status {self.status} ({', '.join(self._reasons())})"
        return failure(expected, found, self.note)

    def gives(self, *keys: str, status: int = 200) -> Any:
        """The JSON that came with this status: all of it, or what a key holds."""
        self._expect_an_endpoint()
        expect(self.status == status, self.instead_of(f"status {status} from {self.name}"))
        expect(self.json is not None, failure(f"JSON from {self.name}", repr(self.text[:80]), self.note))
        found = self.json
        for key in keys:
            wanted = f"the key {key} in the JSON from {self.name}"
            expect(isinstance(found, dict), failure(wanted, "no JSON object", self.note))
            expect(key in found, self.lacks(key, found))
            found = found[key]
        return found

    def has(self, *keys: str, value: object, status: int = 200) -> None:
        """Under these keys, the JSON that came with this status has exactly this value."""
        equal(self.gives(*keys, status=status), value, ".".join(keys), self)

    def has_nothing_to_say(self) -> None:
        """The request was done, and there is no body: status 204."""
        self._expect_an_endpoint()
        expect(self.status == 204, self.instead_of(f"status 204 from {self.name}"))
        expect(not self.text, failure(f"no body from {self.name}", repr(self.text[:80]), self.note))

    def refused(self, status: int, about: str = "", **messages: str) -> None:
        """The request was rejected in the shape that all errors have: with these messages, or one about a field."""
        if (status, messages) != (404, {"path": "not found"}):
            self._expect_an_endpoint()
        words = "".join(f' and {{"{name}": ["{message}"]}}' for name, message in messages.items())
        wanted = f"status {status}" + (f" and a message about {about}" if about else words)
        expect(self.status == status, self.instead_of(f"{wanted} from {self.name}"))
        errors = self.json.get("errors") if isinstance(self.json, dict) else None
        shape = (
            isinstance(errors, dict)
            and errors
            and all(
                isinstance(reasons, list) and reasons and all(isinstance(reason, str) for reason in reasons)
                for reasons in errors.values()
            )
        )
        expect(shape, failure(f'{{"errors": {{FIELD: [MESSAGE]}}}} from {self.name}', self.text[:200] or "no body"))
        assert isinstance(errors, dict)
        told = all(message in errors.get(name, []) for name, message in messages.items())
        expect(told and (not about or about in errors), self.instead_of(f"{wanted} from {self.name}"))

    def _reasons(self) -> list[str]:
        errors = self.json.get("errors") if isinstance(self.json, dict) else None
        if not isinstance(errors, dict):
            return []
        return [f"{name}: {', '.join(map(str, why)) if isinstance(why, list) else why}" for name, why in errors.items()]

    @property
    def _is_nowhere(self) -> bool:
        return self.status == 405 or (self.status, self._reasons()) == (404, ["path: not found"])

    def _expect_an_endpoint(self) -> None:
        if self._is_nowhere:
            raise AssertionError(self.instead_of(f"an endpoint for {self.name}"))
