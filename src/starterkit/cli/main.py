"""Runs the command line and catches every error: a user gets a message, or the place of a crash report."""

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
    except OSError as error:
        return _output_failed(console, error)


def _guarded(arguments: list[str], console: Console) -> int:
    """Run the command, and show every error but a failure of the output itself."""
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
            _check_current_folder()  # it may have been deleted while the command ran
            known = from_os_error(error)
        except UsageError as deleted:
            known = deleted
        return _bug(console, error, arguments) if known is None else _show_error(console, known)
    except Exception as error:  # the one place that catches everything
        return _bug(console, error, arguments)


def _check_current_folder() -> None:
    """Raise `UsageError` if the terminal's folder was deleted."""
    try:
        Path.cwd()
    except FileNotFoundError as error:
        raise UsageError(
            "The folder that you are in was deleted.",
            "If it was created again, `cd` into it again. Otherwise, `cd` into another folder.",
        ) from error


def _show_error(console: Console, error: StarterkitError) -> int:
    _keep_error(console, error.message, error.fix, error.code)
    console.error(_TITLES.get(error.code, "Error:"), error.message, error.fix)
    return int(error.code)


def _keep_error(console: Console, message: str, fix: str, code: ExitCode) -> None:
    console.json("error", {"error": {"message": message, "fix": fix, "exit_code": int(code)}})


def _interrupted(console: Console) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C changes nothing
    # If the interrupt passed through source that ran as text (a class made by dataclasses, for example), Python notes
    # it as unhandled, and ends by the signal instead of with our exit code. Running other text resets this note.
    exec("")  # noqa: S102 - nothing is executed
    _keep_error(console, console.farewell, "", ExitCode.INTERRUPTED)
    console.info(console.farewell)
    return ExitCode.INTERRUPTED


def _bug(console: Console, error: BaseException, arguments: list[str]) -> int:
    from starterkit.crash_report import write_report  # noqa: PLC0415 - slow, and only a bug needs it

    report = write_report(error, arguments)
    where = f"The full report is in {report}." if report else "The report couldn't be written, so here it is."
    message = f"starterkit failed with {type(error).__name__}. {where}"
    _keep_error(console, message, "Please report this bug.", ExitCode.BUG)
    console.error("Bug:", message, "")
    if not report:
        console.info("".join(traceback.format_exception(error)))
    return ExitCode.BUG


def _output_failed(console: Console, error: OSError) -> int:
    """Say that the answer could not be written, or nothing if its reader has ended (as `head` does)."""
    # Python would write what is still buffered when it ends, and fail again.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    if error.errno == errno.EPIPE or isinstance(error, BrokenPipeError):
        return ExitCode.INTERRUPTED
    known = from_os_error(error) or EnvironmentProblem(f"The output can't be written: {error.strerror or error}.")
    return _show_error(console, known)


def _end_on_signals() -> None:
    """Treat the signals of `kill` and of a closed terminal like Ctrl-C, so that our child processes end too."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, leave)
    if sys.platform != "win32":  # `__main__` blocked them until now
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
