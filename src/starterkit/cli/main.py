"""The one catcher of errors: what a user can cure is said in words, all else ends in a report."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from types import FrameType
from typing import Any

from starterkit.cli.console.console import Console, prepare_streams
from starterkit.errors import EnvironmentProblem, ExitCode, StarterkitError, UsageError, from_os_error

_TITLES = {ExitCode.RED: "", ExitCode.CONFLICT: "Stopped:", ExitCode.BUG: "Bug:"}


def run_command(arguments: list[str]) -> int:
    """Run the command line and return the exit code."""
    prepare_streams()
    as_json = "--json" in arguments[: arguments.index("--") if "--" in arguments else None]
    console = Console(as_json=as_json)
    shown = io.StringIO()
    code = None
    try:
        with redirect_stdout(shown) if as_json else nullcontext():
            code = _guarded(arguments, console)
        console.progress.stop()
        if as_json:
            console.write_json(shown.getvalue())
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        _interrupted(console)
        if as_json and code is None:
            console.write_json("")
        return ExitCode.INTERRUPTED
    except OSError as wrong:
        return _output_failed(console, wrong)


def _guarded(arguments: list[str], console: Console) -> int:
    """Run the command; every error but a failure of the output itself is told here."""
    try:
        _end_on_signals()
        _check_current_folder()
        code = _dispatch(arguments, console)
        return _interrupted(console) if code == ExitCode.INTERRUPTED else code
    except StarterkitError as wrong:
        return _told(console, wrong)
    except (KeyboardInterrupt, EOFError):
        return _interrupted(console)
    except BrokenPipeError:
        raise
    except OSError as wrong:
        try:
            _check_current_folder()  # it may have been deleted while the command ran
            told = from_os_error(wrong)
        except UsageError as gone:
            told = gone
        return _told(console, told) if told is not None else _bug(console, wrong, arguments)
    except Exception as wrong:  # the one place where anything may arrive
        return _bug(console, wrong, arguments)


def _check_current_folder() -> None:
    """Raise `UsageError` when the folder that the terminal is in was deleted."""
    try:
        Path.cwd()
    except FileNotFoundError as gone:
        raise UsageError(
            "The folder that you are in was deleted.",
            "If it was created again, `cd` into it again. Otherwise, `cd` into another folder.",
        ) from gone


def _dispatch(arguments: list[str], console: Console) -> int:
    import typer

    from starterkit.cli.app import command_line

    try:
        answer: Any = command_line().main(arguments, prog_name="starterkit", standalone_mode=False, obj=console)
    except typer.TyperException as wrong:
        from starterkit.cli.typer_errors import usage_error_of

        raise usage_error_of(wrong) from wrong
    except typer.Abort as ended:  # the end of the input where a line was asked for
        raise KeyboardInterrupt from ended
    except SystemExit as ended:  # shell completion, and output into a closed pipe
        if isinstance(ended.__context__, BrokenPipeError):
            raise BrokenPipeError(errno.EPIPE, "closed") from ended
        return ended.code if isinstance(ended.code, int) else 0
    return int(answer or 0)


def _told(console: Console, wrong: StarterkitError) -> int:
    _keep_error(console, wrong.message, wrong.fix, wrong.code)
    console.error(_TITLES.get(wrong.code, "Error:"), wrong.message, wrong.fix)
    return int(wrong.code)


def _keep_error(console: Console, message: str, fix: str, code: ExitCode) -> None:
    """Keep an error as the answer for a script."""
    console.json("error", {"error": {"message": message, "fix": fix, "exit_code": int(code)}})


def _interrupted(console: Console) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C changes nothing any more
    # Where the interrupt passed through source that was run as text (a class that dataclasses made, say), Python notes
    # it as unhandled and ends itself by the signal, whatever exit code it is given; running text forgets that.
    exec("")  # noqa: S102 - nothing is executed
    _keep_error(console, console.farewell, "", ExitCode.INTERRUPTED)
    console.info(console.farewell)
    return ExitCode.INTERRUPTED


def _bug(console: Console, wrong: BaseException, arguments: list[str]) -> int:
    from starterkit.crash_report import write_report

    place = write_report(wrong, arguments)
    where = f"The full report is in {place}." if place else "The report could not be written; it follows."
    message = f"starterkit made a mistake ({type(wrong).__name__}). {where}"
    _keep_error(console, message, "Please report this bug.", ExitCode.BUG)
    console.error("Bug:", message, "")
    if not place:
        import traceback

        console.info("".join(traceback.format_exception(wrong)))
    return ExitCode.BUG


def _output_failed(console: Console, wrong: OSError) -> int:
    """Say that the answer could not be written; nothing when its reader has gone (as `head` does)."""
    # What is still buffered cannot be written either; without this, Python would complain on its way out.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    if wrong.errno == errno.EPIPE or isinstance(wrong, BrokenPipeError):
        return ExitCode.INTERRUPTED
    told = from_os_error(wrong) or EnvironmentProblem(f"The answer cannot be written: {wrong.strerror or wrong}.")
    return _told(console, told)


def _end_on_signals() -> None:
    """Ended from outside or with the terminal closed, we leave as with Ctrl-C: what we started ends too."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, leave)
    if sys.platform != "win32":  # `main` held them back until now
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
