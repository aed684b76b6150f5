"""The command line: the table of all commands, their help, and the options in front of a command."""

from __future__ import annotations

import errno
import functools
import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer

from starterkit import __version__
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import NAME
from starterkit.cli.options import Json, console_of, flag, folder_of, option
from starterkit.cli.typer_adapter import reject_extra, show_plainly, skip_conversion, unknown_command, usage_error
from starterkit.errors import UsageError

_BEGIN, _LEARN, _LOOK, _AUTHORS = "Begin", "Learn, step by step", "Look around", "Write templates"
_INSTRUCTORS = "Teach a workshop"


class CommandEntry(NamedTuple):
    """A command in the help. Its module is imported only when the command runs or shows its help."""

    name: str
    target: str  # "module:function" in this package, or "" if this is a group of commands
    panel: str  # the title of the command's section in the help
    summary: str  # the same text as the first line of the function's docstring
    examples: tuple[str, ...] = ()
    has_json: bool = True


# fmt: off
COMMANDS = (
    CommandEntry("choose", "commands.choose:choose", _BEGIN,
        "Answer a few questions to find a framework for you.",
        ("choose", "choose --defaults --answer language=python --answer build=api")),
    CommandEntry("list", "commands.list:list_frameworks", _BEGIN,
        "List the frameworks, their drawbacks, and the time they take.",
        ("list", "list flask", "list --json")),
    CommandEntry("new", "commands.new:new", _BEGIN,
        "Create a site with a learning path in a new git repository.",
        ("new my-site", "new my-site --framework flask --defaults")),
    CommandEntry("run", "commands.run:run", _BEGIN,
        "Serve your site, and restart it after each change.",
        ("run --open", "run --port 8080"), has_json=False),
    CommandEntry("guide", "commands.guide:guide", _LEARN,
        "Show the lesson, tests, hints and your site in the browser.",
        ("guide", "guide --port 8700 --no-open"), has_json=False),
    CommandEntry("lesson", "commands.lesson:lesson", _LEARN,
        "Show the lesson of a step.",
        ("lesson", "lesson 02")),
    CommandEntry("check", "commands.check:check", _LEARN,
        "Run the tests for all steps so far.",
        ("check", "check test_home_shows_the_newest_article_first")),
    CommandEntry("watch", "commands.watch:watch", _LEARN,
        "Run the tests after each save, and show the first failing test.",
        ("watch",)),
    CommandEntry("hint", "commands.hint:hint", _LEARN,
        "Show the next hint for the first failing test.",
        ("hint", "hint test_an_article_invites_a_comment")),
    CommandEntry("next", "commands.next:next_step", _LEARN,
        "Save your work and start the next step.",
        ("next", "next --solve")),
    CommandEntry("solve", "commands.solve:solve", _LEARN,
        "Merge the solution of this step into your code, and test it.",
        ("solve --show", "solve")),
    CommandEntry("compare", "commands.compare:compare", _LEARN,
        "Show your code next to the solution, with a reviewer's notes.",
        ("compare", "compare 02")),
    CommandEntry("add", "commands.add:add", _LEARN,
        "Add a package to your site and install it.",
        ("add httpx", "add 'markdown>=3' --dev")),
    CommandEntry("exec", "commands.exec:exec_command", _LEARN,
        "Run a program with the packages of your site.",
        ("exec -- npm run lint", "exec -- python --version"), has_json=False),
    CommandEntry("pull", "commands.pull:pull", _LEARN,
        "Merge new commits from your workshop or team into your work.",
        ("pull", "pull --keep-mine")),
    CommandEntry("undo", "commands.undo:undo", _LEARN,
        "Undo the last command that changed files.",
        ("undo", "undo --redo")),
    CommandEntry("status", "commands.status:status", _LOOK,
        "Show all steps, your progress, and what to do next.",
        ("status", "status --json")),
    CommandEntry("doctor", "commands.doctor:doctor", _LOOK,
        "Check your setup and explain how to fix problems.",
        ("doctor",)),
    CommandEntry("workshop", "", _INSTRUCTORS,
        "Create repositories for many people, see their progress, and grade them."),
    CommandEntry("workshop create", "commands.workshop.create:create", "",
        "Create a workshop with one repository for each person or team.",
        ("workshop create roster.csv --framework flask",
         "workshop create roster.csv --remote-template 'git@git.example.org:course/{login}.git'")),
    CommandEntry("workshop collect", "commands.workshop.collect:collect", "",
        "Fetch the latest work of all participants.",
        ("workshop collect", "workshop collect ada-lovelace grace")),
    CommandEntry("workshop status", "commands.workshop.status:status", "",
        "Show each participant's step, test results and last activity.",
        ("workshop status", "workshop status --watch --html board.html --hide-names")),
    CommandEntry("workshop grade", "commands.workshop.grade:grade", "",
        "Grade each participant's last commit with the original tests, in a sandbox.",
        ("workshop grade", "workshop grade --step 02 --due '2026-11-30 17:00'")),
    CommandEntry("workshop import", "commands.workshop.import_classroom:import_classroom", "",
        "Create a workshop from a GitHub Classroom roster.",
        ("workshop import classroom_roster.csv --framework flask",)),
    CommandEntry("workshop push-fix", "commands.workshop.push_fix:push_fix", "",
        "Merge a fixed template into all participants' projects.",
        ("workshop push-fix", "workshop push-fix --template ../our-flask --yes")),
    CommandEntry("workshop catch-up", "commands.workshop.catch_up:catch_up", "",
        "Bring participants to a step by adding solutions for the steps that they missed.",
        ("workshop catch-up ada grace 03",)),
    CommandEntry("workshop bundle", "commands.workshop.bundle:bundle", "",
        "Create a folder with everything for a workshop without internet.",
        ("workshop bundle stick",
         "workshop bundle stick --framework flask --platform windows-x86_64 --platform macos-arm64 --python 3.12")),
    CommandEntry("workshop similar", "commands.workshop.similar:similar", "",
        "Show pairs of participants whose own code is similar.",
        ("workshop similar", "workshop similar --at-least 70")),
    CommandEntry("template", "", _AUTHORS,
        "Write your own templates, and test that every step works."),
    CommandEntry("template new", "commands.template.new:new", "",
        "Create a small template with a starter project and one step.",
        ("template new my-path", 'template new my-path --title "My path"')),
    CommandEntry("template add-step", "commands.template.add_step:add_step", "",
        "Add a step to a template, and renumber the steps after it.",
        ("template add-step my-path tags", "template add-step my-path tags --after 01")),
    CommandEntry("template open", "commands.template.open:open_path", "",
        "Turn a template's learning path into a git repository to edit.",
        ("template open my-path my-path-commits",)),
    CommandEntry("template save", "commands.template.save:save", "",
        "Write your changes back to the template, after `starterkit template open`.",
        ("template save my-path-commits", "template save --renumber")),
    CommandEntry("template schema", "commands.template.schema:schema", "",
        "Print the JSON Schema of path.yml or step.yml for your editor.",
        ("template schema step > step.schema.json",), has_json=False),
    CommandEntry("template pin", "commands.template.pin:pin", "",
        "Pin the packages of a template to exact versions.",
        ("template pin my-path",)),
    CommandEntry("template outdated", "commands.template.outdated:outdated", "",
        "List the packages of a template that have newer releases.",
        ("template outdated my-path", "template outdated my-path --try")),
    CommandEntry("template validate", "commands.template.validate:validate", "",
        "Test that every step of a template works.",
        ("template validate flask", "template validate my-template --step 02 --skip earned")),
    CommandEntry("template matrix", "commands.template.matrix:matrix", "",
        "Print a JSON matrix of CI jobs that validate templates.",
        ("template matrix flask",), has_json=False),
)
# fmt: on


