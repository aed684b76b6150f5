"""The rules that run tests: base green, red, green, no regression, alone."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from starterkit.git.objects import digest
from starterkit.process import TimeLimitReached, run
from starterkit.runtime.dev_server import free_port, serve
from starterkit.template.model import BASE
from starterkit.testing.discovery import found_tests
from starterkit.testing.results import CheckResult, ExpectedTest, Outcome, TestResult
from starterkit.validation.model import Finding
from starterkit.validation.workspace import RuleContext, write_files

# How an assertion ends the text of a failure: as pytest draws it, and as Node does.
_ASSERTED = re.compile(r"^E\s+(?:AssertionError\b|assert |Failed: )|ERR_ASSERTION", re.MULTILINE)
_RAISED = re.compile(r"^E\s+((?:\w+\.)*[A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt)?)(?::|$)", re.MULTILINE)
_COMMAND_SECONDS = 120.0
_PROCESSES = 2  # the same on every machine, so that a result does not hang on where it came from


def base_green(work: RuleContext) -> list[Finding]:
    """The base project's tests pass, all of them are listed, and its site answers."""
    result = work.layer_run(BASE).result
    found = [_red(work, BASE, one, "is red on base") for one in result.red]
    found += problems(work, result, "base")
    found += unlisted(work, BASE, work.subject.template.tests, "path.yml")
    return [*found, *_site_answers(work)]


def red(work: RuleContext) -> list[Finding]:
    """Every new test that is no guard fails on given by an assertion; every guard passes there."""
    result = work.layer_run(work.given).result
    found = problems(work, result, work.given)
    if work.subject.template.step(work.step).guards:
        work.notes.append("that a change in the solution turns each guard red is proven by `earned`")
    for one in result.results:
        if one.test.step != work.step:
            continue
        if one.test.guard:
            if one.is_red:
                found.append(_red(work, work.given, one, "is listed as a guard, but is red on given"))
        elif not one.is_red:
            why = "passes on given already; let it ask for more, or list it under `guards:` with the reason"
            found.append(work.of_test(work.given, one.test, why))
        else:
            found += _crashes(work, one)
    return found


def green(work: RuleContext) -> list[Finding]:
    """All tests pass on solution: in their order, and in random order in several processes at once."""
    result = work.layer_run(work.solution).result
    found = [_red(work, work.solution, one, "is red on solution") for one in result.red]
    found += problems(work, result, work.solution)
    if found:
        return found
    seed = int(digest(work.subject.digests[work.solution])[:8], 16)
    work.notes.append(f"random order with seed {seed}, in {_PROCESSES} processes at once")
    tests = list(work.subject.expected(work.step))
    random.Random(seed).shuffle(tests)  # noqa: S311  # no secret hangs on it
    slices = [part for part in (tests[start::_PROCESSES] for start in range(_PROCESSES)) if part]
    work.bench.prepared(work.subject, work.solution)
    with (
        work.bench.copy_of(work.subject, work.solution) as folder,
        work.bench.slots.one(),  # one slot for all, for they have to run at the same time
        ThreadPoolExecutor(len(slices)) as pool,
    ):
        run_part = partial(work.run, folder, work.solution, each=True, has_slot=True)
        results = list(pool.map(run_part, slices))
    for number, part in enumerate(results, 1):
        how = f"is red in random order beside another process (seed {seed}, process {number} of {len(slices)})"
        found += [_red(work, work.solution, one, how) for one in part.red]
    return found


def no_regression(work: RuleContext) -> list[Finding]:
    """The tests of base and of earlier steps pass on given."""
    result = work.layer_run(work.given).result
    earlier = [one for one in result.red if one.test.step != work.step]
    return [_red(work, work.given, one, f"of {one.test.step} is red on given") for one in earlier]


def alone(work: RuleContext) -> list[Finding]:
    """Each new test passes on its own, on its solution."""

    def run_one(test: ExpectedTest) -> list[Finding]:
        with work.bench.copy_of(work.subject, work.solution) as folder:
            result = work.run(folder, work.solution, [test], each=True)
        return [_red(work, work.solution, one, "is red when it runs alone") for one in result.red]

    found = work.bench.slots.map(run_one, work.subject.new_tests(work.step))
    return [finding for one in found for finding in one]


