"""The questions of `starterkit new`. Without a terminal, flags and defaults answer them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from starterkit.choosing.saved import saved_choice
from starterkit.cli.commands.shared.advice import advise, candidates, show_advice
from starterkit.cli.console.console import Console
from starterkit.cli.session import from_elsewhere
from starterkit.errors import UsageError
from starterkit.paths import expand_user_path, settings_folder
from starterkit.project.new import Created, ProjectSpec, check_destination, create
from starterkit.render import TemplateQuestion, check_runs_no_code, questions, refusal
from starterkit.runtime.bundle import Bundle
from starterkit.template.bundled import bundled_names, bundled_template
from starterkit.template.model import Template
from starterkit.template.resolve import locate_bundled

DEFAULT_FOLDER = "my-site"
_UNSURE = "choose"  # this answer asks the questions of `starterkit choose` first


@dataclass(frozen=True)
class TemplateChoice:
    """The template for a new project: a bundled one by name, or one from elsewhere, and whether its code may run.

    With a `bundle`, packages come from there.
    """

    framework: str = ""
    elsewhere: str = ""
    trusted: bool = False
    bundle: Bundle | None = None


class NewQuestions:
    """Completes the order of a new project by questions. Without a terminal, a missing answer is a `UsageError`."""

    def __init__(self, console: Console, folder: Path, answers: dict[str, str], *, use_defaults: bool) -> None:
        self._console = console
        self._folder = folder
        self._answers = answers
        self._use_defaults = use_defaults
        self._may_ask = console.is_interactive

    def order(
        self, destination: str, wanted: TemplateChoice, start: Callable[[Template], tuple[str, bool]]
    ) -> ProjectSpec:
        """Return the whole order."""
        if destination:
            check_destination(self._path(destination))
        wanted = self._as_saved(wanted)
        self._require_flags(destination, wanted.framework or wanted.elsewhere)
        if wanted.elsewhere:
            located = from_elsewhere(self._console, self._folder, wanted.elsewhere)
        else:
            located = locate_bundled(wanted.framework or self._framework())
        step, solved = start(located.template)
        answers = self._all_answers(located.folder)
        path = self._path(destination) if destination else self._destination()
        order = ProjectSpec(path, located.folder, located.template, answers, step=step, solved=solved)
        return replace(order, source=located.source, trusted=wanted.trusted, bundle=wanted.bundle)

    def create(self, order: ProjectSpec, *, install: bool) -> Created:
        """Create the project. Before the code of a template from elsewhere runs, ask for permission."""
        if order.is_from_elsewhere and not order.trusted and install and self._may_ask:
            check_runs_no_code(order.folder)
            install = self._is_trusted(order)
            order = replace(order, trusted=install)
        return create(replace(order, install=install), self._console.show_progress)

    def _as_saved(self, wanted: TemplateChoice) -> TemplateChoice:
        """If no framework is named, take the one that `choose --save` kept, and say so."""
        if wanted.framework or wanted.elsewhere:
            return wanted
        saved = saved_choice(settings_folder())
        if saved is None or (not saved.template and saved.framework not in self._names()):
            return wanted
        self._console.note_prose(
            f"Framework: {saved.framework}, which `choose --save` kept. `--framework NAME` takes another."
        )
        return replace(wanted, framework="" if saved.template else saved.framework, elsewhere=saved.template)

    def _is_trusted(self, order: ProjectSpec) -> bool:
        question = (
            f"The {order.template.title} template comes from elsewhere ({order.recorded_source}). To install its "
            "packages and run its tests is to run its code on this machine. Do you trust it?"
        )
        choices = [("yes", "install and test"), ("no", "make the project, and run nothing of it now")]
        return self._console.choose(question, choices, "no") == "yes"

    def _path(self, destination: str) -> Path:
        return expand_user_path(destination, self._folder)

    def _require_flags(self, destination: str, framework: str) -> None:
        """Without a terminal, raise `UsageError` with everything that is missing."""
        if self._may_ask:
            return
        missing = [] if destination or self._use_defaults else ["the folder to make (DEST)"]
        missing += [] if framework else ["--framework NAME"]
        missing += [] if self._use_defaults or self._answers else ["--defaults or --data KEY=VALUE"]
        if missing:
            raise UsageError(
                f"There is no terminal to ask on, and this is missing: {', '.join(missing)}.",
                f"For example: `starterkit new {DEFAULT_FOLDER} --framework {self._names()[0]} --defaults`. "
                "`starterkit choose` helps to find the framework.",
            )

    def _names(self) -> list[str]:
        names = bundled_names()
        if not names:
            raise UsageError("This starterkit has no frameworks: its installation is not whole.", "Install it again.")
        return names

    def _framework(self) -> str:
        templates = [bundled_template(name)[1] for name in self._names()]
        choices = [(template.name, f"{template.summary} The price: {template.trade_off}") for template in templates]
        if len(templates) == 1:
            return self._console.choose("Which framework?", choices, templates[0].name)
        offer = (_UNSURE, "You are not sure: a few short questions find out what fits you.")
        answer = self._console.choose("Which framework?", [*choices, offer], _UNSURE)
        again = [*((template.name, template.title) for template in templates), (_UNSURE, "ask me again")]
        while answer == _UNSURE:
            answer = self._console.choose("Which framework, then?", again, self._advised())
        return answer

    def _advised(self) -> str:
        """Ask the questions of `choose`, show the advice, and return the name of the framework to start with."""
        advice = advise(self._console, candidates(self._console, self._folder, ()), (), ask=True)
        show_advice(self._console, advice)
        self._console.print()
        return advice.start.name

    def _all_answers(self, folder: Path) -> dict[str, str]:
        """Return the answers to all questions of a template, without those that take their default."""
        known = dict(self._answers)
        for question in questions(folder):
            if question.name not in known and not self._use_defaults:
                if not self._may_ask:
                    raise UsageError(
                        f'There is no terminal to ask on, and nothing answers "{question.help}".',
                        f"`--data {question.name}=…` answers it; `--defaults` takes the defaults.",
                    )
                known[question.name] = self._answer(folder, question)
        return known

    def _answer(self, folder: Path, question: TemplateQuestion) -> str:
        while True:
            answer = self._console.ask(question.help, question.default)
            reason = refusal(folder, question.name, answer)
            if not reason:
                return answer
            self._console.print(reason)

    def _destination(self) -> Path:
        may_ask = self._may_ask and not self._use_defaults
        while True:
            folder = DEFAULT_FOLDER
            if may_ask:
                folder = self._console.ask("Which folder shall be made for it?", DEFAULT_FOLDER)
            try:
                check_destination(self._path(folder))
            except UsageError as error:
                if not may_ask:
                    raise
                self._console.print(str(error))
            else:
                return self._path(folder)
