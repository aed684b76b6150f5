"""Read copier.yml: the template's questions, and the settings that would run code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starterkit.template.load import NO_TEMPLATE, read_yaml
from starterkit.template.model import Source
from starterkit.yamlfile import Value, did_you_mean

QUESTIONS_FILE = "copier.yml"
PROJECT_FOLDER = "project"
SUFFIX = ".jinja"

_CODE_SETTINGS = {
    "_tasks": "run commands",
    "_jinja_extensions": "load Python code",
    "_migrations": "run commands",
}
_SETTINGS = (
    *("_min_copier_version", "_subdirectory", "_templates_suffix", "_exclude", "_skip_if_exists", "_envops"),
    *("_answers_file", "_external_data", "_preserve_symlinks", "_secret_questions", "_skip_tasks"),
    *("_message_before_copy", "_message_after_copy", "_message_before_update", "_message_after_update"),
    *_CODE_SETTINGS,
)
_QUESTION_KEYS = ("type", "help", "default", "validator", "placeholder", "choices", "multiline", "when", "secret")


@dataclass(frozen=True)
class TemplateQuestion:
    """A question of a template: its key, its text and its default answer."""

    name: str
    help: str
    default: str


@dataclass(frozen=True)
class CodeSetting:
    """A setting in copier.yml that makes a template run code while it is rendered.

    `what` says what the template does: "run commands" or "load Python code".
    """

    name: str
    what: str
    line: int


@dataclass(frozen=True)
class TemplateQuestions:
    """The content of copier.yml: the questions, their validators, and the settings that run code.

    `has_own_jinja` is True if a setting changes how Jinja reads the template's files.
    """

    questions: tuple[TemplateQuestion, ...]
    validators: Mapping[str, Value]
    code: tuple[CodeSetting, ...]
    has_own_jinja: bool
    file: str

    @property
    def names(self) -> list[str]:
        return [question.name for question in self.questions]


def read_questions(source: Source) -> TemplateQuestions:
    """Read and check copier.yml. Raises `FileError` with file and line if it is missing or invalid."""
    top = read_yaml(source, QUESTIONS_FILE, *NO_TEMPLATE)
    keys = top.mapping((), optional=None)
    for name, value in keys.items():
        if name.startswith("_"):
            _check_setting(name, value)
    if "_subdirectory" not in keys:
        raise top.wrong('the key "_subdirectory" is missing', f"Write `_subdirectory: {PROJECT_FOLDER}`.")
    entries = {name: value for name, value in keys.items() if not name.startswith("_")}
    validators: dict[str, Value] = {}
    questions = tuple(_question(name, value, validators) for name, value in entries.items())
    code = tuple(
        CodeSetting(name, what, keys[name].line)
        for name, what in _CODE_SETTINGS.items()
        if name in keys and (keys[name].node.value or not (keys[name].is_list() or keys[name].is_mapping()))
    )
    has_own_jinja = "_envops" in keys or "_external_data" in keys
    return TemplateQuestions(questions, validators, code, has_own_jinja, top.file)


def _check_setting(name: str, value: Value) -> None:
    if name not in _SETTINGS:
        raise value.wrong(f'unknown setting "{name}"', did_you_mean(name, list(_SETTINGS)))
    fixed = {"_subdirectory": PROJECT_FOLDER, "_templates_suffix": SUFFIX}
    if name in fixed and value.text() != fixed[name]:
        raise value.wrong(
            f'expected "{fixed[name]}", found "{value.text()}"', "All starterkit templates use this value."
        )


def _question(name: str, value: Value, validators: dict[str, Value]) -> TemplateQuestion:
    if value.is_list():
        raise value.wrong("expected a question (a mapping with type, help and default), found a list")
    if not value.is_mapping():
        return TemplateQuestion(name, name.replace("_", " "), value.text())
    keys = value.mapping((), _QUESTION_KEYS)
    if "type" in keys:
        keys["type"].choice(("str",))
    if "validator" in keys:
        keys["validator"].text()
        validators[name] = keys["validator"]
    help_text = keys["help"].text() if "help" in keys else name.replace("_", " ")
    default = keys["default"].scalar() if "default" in keys else ""
    return TemplateQuestion(name, help_text, default)
