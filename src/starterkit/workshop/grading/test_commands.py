"""Builds the commands that run Python and Node tests in a sandbox, with the test harness."""

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
# The harness imports these test clients before the submission's code. After the tests, it reports replaced functions.
_CLIENTS = ("flask.testing", "werkzeug.test", "starlette.testclient", "django.test.client", "asgiref.testing")
_NODE_TIMEOUT = re.compile(r"--test-timeout=(\d+)")
_DEFAULT_MILLISECONDS = 60_000


@cache
def harness_fingerprint() -> str:
    """Return a digest of the harness's files. If it changes, earlier verdicts aren't reused."""
    total = hashlib.sha256()
    for file in sorted(HARNESS.iterdir()):
        if file.is_file():
            total.update(file.name.encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:16]


def check_kind(pristine: ReferenceTests) -> None:
    """Raise `UsageError` unless the tests run with pytest or Node's test runner."""
    command = pristine.template.commands.test
    if not (is_pytest(command) or is_node_test(command)):
        raise UsageError(
            f"`starterkit workshop grade` can't run the tests of {pristine.template.title}. "
            "The command supports only pytest and Node's test runner.",
            "To run the tests in a project without a sandbox, type `starterkit check --pristine`.",
        )


def test_command(pristine: ReferenceTests, packages: GradingPackages) -> list[str]:
    """Return the command that runs a step's tests with the harness.

    Its placeholders `{secret}` and `{report}` stand for the file descriptors of two pipes.
    """
    make = _pytest_arguments if is_pytest(pristine.template.commands.test) else _node_arguments
    arguments, settings = make(pristine, packages)
    settings["tests"] = {name: hashlib.sha256(pristine.files[name].data).hexdigest() for name in pristine.test_files}
    settings["trusted"] = sorted(pristine.files)
    settings["last"] = [test.id for test in pristine.tests if test.is_stretch]
    settings["left_out"] = [test.id for test in pristine.tests if not test.is_here]
    return [*arguments, json.dumps(settings), "{secret}", "{report}"]


def _pytest_arguments(pristine: ReferenceTests, packages: GradingPackages) -> tuple[list[str], dict[str, object]]:
    options = pristine.template.commands.test[3:]
    given = [option for option in options if "{report}" not in option and "{tests}" not in option]
    clients = [client for client in _CLIENTS if client.partition(".")[0] in packages.taken]
    # pytest must never read a configuration file of the submission. So `-c` names the path's file, or an empty one.
    configurations = [name for name in ("pytest.ini", ".pytest.ini", "pyproject.toml") if name in pristine.files]
    settings: dict[str, object] = {
        "preload": [*pristine.used_modules, *clients],
        "clients": clients,
        "plugins": packages.plugins,
        "arguments": ["-c", (*configurations, "/dev/null")[0], *given, *pristine.test_files],
    }
    return [packages.prepared.programs["python"], "-I", "-B", str(HARNESS / "run_pytest.py")], settings


def _node_arguments(pristine: ReferenceTests, packages: GradingPackages) -> tuple[list[str], dict[str, object]]:
    """Return the harness's command and settings for Node's test runner.

    The options of the path's test command are kept, but not `--test…`: the harness sets these itself.
    """
    options = pristine.template.commands.test[1:]
    given = [option for option in options if option.startswith("--") and not option.startswith("--test")]
    timeouts = [int(match[1]) for match in map(_NODE_TIMEOUT.fullmatch, options) if match]
    folders = {PurePosixPath(name).parent for name in pristine.test_files}
    files = (PurePosixPath(name) for name in sorted(set(pristine.files).difference(pristine.test_files)))
    settings: dict[str, object] = {
        "support": [str(file) for file in files if file.suffix in (".js", ".mjs", ".cjs") and file.parent in folders],
        "name": json.loads(pristine.declaration).get("name", ""),
        "preload": pristine.used_modules,
        "timeout": timeouts[-1] if timeouts else _DEFAULT_MILLISECONDS,
    }
    reporter = [f"--test-reporter={HARNESS / 'node_reporter.mjs'}", "--test-reporter-destination=stdout"]
    return [packages.prepared.programs["node"], *given, *reporter, str(HARNESS / "node_tests.mjs")], settings
