"""The questions of `choose`, their choices, and the weights for traits.

This module names no framework. Choices for frameworks and languages are created from the templates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

from starterkit.template.model import Template

STRONG, WEAK = 2, 1  # strength >= STRONG counts for a framework, strength <= WEAK against it


@dataclass(frozen=True)
class Wording:
    """A trait in words. `label` names it in a table, and `later` follows "learn this framework"."""

    label: str
    later: str


WORDINGS = {
    "quick_start": Wording("quick start", "when you want to try an idea within an hour"),
    "gentle_start": Wording("gentle start", "when you want to see only the basics"),
    "explicit": Wording("no hidden parts", "when you want to see how the parts work"),
    "batteries": Wording("ready-made parts", "when you no longer want to build accounts and forms by hand"),
    "admin": Wording("ready-made admin", "when editors need pages for writing that you don't want to build"),
    "server_pages": Wording("server-rendered pages", "when you want to build pages that people read"),
    "json_api": Wording("JSON API", "when an app or another program needs your data"),
    "generated_docs": Wording("generated documentation", "when other developers use your data and need documentation"),
    "async": Wording("many requests at once", "when many requests arrive at once, or wait for other services"),
    "typed": Wording("checked types", "when you want type checks to find mistakes before your users find them"),
    "one_language": Wording("one language for all code", "when you also want to write code for the browser"),
    "conventions": Wording("common conventions", "when you join a team and want to find your way quickly"),
}

# The first words of a warning that a framework is hard to start with. The reason from path.yml follows.
START_WARNINGS = {
    "gentle_start": "The first steps are harder",
    "quick_start": "There is more to learn at the start",
}


class Decides(Enum):
    """Points for answers that name a language or frameworks. Their sizes decide which answer wins.

    A known framework loses points, so that the user learns something new. It outweighs the language, a team's framework
    outweighs both, and each of them outweighs all wishes.
    """

    LANGUAGE = 120
    KNOWN = -300
    TEAM = 600


@dataclass(frozen=True, eq=False)
class Choice:
    """A possible answer to a question. `restated` repeats it as a sentence about the user.

    `wishes` has the weights of traits. If the answer names frameworks, they are in `named`, and `decides` has their
    points.
    """

    name: str
    label: str
    restated: str
    wishes: Mapping[str, int] = field(default_factory=dict)
    decides: Decides | None = None
    named: frozenset[str] = frozenset()

    @cached_property
    def foremost(self) -> frozenset[str]:
        """The traits that have the largest weight in this answer."""
        most = max(self.wishes.values(), default=0)
        return frozenset(trait for trait, weight in self.wishes.items() if weight == most)


@dataclass(frozen=True)
class Question:
    """A question of `choose`. `why` tells the user the reason for asking it."""

    name: str
    text: str
    why: str
    choices: tuple[Choice, ...]

    def choice(self, name: str) -> Choice | None:
        """Return the choice with this name, or None."""
        return next((choice for choice in self.choices if choice.name == name), None)


# These wishes count for every user, even without answers.
EVERYBODY = Choice("", "", "Everyone wants to see a result soon", {"quick_start": 1, "gentle_start": 1})


def questions(templates: Sequence[Template]) -> tuple[Question, ...]:
    """Return all questions in the order in which they are asked."""
    made = {
        "know": tuple(map(_known, templates)),
        "language": _languages(templates),
        "team": tuple(map(_team, templates)),
    }
    complete = []
    for question in _QUESTIONS:
        names = {choice.name for choice in question.choices}  # a template with the name of a fixed choice is left out
        more = (choice for choice in made.get(question.name, ()) if choice.name not in names)
        complete.append(replace(question, choices=(*question.choices, *more)))
    return tuple(complete)


_KNOW = (
    Choice("new", "I'm new to programming", "You are new to programming", {"gentle_start": 3, "quick_start": 1}),
    Choice(
        "some", "I have written small programs", "You have written small programs", {"gentle_start": 1, "explicit": 1}
    ),
    Choice(
        "much",
        "I program for a living, but not with these frameworks",
        "You program for a living",
        {"typed": 1, "conventions": 1},
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
        "An API: data for an app or other programs",
        "You want to build an API",
        {"json_api": 3, "generated_docs": 2, "typed": 2},
    ),
    Choice(
        "app",
        "An interactive app with a front end in the browser",
        "You want to build an interactive app",
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
        "Put my own site on the web and keep it running",
        "You want to put your own site on the web",
        {"server_pages": 1, "batteries": 1, "admin": 1},
    ),
    Choice(
        "services",
        "Build services that other programs rely on",
        "You want to build services that other programs rely on",
        {"json_api": 1, "typed": 2},
    ),
    Choice(
        "both",
        "Build both sides: the browser and the server",
        "You want to build both the browser side and the server",
        {"one_language": 2},
    ),
    Choice(
        "job",
        "Work on the code of a company",
        "You want to work on a company's code",
        {"conventions": 2, "typed": 1},
    ),
)
_TIME = (
    Choice("days", "A weekend or a few evenings", "You have a few evenings", {"quick_start": 2}),
    Choice("weeks", "A few weeks", "You have a few weeks", {"quick_start": 1}),
    Choice(
        "months",
        "Months: I want to learn a lot",
        "You have months and want to learn a lot",
        {"batteries": 1, "conventions": 1},
    ),
)
_STYLE = (
    Choice(
        "wires",
        "By hand: I want to connect the parts myself",
        "You like to connect the parts yourself",
        {"explicit": 3},
    ),
    Choice(
        "box",
        "Ready-made: I want to use parts that already work together",
        "You like ready-made parts",
        {"batteries": 3},
    ),
)
_HANDLE = (
    Choice(
        "editors",
        "Editors who write, and readers with accounts",
        "Your project must handle editors and accounts",
        {"admin": 4, "batteries": 2},
    ),
    Choice(
        "crowds",
        "Many users at once: chat, streams, slow services",
        "Your project must handle many users at once",
        {"async": 4},
    ),
    Choice(
        "contract",
        "Data that must be correct, with documentation for others",
        "Your project must handle data that others rely on",
        {"generated_docs": 2, "typed": 2},
    ),
    Choice("little", "Nothing special", "Your project has no special demands", {"quick_start": 1}),
)


_TEAM = (Choice("none", "No, or I'm learning on my own", "No team chooses the framework for you"),)

# The questions with their fixed choices. `questions` adds the choices that are created from templates.
_QUESTIONS = (
    Question(
        "know",
        "What do you know already?",
        "Your answer shows how much will be new for you. "
        "If you know several frameworks, choose the framework that you used most.",
        _KNOW,
    ),
    Question(
        "language",
        "Which language do you want to write first?",
        "A language that you like makes the first weeks easier.",
        (),
    ),
    Question("build", "What do you want to build?", "Each framework is good for a different kind of project.", _BUILD),
    Question(
        "after",
        "What do you want to be able to do after the learning path?",
        "You can change the framework later. Choose a framework for your next goal.",
        _AFTER,
    ),
    Question(
        "time",
        "How much time do you have?",
        "A large framework takes longer to learn, but saves time later.",
        _TIME,
    ),
    Question(
        "style",
        "Do you prefer to connect the parts yourself, or to use ready-made parts?",
        "Some frameworks have more ready-made parts than others. You can learn well with both kinds.",
        _STYLE,
    ),
    Question(
        "team",
        "Does your team or employer use one of these frameworks?",
        "Colleagues who can help you are worth more than any feature.",
        _TEAM,
    ),
    Question(
        "handle",
        "What must your project handle?",
        "Some features, for example accounts or chat, are hard to add later.",
        _HANDLE,
    ),
)


def _known(template: Template) -> Choice:
    """Return the choice "I know this framework". It gives weight to traits in which the framework is weak."""
    lacking = {
        name: 1
        for name in WORDINGS
        if name in template.traits and template.traits[name].strength <= WEAK and name not in START_WARNINGS
    }
    label, restated = f"I have built something with {template.title}", f"You know {template.title}"
    return Choice(template.name, label, restated, lacking, Decides.KNOWN, frozenset((template.name,)))


def _team(template: Template) -> Choice:
    label, restated = f"Yes, {template.title}", f"Your team uses {template.title}"
    return Choice(template.name, label, restated, {}, Decides.TEAM, frozenset((template.name,)))


def _languages(templates: Sequence[Template]) -> tuple[Choice, ...]:
    named: dict[str, list[str]] = {}
    for template in templates:
        named.setdefault(template.language, []).append(template.name)
    return tuple(
        Choice(name.lower(), name, f"You want to write {name} first", {}, Decides.LANGUAGE, frozenset(named[name]))
        for name in sorted(named)
    )
