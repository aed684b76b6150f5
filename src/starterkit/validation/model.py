"""The results of a validation: findings, the result of each rule and step, and the report."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from starterkit.errors import ExitCode
from starterkit.template.model import BASE


class Rule(StrEnum):
    """A rule that validation checks. The value is the name for `--only` and `--skip`."""

    RENDERS = "renders"
    PLAIN_COPIER = "plain-copier"
    BASE_GREEN = "base-green"
    RED = "red"
    GREEN = "green"
    NO_REGRESSION = "no-regression"
    ALONE = "alone"
    TWO_WAYS = "two-ways"
    CARRIES = "carries"
    EARNED = "earned"
    HINTS = "hints"
    LESSON = "lesson"
    REVIEW = "review"
    BEHAVIOR = "behavior"
    WORDING = "wording"
    FILES = "files"
    CLEAN = "clean"
    SAFE = "safe"


class Severity(StrEnum):
    """How serious a finding is. Only errors make a validation fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Status(StrEnum):
    """The outcome of a rule. Each word is clear without its color."""

    OK = "ok"
    FAILED = "FAILED"
    SKIPPED = "skipped"


# Some rules check only the base, and some check the base and each step. All other rules check each step.
_BASE_ONLY = (Rule.PLAIN_COPIER, Rule.BASE_GREEN)
_BASE_TOO = (Rule.RENDERS, Rule.BEHAVIOR, Rule.FILES, Rule.CLEAN, Rule.SAFE)
BASE_RULES = tuple(rule for rule in Rule if rule in (*_BASE_ONLY, *_BASE_TOO))
STEP_RULES = tuple(rule for rule in Rule if rule not in _BASE_ONLY)


EVERY_TEST = "every test"


@dataclass(frozen=True)
class Finding:
    """A problem in a template. `file` is relative to the template's folder ("": none).

    `line` counts from 1 (0: none). `exit_code` is the exit code of a validation that finds only this problem:
    `RED` for a defect, `USAGE` for an invalid file, `ENVIRONMENT` if the machine lacks something. `breaks` names the
    tests that can't pass because of this problem.
    """

    template: str
    step: str
    rule: Rule
    file: str
    line: int
    message: str
    by_hand: str  # a command that shows the problem
    severity: Severity = Severity.ERROR
    exit_code: ExitCode = ExitCode.RED
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleResult:
    """The result of one rule for one step (or for `base`).

    `seconds` is the total time and `test_seconds` the time of its test runs, from an earlier validation if `cached`.
    `skipped` is the reason why the rule didn't run. `score` is the share of mutants that a test detected.
    `lines_by_test` has, for each test and file, the lines whose mutants make the test fail.
    """

    template: str
    step: str
    rule: Rule
    seconds: float = 0.0
    test_seconds: float = 0.0
    cached: bool = False
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    score: float | None = None
    lines_by_test: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    skipped: str = ""

    @property
    def status(self) -> Status:
        if self.errors:
            return Status.FAILED
        return Status.SKIPPED if self.skipped else Status.OK

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """The findings that don't make a validation fail: warnings and notes."""
        return tuple(finding for finding in self.findings if finding.severity is not Severity.ERROR)


@dataclass(frozen=True)
class Report:
    """The report of a validation: all results, sorted by template, step and rule.

    `seconds` is the duration. `jobs` is how many programs ran at once. `folders` has the templates' folders by name.
    """

    results: tuple[RuleResult, ...]
    seconds: float
    jobs: int
    folders: dict[str, str] = field(default_factory=dict)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for result in self.results for finding in result.findings)

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for result in self.results for finding in result.errors)

    @property
    def is_clean(self) -> bool:
        """True if no finding is an error."""
        return not self.errors

    @property
    def exit_code(self) -> ExitCode:
        """The exit code. An invalid file wins over a problem of this machine, and this wins over a defect."""
        codes = {finding.exit_code for finding in self.errors}
        order = (ExitCode.USAGE, ExitCode.ENVIRONMENT, ExitCode.RED)
        return next((code for code in order if code in codes), ExitCode.DONE)

    def count(self, severity: Severity) -> int:
        """Return the number of findings with this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def from_cache(self) -> int:
        """The number of results from the cache."""
        return sum(result.cached for result in self.results)

    @property
    def test_seconds(self) -> float:
        """The total time of this validation's test runs, in seconds."""
        return sum(result.test_seconds for result in self.results if not result.cached)


def scope(step: str) -> tuple[Rule, ...]:
    """Return the rules that apply to a step (or `base`)."""
    return BASE_RULES if step == BASE else STEP_RULES