def run(arguments: list[str], console: Console) -> int:
    """Run the command line and return the exit code. Raises `StarterkitError`, even for wrong usage."""
    try:
        answer: Any = command_line().main(arguments, prog_name=NAME, standalone_mode=False, obj=console)
    except typer.TyperException as error:
        raise usage_error(error) from error
    except typer.Abort as ended:  # the input ended while the command asked a question
        raise KeyboardInterrupt from ended
    except SystemExit as ended:  # this happens after shell completion, and if the output goes to a closed pipe
        if isinstance(ended.__context__, BrokenPipeError):
            raise BrokenPipeError(errno.EPIPE, "closed") from ended
        return ended.code if isinstance(ended.code, int) else 0
    return int(answer or 0)


class _PlainHelp:
    """Shows help without the types of options, and with examples that users can copy."""

    examples: tuple[str, ...] = ()
    examples_title = ""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the help, and then the examples. The console prints them, because Rich would wrap long examples."""
        super().format_help(ctx, formatter)  # type: ignore[misc]
        console = console_of(ctx)
        if self.examples:
            console.print(self.examples_title or ("Examples:" if len(self.examples) > 1 else "Example:"), indent=1)
        for example in self.examples:
            console.verbatim(console.invocation.typed(example), "cyan", indent=3)

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.metavar = ""
            skip_conversion(option)
        return option


class _Command(_PlainHelp, typer.core.TyperCommand):
    """One command. Extra arguments raise a `UsageError` instead of Typer's error."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True
        extra: list[str] = super().parse_args(ctx, args)
        reject_extra(ctx, extra)
        return extra

    def invoke(self, ctx: Any) -> Any:
        """Call the command. Raises `UsageError` if `--json` was given and the command has no such option."""
        if console_of(ctx).as_json and all(param.name != "as_json" for param in self.params):
            fix = f"To see the options of this command, type `{ctx.command_path} --help`."
            raise UsageError(f"`{ctx.command_path}` has no option --json.", fix)
        return super().invoke(ctx)


