"""The command `starterkit workshop create`: its options, its call and its output."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from starterkit import wheel_file
from starterkit.cli.commands.workshop.shared import Jobs, reached_code
from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.table import counted, fitted, width_of
from starterkit.cli.console.text import text
from starterkit.cli.options import (
    At,
    Data,
    Elsewhere,
    Framework,
    Trust,
    argument,
    console_of,
    data_answers,
    folder_of,
    only_one,
    option,
    whole_number,
)
from starterkit.cli.session import from_elsewhere
from starterkit.errors import ExitCode, UsageError
from starterkit.paths import expand_user_folder, expand_user_path
from starterkit.process import quoted
from starterkit.project.new import ProjectSpec
from starterkit.sanitize import few, truncate
from starterkit.template.bundled import bundled_names
from starterkit.template.model import BASE
from starterkit.template.resolve import ResolvedTemplate, locate_bundled
from starterkit.workshop.create import PUSH_JOBS, CreateRequest, CreateResult, Participant
from starterkit.workshop.create import create as create_workshop
from starterkit.workshop.handouts import folder_in_zip, is_another_user
from starterkit.workshop.model import is_address
from starterkit.workshop.names import told_apart
from starterkit.workshop.repositories import metadata_of, start_of
from starterkit.workshop.roster import check_remote_template, read_roster
from starterkit.workshop.store import find_workshop, is_workshop, open_workshop, parse_time

_WIDEST_NAME = 48
_MOST_TITLES, _LONGEST_TITLE = 30, 120
_COLUMN_NAMES = {"first": "first name", "last": "surname", "email": "e-mail"}
_INSTALLED = (
    "python3 -m venv starterkit-env",
    ". starterkit-env/bin/activate",
    f"pip install {wheel_file()}     the file that you have from me",
)
_ONCE = (
    'git config --global user.name "Your Name"',
    "git config --global user.email you@example.org",
    "git config --global pull.rebase false",
)
_STEPS = (
    "starterkit run --open     your site; Ctrl-C stops it",
    "starterkit next           the first step, and later the one after it",
    "starterkit check          what is still red",
)
_SAVED = ("git add -A", 'git commit -m "What I did"')
_DEFAULT_FOLDER = "workshop"
_FOLDER_HELP = "The workshop's folder; else the one that you are in, else workshop."
_REMOTE_HELP = "Where each person's repository lives: an address with {login} or {folder} in it."
RosterFile = Annotated[str, argument("ROSTER", "A CSV file with the people, as learning platforms export it.")]
WorkshopFolder = Annotated[str, argument("DIR", "The workshop's folder; else the one that you are in, else workshop.")]
RemoteTemplate = Annotated[str, option("--remote-template", "ADDRESS", _REMOTE_HELP)]
Due = Annotated[str, option("--due", "TIME", 'When work is due, for example "2026-11-30 17:00".')]


def create(
    context: typer.Context,
    roster: RosterFile,
    folder: WorkshopFolder = "",
    framework: Framework = "",
    template: Elsewhere = "",
    trust: Trust = False,
    data: Data = None,
    at: At = "",
    remote_template: RemoteTemplate = "",
    due: Due = "",
    zips: Annotated[str, option("--zip", "FOLDER", "Write a zip for each person there, to hand out.")] = "",
    folders: Annotated[str, option("--folders", "FOLDER", "Make a working folder for each person there.")] = "",
    jobs: Jobs = "",
) -> int:
    """Create a workshop with one repository for each person or team.

    Run it again with a longer roster to add people. Existing repositories never change.
    """
    only_one({"--zip": zips, "--folders": folders})
    console, here = console_of(context), folder_of(context)
    request = read_request(context, roster, folder, framework, template, trust, data, at, remote_template, due, jobs)
    if zips or folders:
        method = "zip" if zips else "folders"
        request = replace(request, method=method, handouts=expand_user_folder(zips or folders, here))
    return show(console, "workshop create", create_workshop(request, console.show_progress))


def read_request(
    context: typer.Context,
    roster: str,
    folder: str,
    framework: str,
    elsewhere: str,
    trusted: bool,
    data: list[str] | None,
    at: str,
    remote_template: str,
    due: str,
    jobs: str,
) -> CreateRequest:
    """Return the request for a workshop. This reads the roster and may fetch a template."""
    here, workshop, answers = folder_of(context), _workshop_folder(context, folder), data_answers(data)
    only_one({"--framework": framework, "--template": elsewhere})
    located: ResolvedTemplate | None = None
    if elsewhere:
        located = from_elsewhere(console_of(context), here, elsewhere)
    elif framework:
        located = locate_bundled(framework)

    def order() -> ProjectSpec:
        if located is None:
            raise UsageError(
                "Which framework is the workshop about?",
                f"Name it with --framework: {', '.join(bundled_names())}. `starterkit choose` helps to find one.",
            )
        step, solved = start_of(located.template, at or BASE)
        spec = ProjectSpec(workshop, located.folder, located.template, answers, step, solved)
        return replace(spec, install=False, source=located.source, trusted=trusted)

    return CreateRequest(
        workshop,
        read_roster(_roster_file(here, workshop, roster)),
        order,
        located.source if located else "",
        answers,
        remote_template=_remotes(here, remote_template),
        due=parse_time(due) if due else None,
        start=_start(workshop, located, at),
        jobs=whole_number(jobs, "--jobs") or PUSH_JOBS,
    )


def _workshop_folder(context: typer.Context, folder: str) -> Path:
    """Return the named folder, the workshop that contains the current folder, or a new folder."""
    here = folder_of(context)
    if folder:
        return expand_user_path(folder, here)
    try:
        return find_workshop(here)
    except UsageError:
        return here / _DEFAULT_FOLDER


def _start(folder: Path, located: ResolvedTemplate | None, at: str) -> tuple[str, bool] | None:
    """Return the step where people start, and whether it is solved, or None without `--at`."""
    if at and is_workshop(folder):
        with metadata_of(open_workshop(folder)) as template:
            return start_of(template, at)
    return start_of(located.template, at) if at and located is not None else None


def _remotes(here: Path, template: str) -> str:
    """Return the template for the remotes' URLs. A relative folder is relative to the current folder."""
    if not template:
        return ""
    check_remote_template(template)
    return template if is_address(template) else os.path.normpath(expand_user_path(template, here.absolute()))


