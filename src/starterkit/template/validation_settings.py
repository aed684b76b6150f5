"""The key `validation` of path.yml: skipped rules, limits, and accepted findings."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from starterkit.yamlfile import Value

_LARGEST = 100_000


@dataclass(frozen=True)
class Limits:
    """What the rules of `template validate` compare with. docs/authoring.md describes each limit."""

    lesson_sections: tuple[str, ...] = ("Why", "The idea", "Your task", "See it", "Next")
    lesson_stretch: str = "Stretch"
    lesson_box: str = "In the other frameworks"
    lesson_min_words: int = 300
    lesson_max_words: int = 700
    belittling_words: tuple[str, ...] = ("simply", "just", "obviously", "easy")
    min_hints: int = 2
    max_hints: int = 3
    sentence_words: int = 20
    title_words: int = 14
    step_seconds: int = 10


@dataclass(frozen=True)
class SkippedRule:
    """A rule that doesn't check this template. `line` is its line in path.yml."""

    rule: str
    reason: str
    line: int


@dataclass(frozen=True)
class AcceptedFinding:
    """A finding that isn't reported. `message` is a part of its message, and `line` the entry's line in path.yml."""

    rule: str
    file: str
    message: str
    reason: str
    line: int


@dataclass(frozen=True)
class ValidationSettings:
    """How `template validate` checks this template."""

    skip: tuple[SkippedRule, ...] = ()
    limits: Limits = field(default_factory=Limits)
    accepted: tuple[AcceptedFinding, ...] = ()


def read_validation_settings(value: Value) -> ValidationSettings:
    """Read the value of `validation`. Raises `FileError` if it is invalid. The names of rules aren't checked."""
    keys = value.mapping((), ("skip", "limits", "accepted"))
    skip = keys["skip"].mapping(optional=None) if "skip" in keys else {}
    return ValidationSettings(
        skip=tuple(SkippedRule(rule, reason.text(), reason.line) for rule, reason in skip.items()),
        limits=_limits(keys["limits"]) if "limits" in keys else Limits(),
        accepted=tuple(map(_accepted, keys["accepted"].items())) if "accepted" in keys else (),
    )


def _limits(value: Value) -> Limits:
    keys = value.mapping((), tuple(limit.name for limit in fields(Limits)))
    return replace(Limits(), **{name: _limit(entry, getattr(Limits, name)) for name, entry in keys.items()})


def _limit(value: Value, default: object) -> Any:
    if isinstance(default, tuple):
        return value.texts()
    return value.text() if isinstance(default, str) else value.integer(0, _LARGEST)


def _accepted(value: Value) -> AcceptedFinding:
    keys = value.mapping(("rule", "file", "message", "reason"))
    return AcceptedFinding(**{name: text.text() for name, text in keys.items()}, line=value.line)
