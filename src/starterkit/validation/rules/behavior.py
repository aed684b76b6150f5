"""The rule behavior: each test has its own behavior id, and docs/contract.md lists the id."""

from __future__ import annotations

from collections.abc import Iterator

from starterkit.template.model import BASE
from starterkit.validation.model import Finding
from starterkit.validation.target import line_of, line_of_key
from starterkit.validation.workspace import RuleContext
from starterkit.yamlfile import did_you_mean

_CONTRACT = "docs/contract.md"


def behavior(work: RuleContext) -> list[Finding]:
    """Check that each test has its own behavior id, and that the contract lists the id.

    A step needs no ids at all.
    """
    if work.step == BASE:
        name, tests, ids = "path.yml", work.template.tests, work.template.behavior
    else:
        step = work.template.step(work.step)
        name, tests, ids = f"steps/{step.name}/step.yml", step.tests, step.behavior
    file = work.subject.folder / name
    findings = []
    for test in tests if ids else ():
        if test not in ids:
            message = f"behavior: {test} has no id. If one test has an id, each test needs an id"
            findings.append(work.finding(message, name, line_of_key(file, "behavior")))
    for id, message in _problems(work, ids):
        findings.append(
            work.finding(f'behavior: "{id}" {message}', name, line_of(file, f": {id}") or line_of(file, id))
        )
    return findings


def _problems(work: RuleContext, ids: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each id that another test has, and each id that the project's contract doesn't list."""
    contract = work.files(BASE if work.step == BASE else work.given).get(_CONTRACT)
    known = contract.data.decode("utf-8", "replace").split("`")[1::2] if contract else None
    owners = _earlier(work)
    for test, id in ids.items():
        owner = owners.setdefault(id, test)
        if owner != test:
            yield id, f"is already the id of {owner}. Each test needs its own id"
        elif known is not None and id not in known:
            yield id, f"isn't in {_CONTRACT}. {did_you_mean(id, known)}"


def _earlier(work: RuleContext) -> dict[str, str]:
    """Return the tests of the base and of the earlier steps by their ids."""
    if work.step == BASE:
        return {}
    names = work.template.step_names
    earlier = [work.template.step(name).behavior for name in names[: names.index(work.step)]]
    return {id: test for ids in (work.template.behavior, *earlier) for test, id in ids.items()}
