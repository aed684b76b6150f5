"""Rendering a starter project from its template: the only importer of Copier.

Copier takes some milliseconds a file, and few files have anything to render. So it is given just those, in a small
copy of the template; all others are the template's bytes as they are.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starterkit.errors import FileError, UsageError, cannot_write
from starterkit.git.command import require_git
from starterkit.git.objects import FILE, File
from starterkit.template.model import FolderSource
from starterkit.template.questions import (
    PROJECT_FOLDER,
    QUESTIONS_FILE,
    SUFFIX,
    TemplateQuestion,
    TemplateQuestions,
    read_questions,
)
from starterkit.yamlfile import did_you_mean, parse

__all__ = [
    "SUFFIX",
    "Rendered",
    "TemplateQuestion",
    "answers_bytes",
    "check_runs_no_code",
    "questions",
    "read_answers",
    "refusal",
    "render",
    "rendered_with_defaults",
]

_ANSWERS_HEAD = b"# The answers that this project was generated with. Commit this file, do not edit it.\n"


@dataclass(frozen=True)
class Rendered:
    """A rendered starter project: its files by path, and the answers that were used."""

    files: dict[str, File]
    answers: dict[str, Any]


def questions(folder: Path) -> list[TemplateQuestion]:
    """Return the questions of a template. Raises `FileError` when copier.yml is not what it should be."""
    return list(_read(folder).questions)


def refusal(folder: Path, name: str, answer: str) -> str:
    """Return why a question's own validator refuses an answer, or an empty text where it does not."""
    from jinja2 import TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    validator = _read(folder).validators.get(name)
    if validator is None:
        return ""
    environment = SandboxedEnvironment(extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"])
    try:
        return environment.from_string(validator.text()).render({name: answer}).strip()
    except TemplateError as wrong:
        raise validator.wrong(f"the validator cannot be rendered: {wrong}") from wrong


def check_runs_no_code(folder: Path) -> None:
    """Raise `FileError` when a template would run code of its own while it is rendered."""
    found = _read(folder)
    for setting in found.code:
        raise FileError(
            found.file,
            setting.line,
            f"{setting.name}: the template wants to {setting.what} of its own on this machine while it is rendered",
            "Read what it does; if you trust its author, add `--trust`. A template for starterkit needs no such code.",
        )


def render(
    folder: Path,
    answers: Mapping[str, Any],
    read_files: Callable[[Path], dict[str, File]],
    *,
    trusted: bool = False,
) -> Rendered:
    """Render the starter project of a template with these answers and the defaults for the rest.

    `read_files` reads a folder into files. A template that runs code of its own while it is rendered must be
    `trusted`. Raises `UsageError` for an unknown or refused answer, `FileError` for a template that cannot be rendered.
    """
    found = _read(folder)
    for name in answers:
        if name not in found.names:
            raise UsageError(f'This template has no question "{name}".', did_you_mean(name, found.names))
    if not trusted:
        check_runs_no_code(folder)
    plain = read_files(folder / PROJECT_FOLDER)
    templated = {path: file for path, file in plain.items() if path.endswith(SUFFIX) or "{{" in path or "{%" in path}
    _check_texts(folder, templated)
    if found.code:
        templated = plain  # its code may want to see all of them
    with tempfile.TemporaryDirectory(prefix="starterkit-") as place:
        small, target = Path(place) / "template", Path(place) / "rendered"
        _lay_out(folder, small, templated, whole=bool(found.code))
        used = _run_copier(small, target, answers, folder, found)
        rendered = read_files(target) if target.is_dir() else {}
    files = {path: file for path, file in plain.items() if path not in templated}
    # The mode of a rendered file is the template's, not this machine's umask.
    modes = {path.removesuffix(SUFFIX): file.mode for path, file in templated.items()}
    files.update({path: File(modes.get(path, FILE), file.data) for path, file in rendered.items()})
    return Rendered(dict(sorted(files.items())), used)


def rendered_with_defaults(folder: Path, read_files: Callable[[Path], dict[str, File]]) -> dict[str, File]:
    """Return the files that are rendered, by path, with the default answers to all questions.

    Copier takes half a second to import; a template that needs nothing of it but Jinja is rendered by that alone.
    Raises as `render` does.
    """
    check_runs_no_code(folder)
    plain = read_files(folder / PROJECT_FOLDER)
    templated = {path: file for path, file in plain.items() if path.endswith(SUFFIX)}
    _check_texts(folder, templated)
    found = _by_jinja_alone(folder, templated)
    if found is not None:
        return found
    everything = render(folder, {}, read_files).files
    names = (path.removesuffix(SUFFIX) for path in templated)
    return {name: everything[name] for name in names if name in everything}


def _by_jinja_alone(folder: Path, templated: Mapping[str, File]) -> dict[str, File] | None:
    """The rendered files, or None where that takes more than Jinja (Copier's own variables, other settings)."""
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    found = _read(folder)
    if found.has_own_jinja or any("{{" in path or "{%" in path for path in templated):
        return None
    answers: dict[str, str] = {}
    try:
        for question in found.questions:
            answers[question.name] = environment.from_string(question.default).render(answers)
        texts = {path: environment.from_string(file.data.decode()).render(answers) for path, file in templated.items()}
    except TemplateError:
        return None
    return {path.removesuffix(SUFFIX): File(templated[path].mode, text.encode()) for path, text in texts.items()}


def _check_texts(folder: Path, templated: Mapping[str, File]) -> None:
    for path, file in templated.items():
        try:
            file.data.decode()
        except UnicodeDecodeError as wrong:
            place = str(folder / PROJECT_FOLDER / path)
            line = file.data[: wrong.start].count(b"\n") + 1
            raise FileError(
                place,
                line,
                "the file is not UTF-8 text, so it cannot be rendered",
                f"Save it as UTF-8, or take {SUFFIX} from its name.",
            ) from wrong


def _lay_out(folder: Path, small: Path, templated: Mapping[str, File], *, whole: bool) -> None:
    """Make the template that Copier sees: only what is rendered, or all of it where its own code runs."""
    if whole:
        shutil.copytree(folder, small, symlinks=True, ignore=lambda *_: [".git"])
        return
    (small / PROJECT_FOLDER).mkdir(parents=True)
    (small / QUESTIONS_FILE).write_bytes((folder / QUESTIONS_FILE).read_bytes())
    for path, file in templated.items():
        full = small / PROJECT_FOLDER / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(file.data)


def _run_copier(
    template: Path, target: Path, answers: Mapping[str, Any], folder: Path, found: TemplateQuestions
) -> dict[str, Any]:
    import warnings

    require_git()  # Copier calls it
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from copier import run_copy
        from copier.errors import CopierError, UnsafeTemplateError
        from jinja2 import TemplateError, TemplateSyntaxError
    options: dict[str, Any] = {
        "data": dict(answers),
        "defaults": True,
        "quiet": True,
        "overwrite": True,
        "unsafe": bool(found.code),
    }
    try:
        worker = run_copy(str(template), target, **options)
    except TemplateSyntaxError as wrong:
        file = str(wrong.filename or wrong.name or folder)
        raise FileError(file.replace(str(template), str(folder)), wrong.lineno, str(wrong.message)) from wrong
    except TemplateError as wrong:
        raise UsageError(f"The template {folder} cannot be rendered: {wrong}") from wrong
    except UnsafeTemplateError as wrong:
        raise UsageError(
            f"The template {folder} wants to run code of its own while it is rendered.",
            "Use it only if you trust its author; a template for starterkit needs no such code.",
        ) from wrong
    except ValueError as wrong:
        raise UsageError(f"An answer can't be used. {wrong}") from wrong
    except (CopierError, ArithmeticError, LookupError, TypeError, AttributeError) as wrong:
        # All but the first are what an expression of the template does.
        raise UsageError(f"The template {folder} cannot be rendered: {wrong}") from wrong
    except OSError as wrong:
        raise cannot_write("The rendered project", wrong) from wrong
    return {name: worker.answers.combined.get(name) for name in found.names}


def _read(folder: Path) -> TemplateQuestions:
    return read_questions(FolderSource(folder))


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
