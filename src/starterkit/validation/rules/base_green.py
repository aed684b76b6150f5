"""The rule base-green: the base project's tests pass and are all listed, and its site responds."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from starterkit.git.worktree import write_files
from starterkit.process import TimeLimitReached, run
from starterkit.runtime.dev_server import free_port, serve
from starterkit.runtime.environment import Environment
from starterkit.template.model import BASE
from starterkit.testing.discovery import tests_in
from starterkit.testing.results import CheckResult
from starterkit.validation.model import Finding, Severity
from starterkit.validation.target import line_of_key
from starterkit.validation.workspace import RuleContext
from starterkit.yamlfile import did_you_mean

_RESET_SECONDS = 120.0
_MOST_SLOW = 3


def base_green(work: RuleContext) -> list[Finding]:
    """Check that the base project's tests pass and are all listed, and that its site responds."""
    result, _ = work.layer_run(BASE)
    failed = failures(work, BASE, result, "fails on base")
    findings = [*failed, *slow_tests(work, BASE, result), *unlisted(work, BASE, work.template.tests, "path.yml")]
    return findings if failed else [*findings, *_site_problems(work)]  # the site would fail for the same cause


def problems(work: RuleContext, result: CheckResult, label: str) -> list[Finding]:
    """Return a finding if a test run as a whole failed. `label` names the layer in the message."""
    if not result.problem:
        return []
    finding = work.finding(f"the test run on {label} failed: {result.problem}")
    return [replace(finding, breaks=(f"the run on {label}", *(test.test.id for test in result.red)))]


def failures(work: RuleContext, label: str, result: CheckResult, message: str) -> list[Finding]:
    """Return a finding for each cause of failing tests, or for a test run that failed as a whole."""
    red = [(test, message) for test in result.red if test.test.file]  # `unlisted` reports a test without a file
    return work.of_failures(label, red) or problems(work, result, label)


def slow_tests(work: RuleContext, label: str, result: CheckResult) -> list[Finding]:
    """Return a note if the new tests of a step (or of the base) exceed the limit in path.yml."""
    limit = work.template.validation.limits.step_seconds
    new = sorted((test for test in result.results if test.test.step == work.step), key=lambda test: -test.seconds)
    total = sum(test.seconds for test in new)
    if total <= limit:
        return []
    slowest = ", ".join(f"{test.test.id} ({test.seconds:.1f} s)" for test in new[:_MOST_SLOW])
    message = f"the tests of this step take {total:.1f} s, more than {limit} s. The slowest: {slowest}"
    return [work.finding_in(label, new[0].test.file, message, new[0].test.line, severity=Severity.NOTE)]


def unlisted(work: RuleContext, label: str, listed: Iterable[str], by: str) -> list[Finding]:
    """Return a finding for each test of a layer that isn't `listed`, and for each listed test that is missing.

    `by` is the file with the list: path.yml or a step.yml. Two tests with one name or title are a finding too. If a
    test was renamed, only its old name in the list is a finding.
    """
    listed_names = list(dict.fromkeys(listed))
    files = work.files(BASE) if label == BASE else work.own_files(label)
    tests = list(tests_in(work.template, {path: file.data for path, file in files.items()}))
    there = [test.id for _, test in tests]
    missing = [name for name in listed_names if name not in there]
    unknown = [name for name in there if name not in listed_names]
    renamed = {match for name in missing for match in get_close_matches(name, unknown, 1)}
    findings: list[Finding] = []
    earlier = () if label == BASE else work.subject.earlier_tests(work.step)
    titles = {test.sentence: test.id for test in earlier}
    seen: set[str] = set()
    for path, test in tests:
        if test.id in seen:
            message = f"{test.id}: two tests have this name"
            findings.append(work.finding_in(label, path, message, test.line))
        elif titles.setdefault(test.sentence, test.id) != test.id:
            message = f"{test.id}: the test {titles[test.sentence]} has the same title"
            findings.append(work.finding_in(label, path, message, test.line))
        seen.add(test.id)
        if test.id in unknown and test.id not in renamed:
            findings.append(work.finding_in(label, path, f"{test.id}: {by} doesn't list this test", test.line))
    for name in missing:
        message = f"{name}: {by} lists this test, but no test file has it. {did_you_mean(name, unknown or there)}"
        line = line_of_key(work.subject.folder / by, name)
        findings.append(replace(work.finding(message, by, line), breaks=(name,)))
    return findings


def _site_problems(work: RuleContext) -> list[Finding]:
    reset = work.template.commands.reset
    prepared = work.workspace.prepared(work.subject, BASE)
    folder = work.workspace.new_folder()
    write_files(folder, work.files(BASE))
    prepared.lend_to(folder)
    with work.workspace.slots.slot():
        if reset:
            finished = run(prepared.command(reset), cwd=folder, env=prepared.variables, timeout=_RESET_SECONDS)
            if finished.code != 0:
                tail = _last_line(finished.text_err or finished.text_out)
                return [work.finding(f"the command `reset` ended with exit code {finished.code}: {tail}", "path.yml")]
        problem = _problem_of_server(work, folder, prepared)
    return [work.finding(problem, "path.yml")] if problem else []


def _problem_of_server(work: RuleContext, folder: Path, prepared: Environment) -> str:
    port = free_port(8000 + random.SystemRandom().randrange(1000))
    with tempfile.TemporaryFile(dir=work.workspace.scratch) as output:
        try:
            with serve(folder, prepared, work.template.commands.run, port, output=output) as server:
                if server.poll() is None:
                    status = _status(port)
                    return f"the site answered the request for / with status {status}" if status >= 500 else ""
        except TimeLimitReached:
            return "the command `run` starts, but no server answers on its port"
        output.seek(0)
        tail = _last_line(output.read()[-4000:].decode("utf-8", "replace"))
    return f"the command `run` ended with exit code {server.returncode}: {tail}"


def _status(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 599
    finally:
        connection.close()


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it printed nothing"
