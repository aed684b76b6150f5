"""`starterkit template validate` as a program: exit codes, the cache, an interruption, malformed templates."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from starterkit.validation.model import Rule
from tests.support.validating import SOUND, Case, validated

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def starterkit(*args: str, cache: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "starterkit", "template", *args]
    return subprocess.run(
        command, cwd=cwd, env=environment(cache), capture_output=True, text=True, timeout=120, check=False
    )


def environment(cache: Path) -> dict[str, str]:
    return {**os.environ, "XDG_CACHE_HOME": str(cache), "COLUMNS": "80", "NO_COLOR": "1"}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    shutil.copytree(SOUND, tmp_path / "sound")
    return tmp_path / "sound"


def test_a_clean_step_exits_0_and_the_second_time_answers_from_the_cache(cache: Path, sound: Path) -> None:
    words = ("validate", "sound", "--step", "02", "--only", "red", "--only", "hints", "--only", "lesson")

    first = starterkit(*words, cache=cache, cwd=sound.parent)
    second = starterkit(*words, "--json", cache=cache, cwd=sound.parent)
    third = starterkit(*words, "--no-cache", cache=cache, cwd=sound.parent)

    assert first.returncode == 0, first.stdout + first.stderr
    assert "ok red, hints, lesson" in first.stdout
    answer = json.loads(second.stdout)
    assert (answer["clean"], answer["from_cache"]) == (True, 3)
    assert all(result["cached"] for result in answer["results"])
    assert "from the cache" not in third.stdout


def test_a_changed_list_of_stretch_tests_is_not_answered_from_the_cache(cache: Path, tmp_path: Path) -> None:
    template = Case("stretch-tests", "correct").make(tmp_path)
    validated(template, cache, ["02-counting"], [Rule.RED])
    file = template / "steps/02-counting/step.yml"
    file.write_text(file.read_text("utf-8").replace("stretch: [test_two_spaces_are_no_word]\n", ""), "utf-8")

    (result,) = validated(template, cache, ["02-counting"], [Rule.RED]).results

    assert not result.cached


def test_findings_exit_1_in_every_form(cache: Path, tmp_path: Path) -> None:
    Case("lesson-belittles").make(tmp_path)

    words = ("validate", "sound", "--step", "02", "--only", "lesson", "--github", "--junit", "reports/junit.xml")
    done = starterkit(*words, cache=cache, cwd=tmp_path)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "02-counting     FAILED lesson" in done.stdout
    assert "sound · 02-counting · lesson · sound/steps/02-counting/lesson.md:" in done.stdout
    assert "to reproduce: starterkit template validate sound --step 02-counting --only lesson --no-cache" in done.stdout
    assert "::error file=sound/steps/02-counting/lesson.md,line=" in done.stdout
    assert 'classname="sound.02-counting"' in (tmp_path / "reports" / "junit.xml").read_text("utf-8")


def test_the_tests_get_no_variables_of_the_shell(cache: Path, sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit_test(sound, "import os\n\n    assert 'SECRET' not in os.environ, 'a secret'\n    visit('/count').says('0')")
    monkeypatch.setenv("SECRET", "x")

    done = starterkit("validate", "sound", "--step", "02", "--only", "green", cache=cache, cwd=sound.parent)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_green_of_a_flaky_test_is_cached_only_after_repetitions(cache: Path, sound: Path) -> None:
    fails = sound.parent / "fails"
    fails.touch()
    edit_test(sound, f"from pathlib import Path\n\n    assert not Path({str(fails)!r}).exists(), 'bad luck'")
    words = ("validate", "sound", "--step", "02", "--only", "green", "--json")

    answers = []
    for more in ([], ["--no-cache"], [], ["--repeat", "2"], []):
        answers.append(json.loads(starterkit(*words, *more, cache=cache, cwd=sound.parent).stdout))
        fails.unlink(missing_ok=True)

    results = [answer["results"][0] for answer in answers]
    assert [result["status"] for result in results] == ["FAILED", "ok", "FAILED", "ok", "ok"]
    assert [result["cached"] for result in results] == [False, False, True, False, True]
    assert "--repeat 5" in results[1]["notes"][-1]
    assert len(results[3]["notes"]) == 2


def edit_test(template: Path, code: str) -> None:
    """Replace the last line of step 02's test file."""
    test = template / "steps/02-counting/given/tests/test_02_counting.py"
    test.write_text(test.read_text("utf-8").replace('visit("/count").says("0")', code), "utf-8")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("validate", "nowhere"), 'Unknown template "nowhere"'),
        (("validate", "sound", "--step", "09"), "Unknown step 09"),
        (("validate", "sound", "--only", "reds"), 'Did you mean "red"'),
        (("validate", "sound", "--jobs", "0"), "Invalid --jobs"),
        (("validate", "sound", "--shard", "3/2"), 'Invalid --shard "3/2"'),
        (("validate", "https://example.org/template.git"), "--trust"),
    ],
)
def test_wrong_usage_exits_2(cache: Path, sound: Path, words: tuple[str, ...], says: str) -> None:
    done = starterkit(*words, cache=cache, cwd=sound.parent)

    assert done.returncode == 2, done.stdout + done.stderr
    assert says in done.stderr


