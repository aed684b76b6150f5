"""One report in four forms: JSON, JUnit XML, the annotations of a CI provider, and lines for people."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from starterkit.validation.model import Finding, Report, RuleResult, Status

FORMAT = 1
# What XML 1.0 cannot hold; it becomes the sign for what cannot be shown.
_NOT_IN_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as docs/validation.md describes it."""
    return {
        "format": FORMAT,
        "clean": report.is_clean,
        "seconds": round(report.seconds, 3),
        "test_seconds": round(report.test_seconds, 3),
        "jobs": report.jobs,
        "from_cache": report.from_cache,
        "results": [_result(result) for result in report.results],
        "findings": [_finding(report, finding) for finding in report.findings],
    }


def _result(result: RuleResult) -> dict[str, Any]:
    return {
        "template": result.template,
        "step": result.step,
        "rule": result.rule.value,
        "status": result.status.value,
        "seconds": round(result.seconds, 3),
        "test_seconds": round(result.test_seconds, 3),
        "cached": result.cached,
        "score": None if result.score is None else round(result.score, 4),
        "skipped": result.skipped,
        "notes": list(result.notes),
        "findings": len(result.findings),
    }


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    return {
        "template": finding.template,
        "step": finding.step,
        "rule": finding.rule.value,
        "file": place_of(report, finding),
        "line": finding.line,
        "message": finding.message,
        "by_hand": finding.by_hand,
    }


def place_of(report: Report, finding: Finding) -> str:
    """Return a finding's file as it is reached from the folder that the command was typed in ("" for none)."""
    folder = report.folders.get(finding.template, "")
    if not finding.file:
        return ""
    whole = Path(folder, finding.file)
    try:
        return whole.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(whole)


def as_junit(report: Report) -> str:
    """Return the report as JUnit XML: a suite for each template and step, a case for each rule."""
    suites: dict[tuple[str, str], list[RuleResult]] = {}
    for result in report.results:
        suites.setdefault((result.template, result.step), []).append(result)
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<testsuites>"]
    for (template, step), results in suites.items():
        failed = sum(result.status is Status.FAILED for result in results)
        skipped = sum(result.status is Status.SKIPPED for result in results)
        counts = f'tests="{len(results)}" failures="{failed}" errors="0" skipped="{skipped}"'
        seconds = sum(result.seconds for result in results)
        lines.append(f'  <testsuite name={_attribute(f"{template}.{step}")} {counts} time="{seconds:.3f}">')
        lines += [line for result in results for line in _case(report, result)]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])


def _case(report: Report, result: RuleResult) -> Iterator[str]:
    head = f"name={_attribute(result.rule.value)} classname={_attribute(f'{result.template}.{result.step}')}"
    yield f'    <testcase {head} time="{result.seconds:.3f}">'
    if result.findings:
        first = _attribute(result.findings[0].message.split("\n")[0])
        text = "\n\n".join("\n".join(finding_lines(report, finding)) for finding in result.findings)
        yield f'      <failure message={first} type="finding">{escape(_plain(text))}</failure>'
    elif result.skipped:
        yield f"      <skipped message={_attribute(result.skipped)}/>"
    if result.notes:
        yield f"      <system-out>{escape(_plain(chr(10).join(result.notes)))}</system-out>"
    yield "    </testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_plain(text))


def _plain(text: str) -> str:
    return text.translate(_NOT_IN_XML)


def as_annotations(report: Report) -> list[str]:
    """Return a line for each finding in the form in which GitHub shows it beside the line of the file."""
    lines = []
    for finding in report.findings:
        place = place_of(report, finding)
        where = [f"file={_property(place)}"] if place else []
        where += [f"line={finding.line}"] if finding.line else []
        where.append(f"title={_property(f'{finding.template} · {finding.step} · {finding.rule.value}')}")
        lines.append(f"::error {','.join(where)}::{_data(f'{finding.message}{os.linesep}By hand: {finding.by_hand}')}")
    return lines


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


# --- for people -----------------------------------------------------------------------------------------------------


def step_lines(report: Report) -> Iterator[tuple[str, str, dict[Status, list[str]]]]:
    """Yield for each template and step its name, and the names of its rules by how they ended."""
    steps: dict[tuple[str, str], dict[Status, list[str]]] = {}
    for result in report.results:
        groups = steps.setdefault((result.template, result.step), {status: [] for status in Status})
        groups[result.status].append(shown_rule(result))
    for (template, step), groups in steps.items():
        yield template, step, groups


def shown_rule(result: RuleResult) -> str:
    """Return a rule's name with what is to be known of it: its score, or why it was skipped."""
    score = f" {result.score:.0%}" if result.score is not None else ""
    return f"{result.rule.value.replace('-', ' ')}{score}{' (cached)' if result.cached else ''}"


def finding_lines(report: Report, finding: Finding) -> list[str]:
    """Return a finding in lines: where, what, and the command that shows it."""
    place = place_of(report, finding)
    at = f"{place}:{finding.line}" if place and finding.line else place
    head = " · ".join(
        part for part in (finding.template, finding.step, finding.rule.value.replace("-", " "), at) if part
    )
    return [head, *(f"  {line}" for line in finding.message.split("\n")), f"  see it: {finding.by_hand}"]


def closing_line(report: Report) -> str:
    """Return the sentence that says how it went."""
    count = len(report.findings)
    rules = f"{len(report.results)} rule{'s' if len(report.results) != 1 else ''}"
    cached = f", {'all' if report.from_cache == len(report.results) else report.from_cache} from the cache"
    how = f"{rules} in {report.seconds:.1f} s{cached if report.from_cache else ''}"
    if not count:
        return f"Nothing found: {how}."
    return f"{count} finding{'s' if count != 1 else ''}: {how}."