def _roster_file(here: Path, workshop: Path, name: str) -> Path:
    """Return the path of the roster. Raises `UsageError` if the roster is next to the workshop's folder."""
    file, sibling = expand_user_path(name, here), workshop.absolute().parent / name
    if not file.exists() and sibling.is_file():
        path = quoted(os.path.relpath(sibling, here.absolute()))
        raise UsageError(
            f"There is no {name} in this folder; there is one beside the workshop's.",
            f"Name that one: `starterkit workshop create {path}`.",
        )
    return file


def show(console: Console, command: str, made: CreateResult) -> int:
    """Show the workshop with a line for each person, as text or JSON. Return the exit code."""
    code = reached_code(len(made.unreached), sum(enrolled.pushed is not None for enrolled in made.people))
    if console.as_json:
        console.json(command, _as_json(made))
        return code
    console.ok(_head(made))
    _show_columns(console, made)
    console.print()
    _show_people(console, made)
    _show_noticed(console, made)
    _show_owner(console, made)
    if code != ExitCode.ENVIRONMENT:
        _show_to_all(console, made)
    if not made.unreached:
        console.invocation = console.invocation.inside("")
        folder = shown_path(made.workshop.folder)
        enter = [f"cd {quoted(folder)}"] if folder != "." else []
        console.type_next("When they have begun, see where everybody is", *enter, "workshop collect", "workshop status")
    return code


def _show_people(console: Console, made: CreateResult) -> None:
    """Show the command for each person. New people get a mark. People with the same name get their login."""
    people = made.workshop.people
    names = told_apart((person.folder, person.name, person.login or person.email) for person in people)
    if 0 < made.added < len(made.people):
        marks = {enrolled.person.folder: "new  " if enrolled.is_new else "     " for enrolled in made.people}
        names = {folder: f"{marks.get(folder, '')}{name}" for folder, name in names.items()}
    width = width_of("", (names[enrolled.person.folder] for enrolled in made.people), _WIDEST_NAME)
    for enrolled in made.people:
        console.verbatim(f"{fitted(names[enrolled.person.folder], width)}  {_typed(made, enrolled)}", indent=2)


def _head(made: CreateResult) -> str:
    workshop = made.workshop
    start = "the starter project" if workshop.step == BASE else workshop.step
    folder = shown_path(workshop.folder)
    name = "This workshop" if folder == "." else f"The workshop in {folder}"
    repositories, people = len(workshop.people), sum(len(person.everybody) for person in workshop.people)
    if repositories == people:
        contents = f"{counted(people, 'person', 'people')}, {made.added} of them new"
    else:
        shared = counted(repositories, "repository", "repositories")
        contents = f"{shared} ({made.added} of them new) for {people} people"
    return f"{name} has {contents}; all begin with {start} ({workshop.template.removeprefix('starterkit:')})."


def _show_columns(console: Console, made: CreateResult) -> None:
    columns = {name: truncate(title, 1, _LONGEST_TITLE) for name, title in made.roster.columns.items()}
    unused = [truncate(title, 1, _LONGEST_TITLE) for title in made.roster.unused]
    used = ", ".join(f'{_COLUMN_NAMES.get(name, name)} from "{title}"' for name, title in columns.items())
    console.print(f"Columns of the roster: {used}.", hang=2)
    if unused:
        console.print(f"Not used: {few(unused, _MOST_TITLES)}.", hang=2)


