"""The command `starterkit workshop create`: its options and its output."""

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
_DEFAULT_FOLDER = "workshop"
_FOLDER_HELP = "Folder of the workshop (default: the current workshop, or a new folder `workshop`)."
_REMOTE_HELP = "URL of each participant's repository, with {login} or {folder} in it."
RosterFile = Annotated[str, argument("ROSTER", "CSV file with the participants, for example from a learning platform.")]
WorkshopFolder = Annotated[str, argument("DIR", _FOLDER_HELP)]
RemoteTemplate = Annotated[str, option("--remote-template", "ADDRESS", _REMOTE_HELP)]
Due = Annotated[str, option("--due", "TIME", 'Deadline, for example "2026-11-30 17:00".')]


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
    zips: Annotated[str, option("--zip", "FOLDER", "Write one ZIP file per participant into this folder.")] = "",
    folders: Annotated[
        str, option("--folders", "FOLDER", "Folder in which each participant gets a working folder.")
    ] = "",
    jobs: Jobs = "",
) -> int:
    """Create a workshop with one repository for each person or team.

    All repositories begin with the same files.

    To add participants, run the command again with a longer roster. Existing repositories don't change.
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
    """Convert the values of options to a request. This reads the roster and may fetch a template.

    Raises `UsageError` for invalid options and for an invalid roster.
    """
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
                "Missing option: --framework NAME.",
                f"Valid names: {', '.join(bundled_names())}. To compare them, type `starterkit choose`.",
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
    here = folder_of(context)
    if folder:
        return expand_user_path(folder, here)
    try:
        return find_workshop(here)
    except UsageError:
        return here / _DEFAULT_FOLDER


def _start(folder: Path, located: ResolvedTemplate | None, at: str) -> tuple[str, bool] | None:
    if at and is_workshop(folder):
        with metadata_of(open_workshop(folder)) as template:
            return start_of(template, at)
    return start_of(located.template, at) if at and located is not None else None


def _remotes(here: Path, template: str) -> str:
    if not template:
        return ""
    check_remote_template(template)
    return template if is_address(template) else os.path.normpath(expand_user_path(template, here.absolute()))


def _roster_file(here: Path, workshop: Path, name: str) -> Path:
    file, sibling = expand_user_path(name, here), workshop.absolute().parent / name
    if not file.exists() and sibling.is_file():
        path = quoted(os.path.relpath(sibling, here.absolute()))
        raise UsageError(
            f"The file {name} isn't in this folder. It is in the folder above the workshop.",
            f"Use its path: `starterkit workshop create {path}`.",
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
        console.type_next("When participants have started, fetch their work", *enter, "workshop collect")
    return code


def _show_people(console: Console, made: CreateResult) -> None:
    """Show the command that each person types. New people have a mark. People with the same name have their login."""
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
        contents = f"{counted(people, 'person', 'people')} ({made.added} new)"
    else:
        shared = counted(repositories, "repository", "repositories")
        contents = f"{shared} ({made.added} new) for {people} people"
    return f"{name} has {contents}. All start with {start} ({workshop.template.removeprefix('starterkit:')})."


def _show_columns(console: Console, made: CreateResult) -> None:
    columns = {name: truncate(title, 1, _LONGEST_TITLE) for name, title in made.roster.columns.items()}
    unused = [truncate(title, 1, _LONGEST_TITLE) for title in made.roster.unused]
    used = ", ".join(f'{_COLUMN_NAMES.get(name, name)} from "{title}"' for name, title in columns.items())
    console.print(f"Used these columns of the roster: {used}.", hang=2)
    if unused:
        console.print(f"Ignored these columns of the roster: {few(unused, _MOST_TITLES)}.", hang=2)


def _show_noticed(console: Console, made: CreateResult) -> None:
    for line, content in made.roster.left_out:
        console.info(f"Skipped line {line} of the roster, because it doesn't name a person: {content}")
    for team in made.changed_teams:
        console.note_prose(
            f"The roster and workshop.yml list different members for team {team.name}. "
            "To change the team, edit `members:` in workshop.yml."
        )
    if made.in_another_way:
        console.note_prose(f"`--{made.method}` only changes how new participants start.")
    if made.unreached:
        console.print()
        for enrolled in made.unreached:
            why = enrolled.pushed.why if enrolled.pushed else ""
            person = f"{enrolled.person.name} ({enrolled.person.remote})"
            console.print(text("NOT REACHED", "bold red"), f"  {person}: {why}", hang=13)
        console.say_prose(
            "Fix the problem, then type the same command again. starterkit pushes only the missing repositories."
        )


def _show_owner(console: Console, made: CreateResult) -> None:
    """Show how other users of this machine get access, because all files belong to the current user."""
    if os.name == "nt":
        return
    methods = {made.workshop.start_method(enrolled.person) for enrolled in made.people if not enrolled.person.remote}
    if "clone" in methods:
        console.print()
        console.say_prose(
            "These repositories belong to you. Other users of this machine can't clone them or push to them. "
            "For other users, create the workshop with `--folders`. See docs/workshop.md#a-shared-disk."
        )
    commands = list(filter(None, map(_chown_command, made.people)))
    if commands:
        console.print()
        console.print("These folders belong to you. To give them to the users of this machine, type:")
    for command in commands:
        console.verbatim(command, indent=2)


def _chown_command(enrolled: Participant) -> str:
    """Return the command that gives a working folder to its user on this machine, or ""."""
    folder, login = enrolled.handout, enrolled.person.login
    if folder is None or not folder.is_dir() or folder.stat().st_uid != os.geteuid() or not is_another_user(login):
        return ""
    return f"sudo chown -R {quoted(login)}: {quoted(os.fspath(folder.absolute()))}"


def _show_to_all(console: Console, made: CreateResult) -> None:
    methods = {made.workshop.start_method(enrolled.person) for enrolled in made.people}
    console.print()
    console.print("Send each person the line with their name. Send everybody the handout:")
    console.verbatim(shown_path(made.handout), "bold", indent=2)
    if made.kept_handout:
        console.print(
            "starterkit kept this handout, because its text was changed. For a new handout, delete the file first."
        )
    if methods != {"folders"}:
        console.print(
            f"Send {wheel_file()} too. To learn how to build this file, see docs/workshop.md#what-everybody-needs."
        )


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
        "handout_file": made.handout.absolute(),
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
