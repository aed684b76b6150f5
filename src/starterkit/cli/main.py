"""Run the command line and catch every error. Users see a message, never a traceback."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import traceback
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from types import FrameType

from starterkit.cli.console.console import Console, prepare_streams
from starterkit.errors import EnvironmentProblem, ExitCode, StarterkitError, UsageError, from_os_error

_TITLES = {ExitCode.RED: "", ExitCode.CONFLICT: "Stopped:", ExitCode.BUG: "Bug:"}


def run_command(arguments: list[str]) -> int:
    """Run the command line and return the exit code. Every error becomes a message and an exit code."""
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
    except OSError as error:
        return _output_failed(console, error)


def _guarded(arguments: list[str], console: Console) -> int:
    """Run the command and show any error, except errors of the output stream."""
    try:
        _end_on_signals()
        _check_current_folder()
        from starterkit.cli.app import run  # noqa: PLC0415 - here, a broken installation ends in a report too

        code = run(arguments, console)
        return _interrupted(console) if code == ExitCode.INTERRUPTED else code
    except StarterkitError as error:
        return _show_error(console, error)
    except (KeyboardInterrupt, EOFError):
        return _interrupted(console)
    except BrokenPipeError:
        raise
    except OSError as error:
        try:
            _check_current_folder()  # the current folder can be deleted while the command runs
            known = from_os_error(error)
        except UsageError as deleted:
            known = deleted
        return _bug(console, error, arguments) if known is None else _show_error(console, known)
    except Exception as error:  # every other exception is a bug, and only this place catches all exceptions
        return _bug(console, error, arguments)


def _check_current_folder() -> None:
    try:
        Path.cwd()
    except FileNotFoundError as error:
        raise UsageError(
            "The current folder was deleted.",
            "Go to a folder that exists: `cd FOLDER`. If the same folder was created again, you also need `cd`.",
        ) from error


def _show_error(console: Console, error: StarterkitError) -> int:
    _keep_error(console, error.message, error.fix, error.code)
    console.error(_TITLES.get(error.code, "Error:"), error.message, error.fix)
    return int(error.code)


def _keep_error(console: Console, message: str, fix: str, code: ExitCode) -> None:
    console.json("error", {"error": {"message": message, "fix": fix, "exit_code": int(code)}})


def _interrupted(console: Console) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ignore a second Ctrl-C
    # If the interrupt happened in code that was created with exec (dataclasses do this), Python remembers it as
    # unhandled. Then Python would end with the signal instead of our exit code. Another exec clears this memory.
    exec("")  # noqa: S102 - nothing is executed
    _keep_error(console, console.farewell, "", ExitCode.INTERRUPTED)
    console.info(console.farewell)
    return ExitCode.INTERRUPTED


def _bug(console: Console, error: BaseException, arguments: list[str]) -> int:
    from starterkit.crash_report import write_report  # noqa: PLC0415 - slow, and only a bug needs it

    report = write_report(error, arguments)
    where = (
        f"The full report is in {report}." if report else "It couldn't save the report, so the report is shown below."
    )
    message = f"starterkit failed with {type(error).__name__}. {where}"
    fix = "Please report this bug."
    _keep_error(console, message, fix, ExitCode.BUG)
    console.error("Bug:", message, fix)
    if not report:
        console.info("".join(traceback.format_exception(error)))
    return ExitCode.BUG


def _output_failed(console: Console, error: OSError) -> int:
    """Show that the output failed. If a reader such as `head` closed the pipe, show nothing."""
    # At exit, Python would write its buffered output and fail again, so redirect it.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    if error.errno == errno.EPIPE or isinstance(error, BrokenPipeError):
        return ExitCode.INTERRUPTED
    known = from_os_error(error) or EnvironmentProblem(
        f"starterkit can't write its output: {error.strerror or error}.", "Write the output to another file or disk."
    )
    return _show_error(console, known)


def _end_on_signals() -> None:
    """Handle SIGTERM and SIGHUP like Ctrl-C, so that child processes are ended too."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, leave)
    if sys.platform != "win32":  # unblock the signals that `__main__` has blocked
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
