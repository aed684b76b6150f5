"""The command line: every command, and what stands before one."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

import typer

from starterkit.cli import authoring_commands, begin, choose, learn, machine, move, template_commands
from starterkit.cli.invocation import NAME
from starterkit.cli.options import Json, flag
from starterkit.cli.session import console_of, folder_of
from starterkit.cli.words import take_as_it_is, take_words_as_they_are
from starterkit.errors import UsageError

_Answer = TypeVar("_Answer")
_WITHOUT_JSON = ("run", "schema", "matrix")
_BEGIN, _LEARN, _LOOK, _AUTHORS = "Begin", "Learn, step by step", "Look around", "Write templates"
_INSTRUCTORS = "Teach a workshop"
_GROUP: dict[str, Any] = {"context_settings": {"help_option_names": ["-h", "--help"]}}


class _PlainHelp:
    """What a command and the group have in common: `--help` is shown without a type."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.metavar = ""
            take_as_it_is(option)
        return option


class _Command(_PlainHelp, typer.core.TyperCommand):
    """One command; arguments that it does not take are its own error, and not Typer's."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        from starterkit.cli.usage import reject_extra

        ctx.allow_extra_args = True
        extra: list[str] = super().parse_args(ctx, args)
        reject_extra(ctx, extra)
        return extra

    def invoke(self, ctx: Any) -> Any:
        """Call the command. `--json` may be in front of its name, so whether it has one is looked at here."""
        if console_of(ctx).as_json and all(param.name != "as_json" for param in self.params):
            fix = f"`{ctx.command_path} --help` lists its options."
            raise UsageError(f"`{ctx.command_path}` has no option --json.", fix)
        return super().invoke(ctx)


class _Commands(_PlainHelp, typer.core.TyperGroup):
    """The group of all commands; an unknown one is answered with the nearest."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        from starterkit.yamlfile import nearest

        name = args[0]
        if not ctx.resilient_parsing and not name.startswith("-") and self.get_command(ctx, name) is None:
            fix = "`starterkit --help` shows them all." if name == "help" else nearest(name, self.list_commands(ctx))
            raise UsageError(f"There is no command `{name}`.", fix)
        return super().resolve_command(ctx, args)


def command_line(arguments: Iterable[str] | None = None) -> Any:
    """Return the command line, ready to be called with these arguments.

    Reading a command's parameters takes longer than showing the help of all commands. So only the commands whose names
    stand among the arguments are whole; of the others there is the name and the help. None: all are whole.
    """
    command = typer.main.get_command(_app(None if arguments is None else set(arguments)))
    take_words_as_they_are(command)
    return command


def _app(wanted: set[str] | None) -> typer.Typer:
    app = typer.Typer(
        cls=_Commands,
        **_GROUP,
        pretty_exceptions_enable=False,
        epilog=_EXAMPLES,
    )
    app.callback(invoke_without_command=True)(_with_json(NAME, root))
    for panel, name, command, examples in _COMMANDS:
        if wanted is None or name in wanted:
            app.command(name, cls=_Command, rich_help_panel=panel, epilog=_examples(*examples))(
                _with_json(name, command)
            )
        else:
            app.command(name, rich_help_panel=panel, help=inspect.getdoc(command))(_not_called)
    app.add_typer(_workshops(wanted), name="workshop", rich_help_panel=_INSTRUCTORS)
    app.add_typer(_templates(wanted), name="template", rich_help_panel=_AUTHORS)
    return app


def _workshops(wanted: set[str] | None) -> typer.Typer:
    """The commands of `starterkit workshop`; without them, and not even read, where that group is not called."""
    group = typer.Typer(cls=_Commands, **_GROUP)
    group.callback()(_with_json("workshop", workshop))
    if wanted is None or "workshop" in wanted:
        from starterkit.cli import workshop_bundling, workshop_changing, workshop_commands, workshop_comparing

        modules = (workshop_commands, workshop_changing, workshop_bundling, workshop_comparing)
        for name, command, examples in (entry for module in modules for entry in module.COMMANDS):
            group.command(name, cls=_Command, epilog=_examples(*examples))(_with_json(name, command))
    return group