@pytest.mark.parametrize("name", ["foreign", "external_solutions"])
def test_only_the_deprecated_folder_of_external_solutions_gives_a_warning(cache: Path, sound: Path, name: str) -> None:
    solution = sound / name / "ada" / "01-greeting"
    shutil.copytree(sound / "steps/01-greeting/solution", solution)

    done = starterkit("validate", "sound", "--step", "02", "--only", "carries", cache=cache, cwd=sound.parent)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "external solutions: 1" in done.stdout
    warning = "Warning: sound: the folder foreign/ is deprecated.\nRename the folder to external_solutions/."
    assert (warning in done.stderr) == (name == "foreign")


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("path.yml", "summary:", "sumary:", 'unknown key "sumary"'),
        ("steps/01-greeting/step.yml", "minutes: 10", "minutes: soon", "expected a whole number"),
        ("steps/02-counting/lesson.md", "counts", "counts \udcff", "UTF-8"),
    ],
)
def test_a_malformed_template_exits_2_with_the_file_and_no_traceback(
    cache: Path, sound: Path, file: str, old: str, new: str, says: str
) -> None:
    text = (sound / file).read_text("utf-8").replace(old, new, 1)
    (sound / file).write_bytes(text.encode("utf-8", "surrogateescape"))

    done = starterkit("validate", "sound", cache=cache, cwd=sound.parent)

    assert done.returncode == 2, done.stdout + done.stderr
    assert says in done.stdout
    assert f"sound/{file}" in done.stdout
    assert "Traceback" not in done.stderr


def test_every_malformed_file_of_every_template_reaches_every_format(cache: Path, sound: Path) -> None:
    other = sound.parent / "other"
    shutil.copytree(sound, other)
    for file in (sound / "path.yml", sound / "steps/02-counting/step.yml", other / "steps/01-greeting/step.yml"):
        file.write_text(f"unknown: 1\n{file.read_text('utf-8')}", "utf-8")
    (other / "steps/02-counting/lesson.md").unlink()

    done = starterkit(*formats("sound", "other"), cache=cache, cwd=sound.parent)

    assert done.returncode == 2, done.stdout + done.stderr
    assert reported(done, sound.parent, 2) == [
        ("base", "sound/path.yml", 1),
        ("02-counting", "sound/steps/02-counting/step.yml", 1),
        ("01-greeting", "other/steps/01-greeting/step.yml", 1),
        ("02-counting", "other/steps/02-counting/lesson.md", 0),
    ]


def test_a_pin_that_does_not_exist_is_one_finding_in_the_pins(cache: Path, sound: Path) -> None:
    pins = sound / "project/requirements.txt"
    pins.write_text(pins.read_text("utf-8").replace("iniconfig==", "iniconfig==99."), "utf-8")

    rules = ("--only", "red", "--only", "green")
    done = starterkit(*formats("sound"), *rules, cache=cache, cwd=sound.parent)

    assert done.returncode == 2, done.stdout + done.stderr
    assert reported(done, sound.parent, 2) == [("01-greeting", "sound/project/requirements.txt", 0)]


