"""A workshop that was made or grew: what each person types to begin, and who could not be reached."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from starterkit.cli.invocation import quoted, shown_path
from starterkit.cli.text import columns, harmless, prose, text
from starterkit.errors import ExitCode
from starterkit.template.model import BASE

if TYPE_CHECKING:
    from starterkit.cli.console import Console
    from starterkit.workshop.enrolling import Enrolled, Enrolment

_WIDEST_NAME = 32


def show(console: Console, made: Enrolment) -> int:
    """Show the workshop with a line for each person of the roster."""
    code = reached_code(len(made.unreached), sum(one.pushed is not None for one in made.people))
    if console.as_json:
        console.json("workshop create", as_json(made))
        return code
    console.line(text("ok", "bold green"), "  ", _head(made))
    console.line()
    show_people(console, [(one.person.name, _typed(made, one)) for one in made.people])
    _show_noticed(console, made)
    console.line()
    # As it is typed on their machines, not on this one.
    first = (text("starterkit run --open", "bold"), ", and for the first step ", text("starterkit next", "bold"), ".")
    console.line("In that folder, each then types ", *first)
    if not made.unreached:
        _show_next(console, made)
    return code


def reached_code(unreached: int, asked: int) -> ExitCode:
    """Return the exit code for remotes: 1 where some could not be reached, 4 where none of them could."""
    if not unreached:
        return ExitCode.DONE
    return ExitCode.RED if unreached < asked else ExitCode.ENVIRONMENT


def show_people(console: Console, lines: list[tuple[str, str]]) -> None:
    """Show what each person types, so that it can be copied."""
    width = min(_WIDEST_NAME, max((columns(harmless(name)) for name, _ in lines), default=0))
    for name, typed in lines:
        console.exact(f"{fitted(name, width)}  {typed}", indent=2)


def fitted(words: str, width: int) -> str:
    """Return words in exactly so many columns, cut with an ellipsis where they are longer."""
    words = harmless(words).replace("\n", " ")
    if columns(words) > width:
        while words and columns(words) > width - 1:
            words = words[:-1]
        words = f"{words.rstrip()}…"
    return words + " " * (width - columns(words))


def _head(made: Enrolment) -> str:
    workshop = made.workshop
    where = "the starter project" if workshop.step == BASE else workshop.step
    people = f"{len(workshop.people)} {'person' if len(workshop.people) == 1 else 'people'}"
    return (
        f"The workshop in {shown_path(workshop.folder)} has {people}, {made.added} of them new; "
        f"all begin with {where} ({workshop.template.removeprefix('starterkit:')})."
    )


def _show_noticed(console: Console, made: Enrolment) -> None:
    for line, what in made.left_out:
        console.note(prose(f"Left out: line {line} of the roster ({what}) is nobody."))
    for team in made.changed_teams:
        console.note(
            prose(f"The team {team.name} has other members in the roster than in workshop.yml, which stays as it is.")
        )
    if made.unreached:
        console.line()
        for one in made.unreached:
            why = one.pushed.why if one.pushed else ""
            console.line(text("NOT REACHED", "bold red"), f"  {one.person.name} ({one.person.remote}): {why}", hang=13)
        console.say_prose("Type the same again when that is mended: only what is missing is pushed.")


def _show_next(console: Console, made: Enrolment) -> None:
    console.invocation = console.invocation.outside()
    console.type_next(
        "When they have begun, see where everybody is",
        f"cd {quoted(shown_path(made.workshop.folder))}",
        "workshop collect",
        "workshop status",
    )


def _typed(made: Enrolment, one: Enrolled) -> str:
    """What a person types to begin."""
    workshop, person = made.workshop, one.person
    if one.handout is not None and made.in_zip and one.handout.suffix == ".zip":
        return f"unzip {quoted(one.handout.name)} && cd {quoted(made.in_zip)}   ({shown_path(one.handout)})"
    if one.handout is not None:
        return f"cd {quoted(str(one.handout.absolute()))}"
    if person.has_address:
        return f"git clone {quoted(person.remote)}"
    folder = workshop.remote_folder(person) or workshop.repository(person)
    if (folder / ".git").exists():
        return f"cd {quoted(os.fspath(folder.absolute()))}"
    # Else git would make a clone that borrows its objects from the workshop's folder.
    return f"git clone --no-local {quoted(os.fspath(folder.absolute()))}"


def as_json(made: Enrolment) -> dict[str, Any]:
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
        "left_out": [{"line": line, "what": what} for line, what in made.left_out],
        "changed_teams": [team.folder for team in made.changed_teams],
        "unreached": [one.person.folder for one in made.unreached],
    }


def _person_as_json(made: Enrolment, one: Enrolled) -> dict[str, Any]:
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