def workshop() -> None:
    """Teach many people at once: a repository for each, their work collected, where everybody is."""


def _templates(wanted: set[str] | None) -> typer.Typer:
    """The commands of `starterkit template`; without them where that group is not called."""
    group = typer.Typer(cls=_Commands, **_GROUP)
    group.callback()(_with_json("template", template_commands.template))
    commands = (*authoring_commands.COMMANDS, *template_commands.COMMANDS)
    for name, command, examples in commands if wanted is None or "template" in wanted else ():
        group.command(name, cls=_Command, epilog=_examples(*examples))(_with_json(name, command))
    return group


def _with_json(name: str, command: Callable[..., _Answer]) -> Callable[..., _Answer]:
    """Give a command the option `--json`; the console has read it already, because errors are JSON too."""
    if name in _WITHOUT_JSON:
        return command

    @functools.wraps(command)
    def call(**values: Any) -> _Answer:
        del values["as_json"]
        return command(**values)

    signature = inspect.signature(command, eval_str=True)
    option = inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Json)
    vars(call)["__signature__"] = signature.replace(parameters=[*signature.parameters.values(), option])
    return call


def _not_called() -> None:
    """Stand for a command that is not called this time."""


def _examples(*lines: str) -> str:
    title = "Examples:" if len(lines) > 1 else "Example:"
    # Typer takes leading spaces away, but not those inside of markup.
    return "\n".join((title, *(f"[cyan]  {NAME} {line}[/cyan]" for line in lines)))


_COMMANDS: tuple[tuple[str, str, Any, tuple[str, ...]], ...] = (
    (_BEGIN, "choose", choose.choose, ("choose", "choose --defaults --answer language=python --answer build=api")),
    (_BEGIN, "list", begin.list_frameworks, ("list", "list flask", "list --json")),
    (_BEGIN, "new", begin.new, ("new my-site", "new my-site --framework flask --defaults")),
    (_BEGIN, "run", machine.run, ("run --open", "run --port 8080")),
    (_LEARN, "lesson", learn.lesson, ("lesson", "lesson 02")),
    (_LEARN, "check", learn.check, ("check", "check test_home_shows_the_newest_article_first")),
    (_LEARN, "hint", learn.hint, ("hint",)),
    (_LEARN, "next", move.next_step, ("next", "next --solve")),
    (_LEARN, "solve", move.solve, ("solve --show", "solve")),
    (_LEARN, "pull", move.pull, ("pull", "pull --keep-mine")),
    (_LEARN, "undo", move.undo, ("undo", "undo --redo")),
    (_LOOK, "status", learn.status, ("status", "status --json")),
    (_LOOK, "doctor", machine.doctor, ("doctor",)),
)
_EXAMPLES = _examples("new my-site", "check", "next").replace("Examples:", "The way through a path:")


def root(
    context: typer.Context,
    folder: Annotated[
        str, typer.Option("-C", metavar="FOLDER", help="Work on the project in this folder.", show_default=False)
    ] = "",
    version: Annotated[bool, flag("--version", help="Show the version and leave.")] = False,
) -> int:
    """Learn backend development: build a real site, step by step, with tests that tell what is missing.

    Alone, it says where you are and what to do next.
    """
    console = console_of(context)
    if version:
        from starterkit import __version__

        console.line(f"{NAME} {__version__}")
        raise typer.Exit(0)
    if folder:
        _check_folder(context)
        console.invocation = console.invocation.inside(folder)
    if context.invoked_subcommand is None:
        return learn.here(context)
    return 0


def _check_folder(context: typer.Context) -> None:
    folder = folder_of(context)
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.", "`-C` wants the folder of your project.")
