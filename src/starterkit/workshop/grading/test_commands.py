"""How the tests of each kind of project are started in a sandbox, with the harness that reports them."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path, PurePosixPath

import starterkit.workshop.harness as harness
from starterkit.errors import UsageError
from starterkit.testing.stalled import is_node_test, is_pytest
from starterkit.workshop.grading.environments import GradingPackages
from starterkit.workshop.grading.reference_tests import ReferenceTests

HARNESS = Path(harness.__file__).parent
# The test clients of frameworks: imported before the site, and looked at after the tests.
_CLIENTS = ("flask.testing", "werkzeug.test", "starlette.testclient", "django.test.client", "asgiref.testing")
_NODE_TEST = "--test"
_NODE_TIMEOUT = re.compile(r"--test-timeout=(\d+)")
_MILLISECONDS = 60_000


@cache
def harness_fingerprint() -> str:
    """Return one word for the harness as it is: another one may judge otherwise."""
    total = hashlib.sha256()
    for file in sorted(HARNESS.iterdir()):
        if file.is_file():
            total.update(file.name.encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:16]


def check_kind(pristine: ReferenceTests) -> None:
    """Raise `UsageError` where the path's tests are started in a way that grading does not know."""
    command = pristine.template.commands.test
    if not (is_pytest(command) or is_node_test(command)):
        raise UsageError(
            "`workshop grade` knows tests that pytest or Node's own test runner runs; "
            f"those of {pristine.template.title} are run otherwise.",
            "`starterkit check --pristine` in a project runs them without a sandbox.",
        )


def test_command(pristine: ReferenceTests, packages: GradingPackages) -> list[str]:
    """Return the command that runs the path's tests under the harness; `{secret}` and `{report}` are its pipes."""
    make = _pytest_command if is_pytest(pristine.template.commands.test) else _node_command
    return make(pristine, packages)


def _digests(pristine: ReferenceTests) -> dict[str, str]:
    return {name: hashlib.sha256(pristine.files[name].data).hexdigest() for name in pristine.test_files}


def _pytest_command(pristine: ReferenceTests, packages: GradingPackages) -> list[str]:
    words = pristine.template.commands.test[3:]
    given = [word for word in words if "{report}" not in word and "{tests}" not in word]
    clients = [one for one in _CLIENTS if one.partition(".")[0] in packages.taken]
    settings = {
        "tests": _digests(pristine),
        "trusted": sorted(pristine.files),
        "preload": [*pristine.used_modules, *clients],
        "clients": clients,
        "plugins": packages.plugins,
        "arguments": [*_configuration(pristine), *given, *pristine.test_files],
    }
    program = packages.prepared.programs["python"]
    return [program, "-I", "-B", str(HARNESS / "python_tests.py"), json.dumps(settings), "{secret}", "{report}"]


def _configuration(pristine: ReferenceTests) -> list[str]:
    """What makes pytest read the path's configuration, whatever else lies there."""
    for name in ("pytest.ini", ".pytest.ini", "pyproject.toml"):
        if name in pristine.files:
            return ["-c", name]
    return ["-c", "/dev/null"]


def _node_command(pristine: ReferenceTests, packages: GradingPackages) -> list[str]:
    """The options of the path's command stay, but those of the test runner: the harness calls it by itself."""
    words = pristine.template.commands.test[1:]
    given = [word for word in words if word.startswith("--") and not word.startswith(_NODE_TEST)]
    limits = [int(found[1]) for found in map(_NODE_TIMEOUT.fullmatch, words) if found]
    folders = {str(PurePosixPath(name).parent) for name in pristine.test_files}
    support = [
        name
        for name in sorted(pristine.files)
        if name not in pristine.test_files
        and PurePosixPath(name).suffix in (".js", ".mjs", ".cjs")
        and str(PurePosixPath(name).parent) in folders
    ]
    settings = {
        "tests": _digests(pristine),
        "trusted": sorted(pristine.files),
        "support": support,
        "name": json.loads(pristine.declaration).get("name", ""),
        "preload": pristine.used_modules,
        "timeout": limits[-1] if limits else _MILLISECONDS,
    }
    reporter = f"--test-reporter={HARNESS / 'node_reporter.mjs'}"
    program = packages.prepared.programs["node"]
    options = [*given, reporter, "--test-reporter-destination=stdout"]
    return [program, *options, str(HARNESS / "node_tests.mjs"), json.dumps(settings), "{secret}", "{report}"]
