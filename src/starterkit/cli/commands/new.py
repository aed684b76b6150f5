"""The command `starterkit new`: its options and its output."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from starterkit.choosing.saved import saved_choice
from starterkit.cli.commands.check import check_as_json
from starterkit.cli.commands.shared.advice import advise, candidates, show_advice
from starterkit.cli.commands.shared.new_site import new_site_command
from starterkit.cli.commands.shared.verdict import green_line, show_failing
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.options import (
    At,
    Data,
    Elsewhere,
    Framework,
    Trust,
    argument,
    console_of,
    data_answers,
    flag,
    folder_of,
    only_one,
    option,
)
from starterkit.cli.session import from_elsewhere
from starterkit.errors import ExitCode, UsageError
from starterkit.paths import expand_user_folder, expand_user_path, settings_folder
from starterkit.process import quoted
from starterkit.project.new import Created, ProjectSpec, check_destination, create
from starterkit.render import check_names, check_runs_no_code, read_copier_yml, refusal
from starterkit.runtime.bundle import Bundle, named_bundle
from starterkit.template.bundled import bundled_names, bundled_template
from starterkit.template.model import BASE, Template
from starterkit.template.questions import TemplateQuestion
from starterkit.template.resolve import ResolvedTemplate, locate_bundled

_DEFAULT_FOLDER = "my-site"
_UNSURE = "choose"  # the answer that starts the questions of `starterkit choose`
_BUNDLE_HELP = "Folder with all packages (a bundle), to install without the network."


def new(
    context: typer.Context,
    destination: Annotated[str, argument("DEST", "Folder to create, for example my-site.")] = "",
    framework: Framework = "",
    template: Elsewhere = "",
    trust: Trust = False,
    data: Data = None,
    defaults: Annotated[bool, flag("--defaults", "Use the default answer to every question.")] = False,
    no_install: Annotated[bool, flag("--no-install", "Don't install packages or run tests now.")] = False,
    at: At = "",
    complete: Annotated[bool, flag("--complete", "Create the finished site, with all steps solved.")] = False,
    bundle: Annotated[str, option("--bundle", "DIR", _BUNDLE_HELP)] = "",
) -> int:
    """Create a site with a learning path in a new git repository.

    starterkit asks for each value that you leave out.
    """
    only_one({"--at": at, "--complete": complete})
    only_one({"--framework": framework, "--template": template})
    console = console_of(context)
    questions = NewQuestions(console, folder_of(context), data_answers(data), use_defaults=defaults)
    packages = _bundle(context, bundle)
    order = questions.order(destination, framework, template, lambda chosen: _start(chosen, at, complete=complete))
    order = replace(order, trusted=trust, bundle=packages, install=not no_install)
    if order.is_from_elsewhere and not trust and order.install and console.is_interactive:
        check_runs_no_code(order.folder)
        is_trusted = questions.is_trusted(order)
        order = replace(order, trusted=is_trusted, install=is_trusted)
    return _show(console, create(order, console.show_progress))


def _bundle(context: typer.Context, folder: str) -> Bundle | None:
    bundle_dir = expand_user_folder(folder, folder_of(context)).absolute()
    if folder and not bundle_dir.is_dir():
        raise UsageError(
            f'The folder "{folder}" doesn\'t exist.', "Use the folder with the packages (the bundle): `--bundle DIR`."
        )
    bundle = Bundle(bundle_dir) if folder else named_bundle(os.environ)
    if bundle is not None:
        bundle.check_fits()
    return bundle


def _start(template: Template, at: str, *, complete: bool) -> tuple[str, bool]:
    if complete and template.step_names:
        return template.step_names[-1], True
    return (template.find_step(at), False) if at and at.lower() != BASE else (BASE, True)


class NewQuestions:
    """Asks for the missing details of a new project. Without a terminal, it raises `UsageError` instead."""

    def __init__(self, console: Console, folder: Path, answers: dict[str, str], *, use_defaults: bool) -> None:
        self._console = console
        self._folder = folder
        self._answers = answers
        self._use_defaults = use_defaults
        self._may_ask = console.is_interactive

    def order(
        self, destination: str, framework: str, elsewhere: str, start: Callable[[Template], tuple[str, bool]]
    ) -> ProjectSpec:
        """Return the complete specification. Ask for the folder, framework and answers that are missing.

        `start` returns the first step of a template, and whether the step is solved. Raises `UsageError` for invalid
        options, and without a terminal for missing options.
        """
        if destination:
            check_destination(self._path(destination))
        if not framework and not elsewhere:
            framework, elsewhere = self._saved()
        located = self._named_template(framework, elsewhere)
        if located is not None:  # check the options that were given before asking for others
            start(located.template)
            check_names(read_copier_yml(located.folder), self._answers)
        self._require_flags(destination, framework or elsewhere)
        located = located or locate_bundled(self._framework())
        step, solved = start(located.template)
        answers = self._all_answers(located.folder)
        path = self._path(destination) if destination else self._destination()
        return ProjectSpec(
            path, located.folder, located.template, answers, step=step, solved=solved, source=located.source
        )

    def is_trusted(self, order: ProjectSpec) -> bool:
        """Ask the user whether the code of an external template may run."""
        question = (
            f"{order.template.title} is an external template ({order.recorded_source}). starterkit would install its "
            "packages and run its tests on this machine. Do you trust this template?"
        )
        choices = [
            ("yes", "install the packages and run the tests"),
            ("no", "create the project without running its code"),
        ]
        return self._console.choose(question, choices, "no") == "yes"

    def _saved(self) -> tuple[str, str]:
        saved = saved_choice(settings_folder())
        if saved is None or (not saved.template and saved.framework not in self._names()):
            return "", ""
        self._console.note_prose(
            f"Your saved framework is {saved.framework}. To use another framework, add `--framework NAME`."
        )
        return ("", saved.template) if saved.template else (saved.framework, "")

    def _named_template(self, framework: str, elsewhere: str) -> ResolvedTemplate | None:
        if elsewhere:
            return from_elsewhere(self._console, self._folder, elsewhere)
        return locate_bundled(framework) if framework else None

    def _path(self, destination: str) -> Path:
        return expand_user_path(destination, self._folder)

    def _require_flags(self, destination: str, framework: str) -> None:
        if self._may_ask:
            return
        missing = [] if destination or self._use_defaults else ["DEST (the folder to create)"]
        missing += [] if framework else ["--framework NAME"]
        missing += [] if self._use_defaults or self._answers else ["--defaults or --data KEY=VALUE"]
        if missing:
            example = new_site_command(self._folder, f"--framework {self._names()[0]} --defaults")
            raise UsageError(
                f"Missing: {', '.join(missing)}. starterkit can ask for them only in a terminal.",
                f"For example: `starterkit {example}`. To find a framework, type `starterkit choose`.",
            )

    def _names(self) -> list[str]:
        names = bundled_names()
        if not names:
            raise UsageError(
                "The installation of starterkit is damaged: it has no frameworks.", "Install starterkit again."
            )
        return names

    def _framework(self) -> str:
        templates = [bundled_template(name)[1] for name in self._names()]
        choices = [(template.name, f"{template.summary} Downside: {template.trade_off}") for template in templates]
        if len(templates) == 1:
            return self._console.choose("Which framework?", choices, templates[0].name)
        offer = (_UNSURE, "Not sure? Answer a few short questions to find a framework.")
        answer = self._console.choose("Which framework?", [*choices, offer], _UNSURE)
        again = [*((template.name, template.title) for template in templates), (_UNSURE, "answer the questions again")]
        while answer == _UNSURE:
            answer = self._console.choose("Which framework do you choose?", again, self._advised())
        return answer

    def _advised(self) -> str:
        advice = advise(self._console, candidates(self._console, self._folder, ())[0], (), ask=True)
        show_advice(self._console, advice)
        self._console.print()
        return advice.start.name

    def _all_answers(self, folder: Path) -> dict[str, str]:
        """Return the answers to a template's questions. Answers that equal the default are left out."""
        known = dict(self._answers)
        for question in read_copier_yml(folder).questions:
            if question.name not in known and not self._use_defaults:
                if not self._may_ask:
                    raise UsageError(
                        f'The answer to "{question.help}" is missing. starterkit can ask for it only in a terminal.',
                        f"Add the answer: `--data {question.name}=…`. To use all default answers, add `--defaults`.",
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
            folder = _DEFAULT_FOLDER
            if may_ask:
                folder = self._console.ask("Which folder should starterkit create?", _DEFAULT_FOLDER)
            try:
                check_destination(self._path(folder))
            except UsageError as error:
                if not may_ask:
                    raise
                self._console.print(str(error))
            else:
                return self._path(folder)


def _show(console: Console, created: Created) -> int:
    """Show the new project and what to type next. Return the exit code.

    Failing tests change the exit code only in a solved step. In other steps, new tests fail at the start.
    """
    state, result = created.state, created.result
    code = ExitCode.RED if result is not None and result.red and state.solved else ExitCode.DONE
    if console.json("new", _as_json(created)):
        return code
    folder = shown_path(created.folder)
    console.invocation = console.invocation.inside("")
    console.ok(f"Your {created.template.title} site is in {folder}.")
    if result is None:
        console.say_prose(
            "The packages of your site aren't installed yet. The first `starterkit run` or `starterkit check` will "
            f"{'install' if created.has_bundle else 'download and install'} them."
        )
    elif not result.red:
        console.print(green_line(result))
    elif state.solved:
        show_failing(console, result)
    else:
        step = created.template.step(state.step)
        console.print(
            f"You start at {step.label}. {len(result.red)} of {len(result.core)} tests fail, "
            "because this step isn't solved yet."
        )
    if state.step == BASE and created.template.step_names:
        step = created.template.steps[0]
        console.print()
        console.say_prose(
            f"When you're ready, start step {step.number} ({step.title}): "
            f"`cd {quoted(folder)}`, then `starterkit next`."
        )
    console.type_next("Go to your project, then open your site in the browser", f"cd {quoted(folder)}", "run --open")
    return code


def _as_json(created: Created) -> dict[str, Any]:
    return {
        "folder": created.folder.absolute(),
        "framework": created.template.name,
        "template": created.state.template,
        "step": created.state.step,
        "solved": created.state.solved,
        "check": check_as_json(created.result) if created.result else None,
        "next": "run",
    }
