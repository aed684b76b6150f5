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

import pytest

from tests.support.validating import SOUND, Case

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
    warning = "Warning: sound: the folder foreign/ is deprecated.\nRename it to external_solutions/."
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
    assert says in done.stderr
    assert file.rsplit("/", 1)[-1] in done.stderr
    assert "Traceback" not in done.stderr


def test_a_link_in_a_step_is_refused(cache: Path, sound: Path) -> None:
    (sound / "steps" / "01-greeting" / "given" / "passwords").symlink_to("/etc/passwd")

    done = starterkit("validate", "sound", cache=cache, cwd=sound.parent)

    assert done.returncode == 2
    assert "can't contain links" in done.stderr


def test_what_a_step_removes_must_be_there(cache: Path, sound: Path) -> None:
    step = sound / "steps" / "02-counting" / "step.yml"
    step.write_text(step.read_text("utf-8") + "removes: {solution: [conduit/nothing.py]}\n", "utf-8")

    done = starterkit("validate", "sound", "--step", "02", "--only", "hints", cache=cache, cwd=sound.parent)

    assert done.returncode == 2, done.stdout + done.stderr
    assert "conduit/nothing.py" in done.stderr


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
