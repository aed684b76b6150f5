"""The questions of `new`: asked on a terminal, taken from flags and defaults elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from starterkit.choosing.saved import saved_choice
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import markup
from starterkit.errors import UsageError
from starterkit.paths import cache_folder, expand_user_path, settings_folder
from starterkit.project.new import Created, ProjectSpec, check_destination, create
from starterkit.render import TemplateQuestion, check_runs_no_code, questions, refusal
from starterkit.runtime.bundle import Bundle
from starterkit.template.bundled import bundled_names, bundled_template
from starterkit.template.model import Template
from starterkit.template.resolve import ResolvedTemplate, locate_bundled, locate_template

DEFAULT_FOLDER = "my-site"
_UNSURE = "choose"  # the word that asks the questions of that command first


@dataclass(frozen=True)
class TemplateChoice:
    """Which template is wanted: a bundled one by name, or one from elsewhere, and whether its code may run.

    With a `bundle`, packages come from there.
    """

    framework: str = ""
    elsewhere: str = ""
    trusted: bool = False
    bundle: Bundle | None = None


class NewQuestions:
    """What is known of a project that is to be made, and how the rest is asked for.

    Where nobody can be asked, what is missing is a `UsageError` that names the flags.
    """

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
            check_destination(self._place(destination))
        wanted = self._as_saved(wanted)
        self._require_flags(destination, wanted.framework or wanted.elsewhere)
        found = self._located(wanted)
        step, solved = start(found.template)
        answers = self._all_answers(found.folder)
        place = self._place(destination) if destination else self._destination()
        order = ProjectSpec(place, found.folder, found.template, answers, step=step, solved=solved)
        return replace(order, source=found.source, trusted=wanted.trusted, bundle=wanted.bundle)

    def create(self, order: ProjectSpec, *, install: bool) -> Created:
        """Make the project; where its template is a stranger's, ask before its code is run."""
        if order.is_from_elsewhere and not order.trusted and install and self._may_ask:
            check_runs_no_code(order.folder)
            trusted = self._is_trusted(order)
            order, install = replace(order, trusted=trusted), trusted
        return create(replace(order, install=install), self._console.show_progress)

    def _located(self, wanted: TemplateChoice) -> ResolvedTemplate:
        if not wanted.elsewhere:
            return locate_bundled(wanted.framework or self._framework())
        return from_elsewhere(self._console, self._folder, wanted.elsewhere)

    def _as_saved(self, wanted: TemplateChoice) -> TemplateChoice:
        """Where no framework is named, the one that `choose --save` kept; it is said."""
        if wanted.framework or wanted.elsewhere:
            return wanted
        saved = saved_choice(settings_folder())
        if saved is None or (not saved.template and saved.framework not in self._names()):
            return wanted
        self._console.info(
            markup(f"Framework: {saved.framework}, which `choose --save` kept. `--framework NAME` takes another.")
        )
        return replace(wanted, framework="" if saved.template else saved.framework, elsewhere=saved.template)

    def _is_trusted(self, order: ProjectSpec) -> bool:
        question = (
            f"The {order.template.title} template comes from elsewhere ({order.recorded_source}). To install its "
            "packages and run its tests is to run its code on this machine. Do you trust it?"
        )
        choices = [("yes", "install and test"), ("no", "make the project, and run nothing of it now")]
        return self._console.choose(question, choices, "no") == "yes"

    def _place(self, destination: str) -> Path:
        return expand_user_path(destination, self._folder)

    def _require_flags(self, destination: str, framework: str) -> None:
        """Where nobody can be asked, say all that is missing at once."""
        if self._may_ask:
            return
        missing = [] if destination or self._use_defaults else ["the folder to make (DEST)"]
        missing += [] if framework else ["--framework NAME"]
        missing += [] if self._use_defaults or self._answers else ["--defaults or --data KEY=VALUE"]
        if not missing:
            return
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
        names = self._names()
        templates = [bundled_template(name)[1] for name in names]
        choices = [(one.name, f"{one.summary} The price: {one.trade_off}") for one in templates]
        if len(names) == 1:
            return self._console.choose("Which framework?", choices, names[0])
        offer = (_UNSURE, "You are not sure: a few short questions find out what fits you.")
        found = self._console.choose("Which framework?", [*choices, offer], _UNSURE)
        again = [*((one.name, one.title) for one in templates), (_UNSURE, "ask me again")]
        while found == _UNSURE:
            found = self._console.choose("Which framework, then?", again, self._advised())
        return found

    def _advised(self) -> str:
        """Ask the questions of `choose`, show the advice, and return the name of the framework to start with."""
        # Only who is unsure needs the modules of `choose`.
        from starterkit.cli.commands.shared.advice import advise, candidates, show_advice

        advice = advise(self._console, candidates(self._console, self._folder, ()), (), ask=True)
        show_advice(self._console, advice)
        self._console.print()
        return advice.start.name

    def _all_answers(self, folder: Path) -> dict[str, str]:
        """Return the answers to all questions of a template; the defaults count as answers where they are wanted."""
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
        if not self._may_ask or self._use_defaults:
            place = self._place(DEFAULT_FOLDER)
            check_destination(place)
            return place
        while True:
            place = self._place(self._console.ask("Which folder shall be made for it?", DEFAULT_FOLDER))
            try:
                check_destination(place)
            except UsageError as wrong:
                self._console.print(str(wrong))
            else:
                return place


def from_elsewhere(console: Console, folder: Path, place: str) -> ResolvedTemplate:
    """Return the template at a place: a folder, seen from `folder`, or a git address."""
    console.show_progress("Reading the template …")
    return locate_template(place, folder, cache_folder() / "templates")
