"""Render a starter project. Only this module imports Copier.

Copier takes some milliseconds per file, but few files need rendering. So Copier gets a small copy of the template that
has only these files. All other files are copied byte for byte.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from starterkit.errors import FileError, UsageError, cannot_write
from starterkit.git.command import require_git
from starterkit.git.objects import FILE, File
from starterkit.template.model import FolderSource
from starterkit.template.questions import PROJECT_FOLDER, QUESTIONS_FILE, SUFFIX, TemplateQuestions, read_questions
from starterkit.yamlfile import did_you_mean, parse

_ANSWERS_HEAD = b"# The answers that this project was generated with. Commit this file, do not edit it.\n"


@dataclass(frozen=True)
class Rendered:
    """A rendered starter project: its files by path, and the answers that rendered it."""

    files: dict[str, File]
    answers: dict[str, Any]


class _JinjaError(Exception):
    """Jinja can't render a text of the template."""


def refusal(folder: Path, name: str, answer: str) -> str:
    """Return the reason why a question's validator rejects an answer, or ""."""
    validator = read_copier_yml(folder).validators.get(name)
    if validator is None:
        return ""
    try:
        return _jinja(is_strict=False)(validator.text(), {name: answer}).strip()
    except _JinjaError as error:
        raise validator.wrong(f"the validator cannot be rendered: {error}") from error


def check_names(template: TemplateQuestions, answers: Iterable[str]) -> None:
    """Raise `UsageError` for an answer to a question that the template doesn't have."""
    for name in answers:
        if name not in template.names:
            raise UsageError(f'This template has no question "{name}".', did_you_mean(name, template.names))


def check_runs_no_code(folder: Path) -> None:
    """Raise `FileError` if rendering the template would run its code."""
    template = read_copier_yml(folder)
    for setting in template.code:
        raise FileError(
            template.file,
            setting.line,
            f"the setting {setting.name} would {setting.what} on this machine when you create a project",
            "Read the template's code. If you trust its author, add `--trust`.",
        )


def render(
    folder: Path,
    answers: Mapping[str, Any],
    read_files: Callable[[Path], dict[str, File]],
    *,
    trusted: bool = False,
) -> Rendered:
    """Render the starter project of a template. Missing answers get their defaults.

    `read_files` returns the files in a folder. A template that runs code must be `trusted`. Raises `UsageError` for an
    unknown or rejected answer, and `FileError` for a template that can't be rendered.
    """
    template = read_copier_yml(folder)
    check_names(template, answers)
    if not trusted:
        check_runs_no_code(folder)
    files = read_files(folder / PROJECT_FOLDER)
    templated = {path: file for path, file in files.items() if path.endswith(SUFFIX) or "{{" in path or "{%" in path}
    _check_texts(folder, templated)
    if template.code:
        templated = files  # the template's code may read every file
    with tempfile.TemporaryDirectory(prefix="starterkit-") as name:
        small, target = Path(name) / "template", Path(name) / "rendered"
        _copy_template(folder, small, templated, whole=bool(template.code))
        used = _run_copier(small, target, answers, folder, template)
        rendered = read_files(target) if target.is_dir() else {}
    result = {path: file for path, file in files.items() if path not in templated}
    # Set the file mode from the template, because Copier's files depend on this machine's umask.
    modes = {path.removesuffix(SUFFIX): file.mode for path, file in templated.items()}
    result.update({path: File(modes.get(path, FILE), file.data) for path, file in rendered.items()})
    return Rendered(dict(sorted(result.items())), used)


def rendered_with_defaults(folder: Path, read_files: Callable[[Path], dict[str, File]]) -> dict[str, File]:
    """Return only the files that need rendering, rendered with the default answers.

    Copier takes half a second to import, so it is used only if the template needs more than Jinja. Raises the same
    errors as `render`.
    """
    check_runs_no_code(folder)
    files = read_files(folder / PROJECT_FOLDER)
    templated = {path: file for path, file in files.items() if path.endswith(SUFFIX)}
    _check_texts(folder, templated)
    result = _render_without_copier(folder, templated)
    if result is not None:
        return result
    everything = render(folder, {}, read_files).files
    names = (path.removesuffix(SUFFIX) for path in templated)
    return {name: everything[name] for name in names if name in everything}


