"""`starterkit workshop create`."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Annotated, Any

import typer

from starterkit import wheel_file
from starterkit.cli.commands.workshop.create_request import Due, Place, RemoteTemplate, RosterFile, WorkshopChoice
from starterkit.cli.commands.workshop.shared import Jobs, reached_code
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.table import counted, fitted, width_of
from starterkit.cli.console.text import markup, text
from starterkit.cli.options import At, Data, Elsewhere, Framework, Trust
from starterkit.cli.session import console_of, folder_of
from starterkit.errors import ExitCode, UsageError
from starterkit.paths import expand_user_folder
from starterkit.process import quoted
from starterkit.sanitize import few, truncate
from starterkit.template.model import BASE
from starterkit.workshop.create import CreateResult, Participant
from starterkit.workshop.create import create as create_workshop
from starterkit.workshop.handouts import folder_in_zip, is_another_user
from starterkit.workshop.names import told_apart

_WIDEST_NAME = 48
_MOST_TITLES, _LONGEST_TITLE = 30, 120
_COLUMN_WORDS = {"first": "first name", "last": "surname", "email": "e-mail"}
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


def create(
    context: typer.Context,
    roster: RosterFile,
    place: Place = "",
    framework: Framework = "",
    template: Elsewhere = "",
    trust: Trust = False,
    data: Data = None,
    at: At = "",
    remote_template: RemoteTemplate = "",
    due: Due = "",
    zips: Annotated[
        str,
        typer.Option("--zip", metavar="FOLDER", help="Write a zip for each person there, to hand out."),
    ] = "",
    folders: Annotated[
        str,
        typer.Option("--folders", metavar="FOLDER", help="Make a working folder for each person there."),
    ] = "",
    jobs: Jobs = "",
) -> int:
    """Make a workshop: one repository for each person or team, all from one rendering.

    With a longer roster, the same again adds who is new; what exists is never touched.
    """
    if zips and folders:
        raise UsageError("--zip and --folders exclude each other.", "Choose one of them.")
    console, here = console_of(context), folder_of(context)
    choice = WorkshopChoice(context, place, framework, template, trust, data, at)
    request = choice.request(roster, remote_template, due, jobs)
    if zips or folders:
        method = "zip" if zips else "folders"
        request = replace(request, method=method, handouts=expand_user_folder(zips or folders, here))
    return show(console, create_workshop(request, console.show_progress))


def show(console: Console, made: CreateResult) -> int:
    """Show the workshop with a line for each person of the roster."""
    code = reached_code(len(made.unreached), sum(one.pushed is not None for one in made.people))
    if console.as_json:
        console.json("workshop create", as_json(made))
        return code
    console.print(text("ok", "bold green"), "  ", _head(made))
    _show_columns(console, made)
    console.print()
    _show_people(console, _lines(made))
    _show_noticed(console, made)
    _show_owner(console, made)
    if code != ExitCode.ENVIRONMENT:
        _show_to_all(console, made)
    if not made.unreached:
        _show_next(console, made)
    return code


def _lines(made: CreateResult) -> list[tuple[str, str]]:
    """What each person types, with what tells apart those of one name, and those who are new from the others."""
    people = made.workshop.people
    names = told_apart((person.folder, person.name, person.login or person.email) for person in people)
    mark = 0 < made.added < len(made.people)
    lines = []
    for one in made.people:
        name = names[one.person.folder]
        if mark:
            name = f"{'new' if one.is_new else '   '}  {name}"
        lines.append((name, _typed(made, one)))
    return lines


def _show_people(console: Console, lines: list[tuple[str, str]]) -> None:
    """Show what each person types, so that it can be copied."""
    width = width_of("", (name for name, _ in lines), _WIDEST_NAME)
    for name, typed in lines:
        console.verbatim(f"{fitted(name, width)}  {typed}", indent=2)


def _head(made: CreateResult) -> str:
    workshop = made.workshop
    begin = "the starter project" if workshop.step == BASE else workshop.step
    place = shown_path(workshop.folder)
    repositories, people = len(workshop.people), sum(len(person.everybody) for person in workshop.people)
    if repositories == people:
        has = f"{counted(people, 'person', 'people')}, {made.added} of them new"
    else:
        shared = counted(repositories, "repository", "repositories")
        has = f"{shared} ({made.added} of them new) for {people} people"
    return (
        f"{'This workshop' if place == '.' else f'The workshop in {place}'} has {has}; "
        f"all begin with {begin} ({workshop.template.removeprefix('starterkit:')})."
    )


def _show_columns(console: Console, made: CreateResult) -> None:
    """Show what each column of the roster was taken for, and which columns were not used."""
    columns, unused = made.roster.columns, [truncate(title, 1, _LONGEST_TITLE) for title in made.roster.unused]
    used = (
        f'{_COLUMN_WORDS.get(name, name)} from "{truncate(title, 1, _LONGEST_TITLE)}"'
        for name, title in columns.items()
    )
    console.print(f"Columns of the roster: {', '.join(used)}.", hang=2)
    if unused:
        console.print(f"Not used: {few(unused, _MOST_TITLES)}.", hang=2)


def _show_noticed(console: Console, made: CreateResult) -> None:
    for line, what in made.roster.left_out:
        console.info(f"Left out: line {line} of the roster ({what}). It names no person.")
    for team in made.changed_teams:
        console.info(
            markup(
                f"The team {team.name} has other members in the roster than in workshop.yml, which stays as it is: "
                "correct them there, under `members:`."
            )
        )
    if made.in_another_way:
        console.info(markup(f"--{made.method} is for those who come from now on; the others begin as before."))
    if made.unreached:
        console.print()
        for one in made.unreached:
            why = one.pushed.why if one.pushed else ""
            console.print(text("NOT REACHED", "bold red"), f"  {one.person.name} ({one.person.remote}): {why}", hang=13)
        console.say_prose("Type the same again when that is mended: only what is missing is pushed.")


def _show_owner(console: Console, made: CreateResult) -> None:
    """Show what is still to be done where people are other users of this machine: what was made here is ours."""
    if os.name == "nt":
        return
    here = any(made.workshop.start_method(one.person) == "clone" and not one.person.remote for one in made.people)
    lines = [line for one in made.people if (line := _to_give(one))]
    if here:
        console.print()
        console.say_prose(
            "These repositories belong to you. Another user of this machine can neither clone nor push. "
            "For other users, create the workshop with `--folders` (docs/workshop.md, A shared disk)."
        )
    if lines:
        console.print()
        console.print("These folders belong to you. Give them to the users of this machine who work there:")
        for line in lines:
            console.verbatim(line, indent=2)


def _to_give(one: Participant) -> str:
    """What gives a working folder to the user of this machine for whom it is; empty where there is nothing to give."""
    folder, login = one.handout, one.person.login
    if folder is None or not folder.is_dir() or folder.stat().st_uid != os.geteuid():
        return ""
    place = quoted(os.fspath(folder.absolute()))
    return f"sudo chown -R {quoted(login)}: {place}" if is_another_user(login) else ""


def _show_to_all(console: Console, made: CreateResult) -> None:
    """Show what all have to know, to be copied: as it is typed on their machines, not on this one."""
    ways = {made.workshop.start_method(one.person) for one in made.people}
    pushed = ("git push",) if "clone" in ways else ()
    after_next = (("After each `starterkit next` or `solve`, which commit by themselves:", pushed),) if pushed else ()
    console.print()
    console.say_prose(
        "Send each their line, and this to all. They need Python, git and starterkit (docs/workshop.md, What everybody "
        "needs: how to make the file)."
    )
    for head, lines in (
        ("Once on your machine:", _ONCE if ways == {"folders"} else (*_INSTALLED, *_ONCE)),
        ("In the folder that is yours:" if ways == {"folders"} else "In the folder that your line makes:", _STEPS),
        *after_next,
        ("After each bit of work of your own, for nothing else is seen:", (*_SAVED, *pushed)),
    ):
        console.verbatim(head, indent=2)
        for line in lines:
            console.verbatim(line, indent=4)
    if "zip" in ways:
        console.verbatim("At the end, hand in the whole folder, with .git in it; node_modules may stay out.", indent=2)


def _show_next(console: Console, made: CreateResult) -> None:
    console.invocation = console.invocation.outside()
    place = shown_path(made.workshop.folder)
    go = [f"cd {quoted(place)}"] if place != "." else []
    console.type_next("When they have begun, see where everybody is", *go, "workshop collect", "workshop status")


def _typed(made: CreateResult, one: Participant) -> str:
    """What a person types to begin."""
    workshop, person = made.workshop, one.person
    if one.handout is not None and one.handout.suffix == ".zip":
        site = quoted(folder_in_zip(workshop))
        return f"unzip {quoted(one.handout.name)} && cd {site}   ({shown_path(one.handout)})"
    folder = one.handout or workshop.remote_folder(person)
    if folder is not None and (folder / ".git").exists():
        return f"cd {quoted(os.fspath(folder.absolute()))}"
    # What stands behind a remote may have been made with another branch than main for its first one.
    branch = "-b main " if person.remote else ""
    if person.has_address:
        return f"git clone {branch}{quoted(person.remote)}"
    place = quoted(os.fspath((folder or workshop.repository(person)).absolute()))
    # Else git would make a clone that borrows its objects from the workshop's folder.
    return f"git clone {branch}--no-local {place}"


def as_json(made: CreateResult) -> dict[str, Any]:
    """Return the object that docs/commands.md describes."""
    workshop = made.workshop
    return {
        "folder": str(workshop.folder.absolute()),
        "template": workshop.template,
        "step": workshop.step,
        "solved": workshop.solved,
        "due": workshop.due.isoformat() if workshop.due else None,
        "added": made.added,
        "people": [_person_as_json(made, one) for one in made.people],
        "columns": dict(made.roster.columns),
        "unused_columns": list(made.roster.unused),
        "left_out": [{"line": line, "what": what} for line, what in made.roster.left_out],
        "changed_teams": [team.folder for team in made.changed_teams],
        "unreached": [one.person.folder for one in made.unreached],
    }


def _person_as_json(made: CreateResult, one: Participant) -> dict[str, Any]:
    person = one.person
    return {
        "folder": person.folder,
        "name": person.name,
        "login": person.login,
        "email": person.email,
        "members": [vars(member) for member in person.members],
        "remote": person.remote,
        "repository": str(made.workshop.repository(person).absolute()),
        "new": one.is_new,
        "begin": _typed(made, one),
        "handout": str(one.handout.absolute()) if one.handout else None,
        "pushed": None if one.pushed is None else {"reached": one.pushed.reached, "why": one.pushed.why},
    }
