"""The project's own house rules: lint, format and types are part of the tests."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
WORKFLOWS = ["check_jsonschema", "--builtin-schema", "vendor.github-workflows"]  # it carries this schema


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="lint"),
        pytest.param(["ruff", "format", "--check", "."], id="format"),
        pytest.param(["mypy"], id="types"),
        pytest.param(["vulture"], id="dead code"),
        pytest.param([*WORKFLOWS, *map(str, (ROOT / ".github" / "workflows").glob("*.yml"))], id="workflows"),
    ],
)
def test_the_code_is_clean(command: list[str]) -> None:
    finished = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)

    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_a_wrong_workflow_is_found(tmp_path: Path) -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    wrong = tmp_path / "ci.yml"
    wrong.write_text(text.replace("runs-on: ubuntu", "run-on: ubuntu"), "utf-8")

    finished = subprocess.run(
        [sys.executable, "-m", *WORKFLOWS, str(wrong)], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 1, finished.stdout + finished.stderr


def test_the_workflow_in_the_docs_is_right(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "validation.md").read_text("utf-8")
    (found,) = (block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "jobs:" in block)
    (tmp_path / "templates.yml").write_text(found, "utf-8")
    command = [sys.executable, "-m", *WORKFLOWS, str(tmp_path / "templates.yml")]

    finished = subprocess.run(command, capture_output=True, text=True, check=False)

    assert finished.returncode == 0, finished.stdout + finished.stderr