def _render_without_copier(folder: Path, templated: Mapping[str, File]) -> dict[str, File] | None:
    template = read_copier_yml(folder)
    if template.has_own_jinja or any("{{" in path or "{%" in path for path in templated):
        return None
    render_text = _jinja(is_strict=True)
    answers: dict[str, str] = {}
    try:
        for question in template.questions:
            answers[question.name] = render_text(question.default, answers)
        return {
            path.removesuffix(SUFFIX): File(file.mode, render_text(file.data.decode(), answers).encode())
            for path, file in templated.items()
        }
    except _JinjaError:
        return None


def _jinja(*, is_strict: bool) -> Callable[[str, Mapping[str, str]], str]:
    import jinja2.sandbox  # noqa: PLC0415 - slow, and most commands render nothing

    environment = jinja2.sandbox.SandboxedEnvironment(
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
        undefined=jinja2.StrictUndefined if is_strict else jinja2.Undefined,
        keep_trailing_newline=is_strict,
    )

    def render_text(text: str, answers: Mapping[str, str]) -> str:
        try:
            return environment.from_string(text).render(answers)
        except jinja2.TemplateError as error:
            raise _JinjaError(str(error)) from error

    return render_text


def _check_texts(folder: Path, templated: Mapping[str, File]) -> None:
    for path, file in templated.items():
        try:
            file.data.decode()
        except UnicodeDecodeError as error:
            line = file.data[: error.start].count(b"\n") + 1
            message = "the file is not UTF-8 text, so it cannot be rendered"
            fix = f"Save the file as UTF-8, or remove {SUFFIX} from its name."
            raise FileError(str(folder / PROJECT_FOLDER / path), line, message, fix) from error


def _copy_template(folder: Path, small: Path, templated: Mapping[str, File], *, whole: bool) -> None:
    """Copy the files that need rendering, or the `whole` template if it runs code."""
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
    small: Path, target: Path, answers: Mapping[str, Any], folder: Path, template: TemplateQuestions
) -> dict[str, Any]:
    require_git()  # Copier runs git, and without git its own error wouldn't help the user
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import copier.errors  # noqa: PLC0415 - takes half a second, and most commands render nothing
        import jinja2  # noqa: PLC0415 - as above
    try:
        worker = copier.run_copy(
            str(small),
            target,
            data=dict(answers),
            defaults=True,
            quiet=True,
            overwrite=True,
            unsafe=bool(template.code),
        )
    except jinja2.TemplateSyntaxError as wrong:
        file = str(wrong.filename or wrong.name or folder)
        raise FileError(file.replace(str(small), str(folder)), wrong.lineno, str(wrong.message)) from wrong
    except copier.errors.UnsafeTemplateError as wrong:
        raise UsageError(
            f"The template {folder} would run code on this machine when you create a project.",
            "Read the template's code. If you trust its author, add `--trust`.",
        ) from wrong
    except ValueError as wrong:
        raise UsageError(f"Invalid answer. {wrong}", "Change the answer with `--data KEY=VALUE`.") from wrong
    except (
        *(copier.errors.CopierError, jinja2.TemplateError),
        *(ArithmeticError, LookupError, TypeError, AttributeError),  # raised by expressions in the template
    ) as wrong:
        raise UsageError(
            f"starterkit can't render the template {folder}: {wrong}",
            "Fix the template's files whose names end in .jinja.",
        ) from wrong
    except OSError as wrong:
        raise cannot_write("The rendered project", wrong) from wrong
    return {name: worker.answers.combined.get(name) for name in template.names}


def read_copier_yml(folder: Path) -> TemplateQuestions:
    """Parse the copier.yml of a template. Raises `FileError` if the file is invalid."""
    return read_questions(FolderSource(folder))


def answers_bytes(answers: Mapping[str, Any], source: str) -> bytes:
    """Return the content of `.copier-answers.yml` for these answers."""
    body: str = yaml.safe_dump({"_src_path": source, **answers}, allow_unicode=True, sort_keys=True, width=10_000)
    return _ANSWERS_HEAD + body.encode()


def read_answers(data: bytes, file: str) -> dict[str, Any]:
    """Return a project's answers from its `.copier-answers.yml`. Raises `FileError` if it is damaged."""
    keys = parse(data, file).mapping((), optional=None)
    return {name: value.text() for name, value in keys.items() if not name.startswith("_")}