def _show_noticed(console: Console, made: CreateResult) -> None:
    for line, content in made.roster.left_out:
        console.info(f"Left out: line {line} of the roster ({content}). It names no person.")
    for team in made.changed_teams:
        console.note_prose(
            f"The team {team.name} has other members in the roster than in workshop.yml, which stays as it is: "
            "correct them there, under `members:`."
        )
    if made.in_another_way:
        console.note_prose(f"--{made.method} is for those who come from now on; the others begin as before.")
    if made.unreached:
        console.print()
        for enrolled in made.unreached:
            why = enrolled.pushed.why if enrolled.pushed else ""
            person = f"{enrolled.person.name} ({enrolled.person.remote})"
            console.print(text("NOT REACHED", "bold red"), f"  {person}: {why}", hang=13)
        console.say_prose("Type the same again when that is mended: only what is missing is pushed.")


def _show_owner(console: Console, made: CreateResult) -> None:
    """Show how other users of this machine get access, because all files belong to the current user."""
    if os.name == "nt":
        return
    methods = {made.workshop.start_method(enrolled.person) for enrolled in made.people if not enrolled.person.remote}
    if "clone" in methods:
        console.print()
        console.say_prose(
            "These repositories belong to you. Another user of this machine can neither clone nor push. "
            "For other users, create the workshop with `--folders` (docs/workshop.md, A shared disk)."
        )
    commands = list(filter(None, map(_chown_command, made.people)))
    if commands:
        console.print()
        console.print("These folders belong to you. Give them to the users of this machine who work there:")
    for command in commands:
        console.verbatim(command, indent=2)


def _chown_command(enrolled: Participant) -> str:
    """Return the command that gives a working folder to its user on this machine, or ""."""
    folder, login = enrolled.handout, enrolled.person.login
    if folder is None or not folder.is_dir() or folder.stat().st_uid != os.geteuid() or not is_another_user(login):
        return ""
    return f"sudo chown -R {quoted(login)}: {quoted(os.fspath(folder.absolute()))}"


def _show_to_all(console: Console, made: CreateResult) -> None:
    """Show a text that all participants can copy, with the commands for their machines."""
    methods = {made.workshop.start_method(enrolled.person) for enrolled in made.people}
    pushed = ("git push",) if "clone" in methods else ()
    after_next = (("After each `starterkit next` or `solve`, which commit by themselves:", pushed),) if pushed else ()
    console.print()
    console.say_prose(
        "Send each their line, and this to all. They need Python, git and starterkit (docs/workshop.md, What everybody "
        "needs: how to make the file)."
    )
    for head, lines in (
        ("Once on your machine:", _ONCE if methods == {"folders"} else (*_INSTALLED, *_ONCE)),
        ("In the folder that is yours:" if methods == {"folders"} else "In the folder that your line makes:", _STEPS),
        *after_next,
        ("After each bit of work of your own, for nothing else is seen:", (*_SAVED, *pushed)),
    ):
        console.verbatim(head, indent=2)
        for line in lines:
            console.verbatim(line, indent=4)
    if "zip" in methods:
        console.verbatim("At the end, hand in the whole folder, with .git in it; node_modules may stay out.", indent=2)


def _typed(made: CreateResult, enrolled: Participant) -> str:
    workshop, person, handout = made.workshop, enrolled.person, enrolled.handout
    if handout is not None and handout.suffix == ".zip":
        return f"unzip {quoted(handout.name)} && cd {quoted(folder_in_zip(workshop))}   ({shown_path(handout)})"
    folder = handout or workshop.remote_folder(person)
    if folder is not None and (folder / ".git").exists():
        return f"cd {quoted(os.fspath(folder.absolute()))}"
    branch = "-b main " if person.remote else ""  # the remote may have another default branch than main
    if is_address(person.remote):
        return f"git clone {branch}{quoted(person.remote)}"
    source = quoted(os.fspath((folder or workshop.repository(person)).absolute()))
    return f"git clone {branch}--no-local {source}"  # a clone must not depend on objects in the workshop's folder


def _as_json(made: CreateResult) -> dict[str, Any]:
    workshop, roster = made.workshop, made.roster
    return {
        "folder": workshop.folder.absolute(),
        **pick(workshop, "template", "step", "solved"),
        "due": workshop.due.isoformat() if workshop.due else None,
        "added": made.added,
        "people": [_person_as_json(made, enrolled) for enrolled in made.people],
        "columns": dict(roster.columns),
        "unused_columns": roster.unused,
        "left_out": [{"line": line, "what": content} for line, content in roster.left_out],
        "changed_teams": [team.folder for team in made.changed_teams],
        "unreached": [enrolled.person.folder for enrolled in made.unreached],
    }


def _person_as_json(made: CreateResult, enrolled: Participant) -> dict[str, Any]:
    person, pushed = enrolled.person, enrolled.pushed
    return {
        **pick(person, "folder", "name", "login", "email", "members", "remote"),
        "repository": made.workshop.repository(person).absolute(),
        "new": enrolled.is_new,
        "begin": _typed(made, enrolled),
        "handout": enrolled.handout.absolute() if enrolled.handout else None,
        "pushed": pushed and pick(pushed, "reached", "why"),
    }
