"""Rendering a starter project from its template: the only importer of Copier.

Copier takes some milliseconds a file, and few files have anything to render. So it is given just those, in a small
copy of the template; all others are the template's bytes as they are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starterkit.errors import FileError, MissingError, UsageError
from starterkit.repository.objects import FILE, File
from starterkit.yamlfile import Value, nearest, parse

SUFFIX = ".jinja"
_QUESTIONS = "copier.yml"
_ANSWERS_HEAD = b"# The answers that this project was generated with. Commit this file, do not edit it.\n"


@dataclass(frozen=True)
class Question:
    """One question of a template: its key, what is asked, and the default answer."""

    name: str
    help: str
    default: str


@dataclass(frozen=True)
class Rendered:
    """A rendered starter project: its files by path, and the answers that were used."""

    files: dict[str, File]
    answers: dict[str, Any]


def questions(folder: Path) -> list[Question]:
    """Return the questions of a template. Raises `FileError` when copier.yml is not what it should be."""
    found = []
    for name, value in _settings(folder).items():
        if name.startswith("_"):
            continue
        keys = value.mapping((), optional=None) if value.is_mapping() else {}
        help_text = keys["help"].text() if "help" in keys else name.replace("_", " ")
        default = str(keys["default"].node.value) if "default" in keys else ""
        found.append(Question(name, help_text, default))
    return found


def refusal(folder: Path, name: str, answer: str) -> str:
    """Return why a question's own validator refuses an answer, or an empty text where it does not."""
    from jinja2 import TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    keys = _settings(folder)[name].mapping((), optional=None)
    if "validator" not in keys:
        return ""
    environment = SandboxedEnvironment(extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"])
    try:
        return environment.from_string(keys["validator"].text()).render({name: answer}).strip()
    except TemplateError as wrong:
        raise keys["validator"].wrong(f"the validator cannot be rendered: {wrong}") from wrong


def render(folder: Path, answers: Mapping[str, Any], read_files: Callable[[Path], dict[str, File]]) -> Rendered:
    """Render the starter project of a template with these answers and the defaults for the rest.

    `read_files` reads a folder into files. Raises `UsageError` for an unknown or refused answer, `FileError` for a
    template that cannot be rendered.
    """
    known = [question.name for question in questions(folder)]
    for name in answers:
        if name not in known:
            raise UsageError(f'This template has no question "{name}".', nearest(name, known))
    settings = _settings(folder)
    inside = settings["_subdirectory"].text() if "_subdirectory" in settings else "project"
    plain = read_files(folder / inside)
    templated = {path: file for path, file in plain.items() if path.endswith(SUFFIX) or "{{" in path or "{%" in path}
    with tempfile.TemporaryDirectory(prefix="starterkit-") as place:
        small, target = Path(place) / "template", Path(place) / "rendered"
        small.mkdir()
        (small / _QUESTIONS).write_bytes((folder / _QUESTIONS).read_bytes())
        for path, file in templated.items():
            full = small / inside / path
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_bytes(file.data)
        (small / inside).mkdir(exist_ok=True)
        used = _run_copier(small, target, answers, str(folder))
        rendered = read_files(target) if target.is_dir() else {}
    files = {path: file for path, file in plain.items() if path not in templated}
    # The mode of a rendered file is the template's, not this machine's umask.
    modes = {path.removesuffix(SUFFIX): file.mode for path, file in templated.items()}
    files.update({path: File(modes.get(path, FILE), file.data) for path, file in rendered.items()})
    return Rendered(dict(sorted(files.items())), used)


def _run_copier(template: Path, target: Path, answers: Mapping[str, Any], name: str) -> dict[str, Any]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from copier import run_copy
        from copier.errors import CopierError, UnsafeTemplateError
        from jinja2 import TemplateError, TemplateSyntaxError
    try:
        worker = run_copy(str(template), target, data=dict(answers), defaults=True, quiet=True, overwrite=True)
    except TemplateSyntaxError as wrong:
        file = str(wrong.filename or wrong.name or name)
        raise FileError(file.replace(str(template), name), wrong.lineno, str(wrong.message)) from wrong
    except TemplateError as wrong:
        raise UsageError(f"The template {name} cannot be rendered: {wrong}") from wrong
    except UnsafeTemplateError as wrong:
        raise UsageError(
            f"The template {name} wants to run code of its own while it is rendered.",
            "Use it only if you trust its author; a template for starterkit needs no such code.",
        ) from wrong
    except ValueError as wrong:
        raise UsageError(_refused(str(wrong))) from wrong
    except CopierError as wrong:
        raise UsageError(f"The template {name} cannot be rendered: {wrong}") from wrong
    except OSError as wrong:
        raise MissingError(
            f"Rendering failed: {wrong.strerror or wrong}.", "Make room on the disk and try again."
        ) from wrong
    return {question: worker.answers.combined.get(question) for question in _names(template)}


def _refused(message: str) -> str:
    """Copier's `Validation error for question 'site_title': …` in our words."""
    name, _, reason = message.partition(": ")
    if name.startswith("Validation error for question"):
        return f"The answer for {name.split()[-1]} cannot be used: {reason or 'it is not valid'}"
    return message


def _names(template: Path) -> list[str]:
    return [question.name for question in questions(template)]


def _settings(folder: Path) -> dict[str, Value]:
    file = folder / _QUESTIONS
    if not file.is_file():
        raise FileError(str(file), None, "there is no such file, so this is no template", "See docs/authoring.md.")
    return parse(file.read_bytes(), str(file)).mapping((), optional=None)


def answers_bytes(answers: Mapping[str, Any], source: str) -> bytes:
    """Return `.copier-answers.yml` for these answers, in the form that Copier itself writes."""
    import yaml

    head = {"_src_path": source}
    body: str = yaml.safe_dump({**head, **answers}, allow_unicode=True, sort_keys=True, width=10_000)
    return _ANSWERS_HEAD + body.encode()


def read_answers(data: bytes, file: str) -> dict[str, Any]:
    """Return the answers that a project was generated with. Raises `FileError` when the file is damaged."""
    keys = parse(data, file).mapping((), optional=None)
    return {name: value.text() for name, value in keys.items() if not name.startswith("_")}
