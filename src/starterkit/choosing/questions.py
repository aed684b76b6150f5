"""The questions: what is asked, why, and which traits each answer wishes for. No framework is known here by name.

What can be answered with a framework or a language is made of the templates that take part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from starterkit.choosing.traits import START_WARNINGS, WEAK, WORDINGS
from starterkit.template.model import Template


class Decides(Enum):
    """Answers that name something outright go before wishes: each outweighs all that stands above it here together."""

    LANGUAGE = 120
    KNOWN = -300
    TEAM = 600


@dataclass(frozen=True, eq=False)
class Choice:
    """One answer: its word, how the person would say it, how we say it back, and the weight of each trait wished for.

    `decides` is for an answer that names frameworks (`named`) outright.
    """

    name: str
    label: str
    said: str
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
    """A question with the reason why it is asked."""

    name: str
    words: str
    why: str
    choices: tuple[Choice, ...]

    def choice(self, name: str) -> Choice | None:
        """Return the choice of this name, or None."""
        return next((choice for choice in self.choices if choice.name == name), None)


# What counts for everybody, whatever they answer.
EVERYBODY = Choice("", "", "Whoever starts wants to see something work soon", {"quick_start": 1, "gentle_start": 1})


def questions(templates: Sequence[Template]) -> tuple[Question, ...]:
    """Return all questions, in the order in which they are asked."""
    made = {
        "know": tuple(map(_known, templates)),
        "language": _languages(templates),
        "team": tuple(map(_team, templates)),
    }
    return tuple(
        Question(name, words, why, _with_made(fixed, made.get(name, ()))) for name, words, why, fixed in _ASKED
    )


_KNOW = (
    Choice(
        "new",
        "Programming is new to me",
        "Programming is new to you",
        {"gentle_start": 3, "quick_start": 1},
    ),
    Choice(
        "some",
        "I have written small programs",
        "You have written small programs",
        {"gentle_start": 1, "explicit": 1},
    ),
    Choice(
        "much",
        "I program for a living, but not with these",
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
        "months",
        "Months: I want to go deep",
        "You have months and want to go deep",
        {"batteries": 1, "conventions": 1},
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

# Each question with the choices that are always there; those made of templates follow them.
_ASKED: tuple[tuple[str, str, str, tuple[Choice, ...]], ...] = (
    (
        "know",
        "What do you know already?",
        "What is familiar decides how much may be new at once. Of several, name the one that is most familiar.",
        _KNOW,
    ),
    (
        "language",
        "Which language do you want to write first?",
        "A language that you like carries you through the first weeks.",
        (),
    ),
    ("build", "What do you want to build?", "Each framework makes another kind of thing short.", _BUILD),
    (
        "after",
        "What do you want to be able to do after it?",
        "A first framework is for what you learn with it, not for life.",
        _AFTER,
    ),
    (
        "time",
        "How much time will you give it?",
        "What has much in the box takes longer to learn, and gives it back later.",
        _TIME,
    ),
    (
        "style",
        "Do you like to see every wire, or to have it all in the box?",
        "This is where frameworks differ most, and it is a matter of taste.",
        _STYLE,
    ),
    (
        "team",
        "Does your team or employer work in one of these?",
        "People to ask, and code to read, are worth more than any feature.",
        _TEAM,
    ),
    ("handle", "What must it handle?", "What is hard to add later should be there from the beginning.", _HANDLE),
)


def _with_made(fixed: tuple[Choice, ...], made: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """The fixed choices, then those made of templates; a template that is called like a fixed one stands back."""
    names = {choice.name for choice in fixed}
    return (*fixed, *(choice for choice in made if choice.name not in names))


def _known(template: Template) -> Choice:
    """To know a framework is to look for what it lacks; an easier beginning is not among that."""
    lacking = {
        name: 1
        for name in WORDINGS
        if name in template.traits and template.traits[name].strength <= WEAK and name not in START_WARNINGS
    }
    return Choice(
        template.name,
        f"I have built something with {template.title}",
        f"You know {template.title}",
        lacking,
        Decides.KNOWN,
        frozenset((template.name,)),
    )


def _team(template: Template) -> Choice:
    return Choice(
        template.name,
        f"Yes, in {template.title}",
        f"Your team works in {template.title}",
        {},
        Decides.TEAM,
        frozenset((template.name,)),
    )


def _languages(templates: Sequence[Template]) -> tuple[Choice, ...]:
    speaking: dict[str, list[Template]] = {}
    for template in templates:
        speaking.setdefault(template.language, []).append(template)
    return tuple(
        Choice(
            language.lower(),
            language,
            f"You want to write {language} first",
            {},
            Decides.LANGUAGE,
            frozenset(template.name for template in those),
        )
        for language, those in sorted(speaking.items())
    )