def problems(work: RuleContext, result: CheckResult, label: str) -> list[Finding]:
    """Return what went wrong with a run as a whole."""
    return [work.finding(f"the test run on {label}: {result.problem}")] if result.problem else []


def unlisted(work: RuleContext, label: str, listed: Iterable[str], by: str) -> list[Finding]:
    """Return a finding for each test that a layer brings and `by` does not list, and the other way round."""
    names = set(listed)
    own = work.subject.own_files.get(label) if label != BASE else work.files(BASE)
    found: list[Finding] = []
    there: set[str] = set()
    for path, file in sorted((own or {}).items()):
        if not work.subject.template.is_test_file(path):
            continue
        place = work.subject.where(label, path)
        for test in found_tests(path, file.data):
            if test.id in there:
                found.append(work.finding(f"{test.id}: there are two tests of this name", place, test.line))
            there.add(test.id)
            if test.id not in names:
                found.append(work.finding(f"{test.id}: {by} does not list this test", place, test.line))
    missing = [name for name in dict.fromkeys(listed) if name not in there]
    return [*found, *(work.finding(f"{name}: {by} lists it, but no test file brings it", by) for name in missing)]


def _red(work: RuleContext, label: str, one: TestResult, how: str) -> Finding:
    place = f" ({one.place})" if one.place else ""
    return work.of_test(label, one.test, f"{how}: {_first_line(one.message)}{place}")


def _first_line(message: str) -> str:
    return message.strip().split("\n")[0] if message.strip() else "no words"


def _crashes(work: RuleContext, one: TestResult) -> list[Finding]:
    """Tell when a red test asks for nothing, because something crashed on the way.

    An assertion is what a test is for. Another exception counts as red only where it comes out of a file that this
    given brings (a stub: `raise NotImplementedError`), for that is what the learner is asked to write. One from
    the test, from its support, or from older code of the site means that the test never came to its question.
    """
    if one.outcome is Outcome.DID_NOT_RUN:
        return [work.of_test(work.given, one.test, f"does not run on given: {_first_line(one.message)}")]
    if _ASSERTED.search(one.details):
        return []
    name = next(iter(reversed(_RAISED.findall(one.details))), "an exception")
    brought = work.subject.own_files[work.given]
    if one.place and one.place.file in brought and not work.subject.template.owns(one.place.file):
        return []
    where = f"in {one.place}" if one.place else f"in the test itself ({one.test_place or one.test.file})"
    words = f"fails on given by a crash and not by an assertion: {name} {where}: {_first_line(one.message)}"
    return [work.of_test(work.given, one.test, words)]


def _site_answers(work: RuleContext) -> list[Finding]:
    """Make the database of a fresh copy with the command `reset`, start the site, and ask it for its first page."""
    template = work.subject.template
    prepared = work.bench.prepared(work.subject, BASE)
    folder = work.bench.new_folder()
    write_files(folder, work.files(BASE))
    prepared.lend_to(folder)
    with work.bench.slots.one():
        if template.commands.reset:
            finished = run(
                prepared.command(template.commands.reset), cwd=folder, env=prepared.variables, timeout=_COMMAND_SECONDS
            )
            if finished.code != 0:
                tail = _last_line(finished.text_err or finished.text_out)
                return [work.finding(f"the command `reset` ends with exit code {finished.code}: {tail}", "path.yml")]
        return _asked(work, folder)


def _asked(work: RuleContext, folder: Path) -> list[Finding]:
    commands = work.subject.template.commands
    prepared = work.bench.prepared(work.subject, BASE)
    port = free_port(8000 + random.SystemRandom().randrange(1000))
    with tempfile.TemporaryFile(dir=work.bench.scratch) as output:
        try:
            with serve(folder, prepared, commands.run, port, output=output) as server:
                if server.poll() is None:
                    status = _status(port)
                    if status < 500:
                        return []
                    return [work.finding(f"the site answers / with status {status}", "path.yml")]
        except TimeLimitReached:
            return [work.finding("the command `run` starts, but nothing answers on its port", "path.yml")]
        output.seek(0)
        tail = _last_line(output.read()[-4000:].decode("utf-8", "replace"))
    return [work.finding(f"the command `run` ends with exit code {server.returncode}: {tail}", "path.yml")]


def _status(port: int) -> int:
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 599
    finally:
        connection.close()


def _last_line(text: str) -> str:
    lines: Sequence[str] = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it printed nothing"
