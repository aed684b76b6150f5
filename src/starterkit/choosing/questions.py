"""The questions, the reason for each, and the traits that each answer wishes for. No framework is named here.

The choices that are a framework or a language are made of the templates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

from starterkit.template.model import Template

STRONG, WEAK = 2, 1  # from STRONG up, a strength speaks for a framework; from WEAK down, against it


@dataclass(frozen=True)
class Wording:
    """A trait in words: its name in a table, and the reason to learn it later (`when …`)."""

    label: str
    later: str


WORDINGS = {
    "quick_start": Wording("starts quickly", "you want the next idea on screen within the hour"),
    "gentle_start": Wording("little to know at first", "you want to see the basics without the rest"),
    "explicit": Wording("every wire in sight", "you want to see how the parts work underneath"),
    "batteries": Wording("everything in the box", "you are tired of building accounts and forms by hand"),
    "admin": Wording("an admin in the box", "editors need a place to write that you need not build"),
    "server_pages": Wording("pages from the server", "you want to build pages that people read"),
    "json_api": Wording("a JSON API", "an app or another program needs your data"),
    "generated_docs": Wording("documents itself", "other programs need your data, and documentation of how to get it"),
    "async": Wording("waits for many at once", "requests wait on other services, or many come at once"),
    "typed": Wording("types do work", "you want types to find mistakes before users do"),
    "one_language": Wording("one language all through", "you want to build what runs in the browser too"),
    "conventions": Wording("one agreed layout", "you join a team and want to know your way around"),
}

# The sentence for a weak start. The reason in path.yml follows it.
START_WARNINGS = {
    "gentle_start": "This is the more advanced start",
    "quick_start": "This is the heavier start",
}


class Decides(Enum):
    """Answers that name something outright count more than wishes. Each outweighs all above it together."""

    LANGUAGE = 120
    KNOWN = -300
    TEAM = 600


@dataclass(frozen=True, eq=False)
class Choice:
    """One answer: its name, its label in the question, the sentence that repeats it, and the traits that it wishes for.

    `wishes` has a weight for each trait. `decides` is for an answer that names frameworks (`named`) outright.
    """

    name: str
    label: str
    restated: str
    wishes: Mapping[str, int] = field(default_factory=dict)
    decides: Decides | None = None
    named: frozenset[str] = frozenset()

    @cached_property
    def foremost(self) -> frozenset[str]:
        """The traits that the answer wishes for most."""
        most = max(self.wishes.values(), default=0)
        return frozenset(trait for trait, weight in self.wishes.items() if weight == most)


@dataclass(frozen=True)
class Question:
    """A question with the reason for it."""

    name: str
    text: str
    why: str
    choices: tuple[Choice, ...]

    def choice(self, name: str) -> Choice | None:
        """Return the choice of this name, or None."""
        return next((choice for choice in self.choices if choice.name == name), None)


# These wishes count for every user, with any answers.
EVERYBODY = Choice("", "", "Whoever starts wants to see something work soon", {"quick_start": 1, "gentle_start": 1})


def questions(templates: Sequence[Template]) -> tuple[Question, ...]:
    """Return all questions, in the order in which they are asked."""
    made = {
        "know": tuple(map(_known, templates)),
        "language": _languages(templates),
        "team": tuple(map(_team, templates)),
    }
    complete = []
    for question in _QUESTIONS:
        names = {choice.name for choice in question.choices}  # these go before a template of the same name
        more = (choice for choice in made.get(question.name, ()) if choice.name not in names)
        complete.append(replace(question, choices=(*question.choices, *more)))
    return tuple(complete)


_KNOW = (
    Choice("new", "Programming is new to me", "Programming is new to you", {"gentle_start": 3, "quick_start": 1}),
    Choice(
        "some", "I have written small programs", "You have written small programs", {"gentle_start": 1, "explicit": 1}
    ),
    Choice(
        "much", "I program for a living, but not with these", "You program for a living", {"typed": 1, "conventions": 1}
    ),
)
_BUILD = (
    Choice(
        "site",
        "A site that people read: a blog, news, a course",
        "You want to build a site that people read",
        {"server_pages": 2, "admin": 1},
    ),
    Choice(
        "api",
        "An API: data for an app or for other programs",
        "You want to build an API",
        {"json_api": 3, "generated_docs": 2, "typed": 2},
    ),
    Choice(
        "app",
        "A page that reacts while you use it, with a front-end of its own",
        "You want to build a page that reacts while it is used",
        {"one_language": 2, "json_api": 3},
    ),
    Choice(
        "small",
        "Something small, to understand how it works",
        "You want to build something small",
        {"explicit": 2, "quick_start": 1},
    ),
)
_AFTER = (
    Choice(
        "explain",
        "Explain each line of a web application",
        "You want to be able to explain each line",
        {"explicit": 2, "gentle_start": 1},
    ),
    Choice(
        "publish",
        "Put a site of my own on the web, and keep it running",
        "You want to put a site of your own on the web",
        {"server_pages": 1, "batteries": 1, "admin": 1},
    ),
    Choice(
        "services",
        "Build services that other programs rely on",
        "You want to build services that programs rely on",
        {"json_api": 1, "typed": 2},
    ),
    Choice(
        "both",
        "Build both halves: what runs in the browser, and the server",
        "You want to build both halves",
        {"one_language": 2},
    ),
    Choice(
        "job",
        "Find my way in the code of a company",
        "You want to find your way in a company's code",
        {"conventions": 2, "typed": 1},
    ),
)
_TIME = (
    Choice("days", "A weekend, or a few evenings", "You have a few evenings", {"quick_start": 2}),
    Choice("weeks", "Some weeks", "You have some weeks", {"quick_start": 1}),
    Choice(
        "months", "Months: I want to go deep", "You have months and want to go deep", {"batteries": 1, "conventions": 1}
    ),
)
_STYLE = (
    Choice("wires", "Every wire: I put the parts together myself", "You like to see every wire", {"explicit": 3}),
    Choice(
        "box",
        "All in the box: the parts are there, I learn to use them",
        "You like to have it all in the box",
        {"batteries": 3},
    ),
)
_HANDLE = (
    Choice(
        "editors",
        "Editors who write, readers with accounts",
        "It must handle editors and accounts",
        {"admin": 4, "batteries": 2},
    ),
    Choice(
        "crowds",
        "Many who wait at once: chat, streams, slow services",
        "It must handle many who wait at once",
        {"async": 4},
    ),
    Choice(
        "contract",
        "Data that must be right, with documentation for others",
        "It must handle data that others rely on",
        {"generated_docs": 2, "typed": 2},
    ),
    Choice("little", "Nothing out of the ordinary", "It must handle nothing out of the ordinary", {"quick_start": 1}),
)


_TEAM = (Choice("none", "No, or I learn for myself", "No team decides for you"),)

# Each question with its fixed choices. Those made of templates follow them.
_QUESTIONS = (
    Question(
        "know",
        "What do you know already?",
        "What is familiar decides how much may be new at once. Of several, name the one that is most familiar.",
        _KNOW,
    ),
    Question(
        "language",
        "Which language do you want to write first?",
        "A language that you like carries you through the first weeks.",
        (),
    ),
    Question("build", "What do you want to build?", "Each framework makes another kind of thing short.", _BUILD),
    Question(
        "after",
        "What do you want to be able to do after it?",
        "A first framework is for what you learn with it, not for life.",
        _AFTER,
    ),
    Question(
        "time",
        "How much time will you give it?",
        "What has much in the box takes longer to learn, and gives it back later.",
        _TIME,
    ),
    Question(
        "style",
        "Do you like to see every wire, or to have it all in the box?",
        "This is where frameworks differ most, and it is a matter of taste.",
        _STYLE,
    ),
    Question(
        "team",
        "Does your team or employer work in one of these?",
        "People to ask, and code to read, are worth more than any feature.",
        _TEAM,
    ),
    Question(
        "handle", "What must it handle?", "What is hard to add later should be there from the beginning.", _HANDLE
    ),
)


def _known(template: Template) -> Choice:
    """A user who knows a framework wishes for what it lacks, except for an easier start."""
    lacking = {
        name: 1
        for name in WORDINGS
        if name in template.traits and template.traits[name].strength <= WEAK and name not in START_WARNINGS
    }
    label, restated = f"I have built something with {template.title}", f"You know {template.title}"
    return Choice(template.name, label, restated, lacking, Decides.KNOWN, frozenset((template.name,)))


def _team(template: Template) -> Choice:
    label, restated = f"Yes, in {template.title}", f"Your team works in {template.title}"
    return Choice(template.name, label, restated, {}, Decides.TEAM, frozenset((template.name,)))


def _languages(templates: Sequence[Template]) -> tuple[Choice, ...]:
    named: dict[str, list[str]] = {}
    for template in templates:
        named.setdefault(template.language, []).append(template.name)
    return tuple(
        Choice(name.lower(), name, f"You want to write {name} first", {}, Decides.LANGUAGE, frozenset(named[name]))
        for name in sorted(named)
    )