def test_what_the_machine_lacks_reaches_every_format_once(
    cache: Path, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pins = sound / "project/requirements.txt"
    pins.write_text(f"{pins.read_text('utf-8')}# not yet installed\n", "utf-8")
    shutil.copytree(sound, sound.parent / "other")
    path = sound.parent / "other/path.yml"
    path.write_text(path.read_text("utf-8").replace("name: sound", "name: other"), "utf-8")
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(sound.parent / "empty"))

    rules = ("--only", "red", "--only", "green", "--only", "hints")
    done = starterkit(*formats("sound", "other"), *rules, cache=cache, cwd=sound.parent)

    assert done.returncode == 4, done.stdout + done.stderr
    assert reported(done, sound.parent, 4) == [("01-greeting", "", 0)] * 2
    answer = json.loads(done.stdout)
    of_each_template = ["FAILED", "skipped", "ok", "skipped", "skipped", "ok"]
    assert [result["status"] for result in answer["results"]] == of_each_template * 2


def formats(*names: str) -> tuple[str, ...]:
    return ("validate", *names, "--json", "--github", "--junit", "junit.xml")


def reported(done: subprocess.CompletedProcess[str], folder: Path, code: int) -> list[tuple[str, str, int]]:
    """The step, file and line of each finding, which must be the same in JSON, JUnit and GitHub's annotations."""
    answer = json.loads(done.stdout)
    findings = answer["findings"]
    assert {finding["exit_code"] for finding in findings} == {answer["exit_code"]} == {code}
    suites = ElementTree.parse(folder / "junit.xml").getroot().findall("testsuite")
    errors = [error.text or "" for error in ElementTree.parse(folder / "junit.xml").getroot().iter("error")]
    assert sum(int(suite.get("errors", "")) for suite in suites) == len(errors)
    annotations = [line for line in done.stderr.splitlines() if line.startswith("::error")]
    first_lines = [finding["message"].partition("\n")[0] for finding in findings]
    assert len(annotations) == len(findings)
    assert all(line in annotation for line, annotation in zip(first_lines, annotations, strict=True))
    assert all(any(line in error for error in errors) for line in first_lines)
    return [(finding["step"], finding["file"], finding["line"]) for finding in findings]


def test_a_link_in_a_step_is_refused(cache: Path, sound: Path) -> None:
    (sound / "steps" / "01-greeting" / "given" / "passwords").symlink_to("/etc/passwd")

    done = starterkit("validate", "sound", cache=cache, cwd=sound.parent)

    assert done.returncode == 2
    assert "can't contain links" in done.stdout


def test_what_a_step_removes_must_be_there(cache: Path, sound: Path) -> None:
    step = sound / "steps" / "02-counting" / "step.yml"
    step.write_text(step.read_text("utf-8") + "removes: {solution: [conduit/nothing.py]}\n", "utf-8")

    done = starterkit("validate", "sound", "--step", "02", "--only", "hints", cache=cache, cwd=sound.parent)

    assert done.returncode == 2, done.stdout + done.stderr
    assert "conduit/nothing.py" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_an_interruption_ends_what_was_started(cache: Path, sound: Path) -> None:
    test = sound / "steps" / "02-counting" / "given" / "tests" / "test_02_counting.py"
    started = sound.parent / "started"
    waits = (
        f"\n\ndef test_waits() -> None:\n    open({str(started)!r}, 'w').write('x')\n    import time; time.sleep(60)\n"
    )
    test.write_text(test.read_text("utf-8") + waits, "utf-8")
    command = [sys.executable, "-m", "starterkit", "template", "validate", "sound", "--step", "02", "--only", "red"]
    process = subprocess.Popen(
        command, cwd=sound.parent, env=environment(cache), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not started.exists() and time.monotonic() < deadline:
        time.sleep(0.05)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    deadline = time.monotonic() + 5

    assert process.returncode == 130, out + err
    assert "Interrupted" in err
    programs = ["pgrep", "-f", str(cache)]  # the environment's Python lies there, and nobody else's
    while subprocess.run(programs, capture_output=True, check=False).stdout and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not subprocess.run(programs, capture_output=True, check=False).stdout


def test_the_matrix_is_one_line_of_json(cache: Path, sound: Path) -> None:
    done = starterkit("matrix", "sound", "--steps-per-job", "3", "--with", "3.12", cache=cache, cwd=sound.parent)

    assert done.returncode == 0, done.stderr
    job = {"template": "sound", "steps": "base..02", "python": "3.12", "node": "", "database": "sqlite"}
    assert json.loads(done.stdout) == {"include": [job]}
