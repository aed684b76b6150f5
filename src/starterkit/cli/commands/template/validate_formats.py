"""Format a validation report for other programs: JSON, JUnit XML and GitHub annotations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from starterkit.cli.console.console import pick
from starterkit.errors import ExitCode
from starterkit.validation.model import Finding, Report, RuleResult, Severity, Status

FORMAT = 1
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}  # GitHub's words
# XML 1.0 doesn't allow these characters, so they become the replacement character.
_NOT_IN_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")


def as_json(report: Report) -> dict[str, Any]:
    """Return the report in the JSON format of docs/validation.md."""
    return {
        "format": FORMAT,
        "clean": report.is_clean,
        "exit_code": int(report.exit_code),
        "seconds": round(report.seconds, 3),
        "test_seconds": round(report.test_seconds, 3),
        **pick(report, "jobs", "from_cache"),
        **{f"{severity}s": report.count(severity) for severity in Severity},
        "results": [_result(result) for result in report.results],
        "findings": [_finding(report, finding) for finding in report.findings],
    }


def _result(result: RuleResult) -> dict[str, Any]:
    return {
        **pick(result, "template", "step", "rule", "status"),
        "seconds": round(result.seconds, 3),
        "test_seconds": round(result.test_seconds, 3),
        "cached": result.cached,
        "score": None if result.score is None else round(result.score, 4),
        **pick(result, "lines_by_test", "skipped", "notes"),
        "findings": len(result.findings),
    }


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    file = file_of(report, finding)
    return {
        **pick(finding, "template", "step", "rule", "severity"),
        "file": file,
        **pick(finding, "line", "message", "by_hand"),
        "exit_code": int(finding.exit_code),
    }


def file_of(report: Report, finding: Finding) -> str:
    """Return the path of a finding's file for messages, or "" if the finding has no file.

    The path is relative if the file is in the current folder. Otherwise it is absolute.
    """
    if not finding.file:
        return ""
    file = Path(report.folders.get(finding.template, ""), finding.file)
    return file.relative_to(Path.cwd()).as_posix() if file.is_relative_to(Path.cwd()) else str(file)


def place_of(report: Report, finding: Finding) -> str:
    """Return a finding's file and line, such as `path.yml:3`, or "" if the finding has no file."""
    file = file_of(report, finding)
    return f"{file}:{finding.line}" if file and finding.line else file


def finding_lines(report: Report, finding: Finding) -> list[str]:
    """Return a finding as lines of text: its location, its message, and the command that reproduces it."""
    at = place_of(report, finding)
    head = " · ".join(filter(None, (finding.template, finding.step, finding.rule.value.replace("-", " "), at)))
    return [head, *(f"  {line}" for line in finding.message.split("\n")), f"  to reproduce: {finding.by_hand}"]


def located(report: Report, finding: Finding) -> str:
    """Return a finding's location and message."""
    return ": ".join(filter(None, (place_of(report, finding), finding.message)))


def as_junit(report: Report) -> str:
    """Return the report as JUnit XML. Each template and step is a suite, and each rule is a test case."""
    root, suites = Element("testsuites"), dict[str, list[RuleResult]]()
    for result in report.results:
        suites.setdefault(f"{result.template}.{result.step}", []).append(result)
    for name, results in suites.items():
        suite = SubElement(root, "testsuite", name=_xml(name), tests=str(len(results)))
        failed = [_element_of(result) for result in results if result.status is Status.FAILED]
        suite.set("failures", str(failed.count("failure")))
        suite.set("errors", str(failed.count("error")))
        suite.set("skipped", str(sum(result.status is Status.SKIPPED for result in results)))
        suite.set("time", f"{sum(result.seconds for result in results):.3f}")
        for result in results:
            case = SubElement(suite, "testcase", name=result.rule.value, classname=_xml(name))
            case.set("time", f"{result.seconds:.3f}")
            if result.errors:
                title = result.errors[0].message.split("\n")[0]
                failure = SubElement(case, _element_of(result), message=_xml(title), type="finding")
                findings = ("\n".join(finding_lines(report, finding)) for finding in result.errors)
                failure.text = _xml("\n\n".join(findings))
            elif result.skipped:
                SubElement(case, "skipped", message=_xml(result.skipped))
            remarks = (f"{finding.severity}: {located(report, finding)}" for finding in result.remarks)
            notes = [*remarks, *result.notes]
            if notes:
                SubElement(case, "system-out").text = _xml("\n".join(notes))
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, "unicode")}\n'


def _element_of(result: RuleResult) -> str:
    """Return the JUnit element of a failed result: `error` if the rule couldn't run."""
    return "failure" if any(finding.exit_code is ExitCode.RED for finding in result.errors) else "error"


def _xml(string: str) -> str:
    return string.translate(_NOT_IN_XML)


def as_annotations(report: Report) -> list[str]:
    """Return one line per finding. In a CI log, GitHub turns these lines into annotations of the files."""
    lines = []
    for finding in report.findings:
        file = file_of(report, finding)
        properties = [f"file={_property(file)}"] if file else []
        properties += [f"line={finding.line}"] if finding.line else []
        properties.append(f"title={_property(f'{finding.template} · {finding.step} · {finding.rule.value}')}")
        message = _data(f"{finding.message}{os.linesep}To reproduce: {finding.by_hand}")
        lines.append(f"::{_LEVELS[finding.severity]} {','.join(properties)}::{message}")
    return lines


def _data(string: str) -> str:
    return string.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(string: str) -> str:
    return _data(string).replace(":", "%3A").replace(",", "%2C")