class _Group(_PlainHelp, typer.core.TyperGroup):
    """A group of commands. For an unknown command, the error suggests a similar command."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name in self.commands:
            self.load(name)
        elif not ctx.resilient_parsing and not name.startswith("-"):
            raise unknown_command(name, self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def load(self, name: str) -> None:
        """Import a command. Before that, the group has only the command's summary, which its own help needs."""
        whole_name = f"{self.name} {name}".strip()
        entry = next(entry for entry in COMMANDS if entry.name == whole_name)
        self.commands[name] = _command(entry) if entry.target else _group(entry.name, lambda: None, help=entry.summary)


def command_line() -> Any:
    """Return the command line as a callable Typer command."""
    group = _group("", root, invoke_without_command=True)
    group.examples, group.examples_title = ("new my-site", "check", "next"), "The usual commands:"
    return group


def _group(name: str, callback: Callable[..., Any], **settings: Any) -> Any:
    app = typer.Typer(cls=_Group, name=name, add_completion=not name, pretty_exceptions_enable=False)
    app.callback(context_settings={"help_option_names": ["-h", "--help"]}, **settings)(_with_json(callback))
    for entry in COMMANDS:
        group, _, command = entry.name.rpartition(" ")
        if group == name:
            app.command(command, rich_help_panel=entry.panel or None, help=entry.summary)(lambda: None)
    return _built(app)


def _command(entry: CommandEntry) -> Any:
    callback = _imported(entry.target)
    app = typer.Typer(add_completion=False)
    add = app.command(entry.name.split()[-1], cls=_Command, help=_help_of(callback))
    add(_with_json(callback) if entry.has_json else callback)
    command = _built(app)
    command.examples = entry.examples
    return command


def _help_of(callback: Callable[..., Any]) -> str:
    """Return a command's docstring with one line per paragraph, because the terminal wraps the help."""
    paragraphs = (inspect.getdoc(callback) or "").split("\n\n")
    return "\n\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs)


def _built(app: typer.Typer) -> Any:
    command = typer.main.get_command(app)
    for param in command.params:
        skip_conversion(param)
        show_plainly(param)
    return command


def _imported(target: str) -> Callable[..., Any]:
    module, function = target.split(":")
    callback: Callable[..., Any] = getattr(import_module(f"starterkit.cli.{module}"), function)
    return callback


def _with_json(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option `--json` to a command, for its help and for parsing.

    The command doesn't get the value. `run_command` has already read the option, so that errors are JSON too.
    """

    @functools.wraps(command)
    def call(**values: Any) -> Any:
        del values["as_json"]
        return command(**values)

    signature = inspect.signature(command, eval_str=True)
    parameter = inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Json)
    vars(call)["__signature__"] = signature.replace(parameters=[*signature.parameters.values(), parameter])
    return call


def root(
    context: typer.Context,
    folder: Annotated[str, option("-C", "FOLDER", "Folder of your project (default: the current folder).")] = "",
    version: Annotated[bool, flag("--version", "Show the version and exit.")] = False,
) -> None:
    """Learn backend development by building a real site, step by step.

    Tests show what is missing. Without a command, starterkit shows where you are and what to do next.
    """
    console = console_of(context)
    if version:
        console.print(f"{NAME} {__version__}")
        raise typer.Exit(0)
    if folder:
        if not folder_of(context).is_dir():
            raise UsageError(
                f"The folder {folder_of(context)} doesn't exist.", "Use a folder that exists: `starterkit -C FOLDER …`."
            )
        console.invocation = console.invocation.inside(folder)
    if context.invoked_subcommand is None:
        _imported("commands.status:here")(context)
