"""How fast starterkit is, against named peers, measured in one run.

    .venv/bin/python benchmarks/benchmark.py [--runs N] [--framework flask]

Prints a Markdown table: what was measured, the figure or the ratio (medians of pairs that ran in turn), the limit, and
whether it held. Exits with 1 when a limit did not hold. Needs a warm package cache (one `new` is run first for that).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
STARTERKIT = str(BIN / "starterkit")
COPIER = str(BIN / "copier")
TWO_COMMANDS = '''
import typer

app = typer.Typer()


@app.command()
def one(name: str = "world") -> None:
    """Do the one thing."""


@app.command()
def other(count: int = 1) -> None:
    """Do the other thing."""


app()
'''


@dataclass(frozen=True)
class Row:
    """One line of the table: the figure, its unit (`×`, `s`, `MiB`), and the limit."""

    what: str
    figure: float
    unit: str
    limit: float
    shown: str

    @property
    def holds(self) -> bool:
        return self.figure <= self.limit


def environment() -> dict[str, str]:
    """The surrounding environment, as a user's shell has it: bytecode is written."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: list[str], cwd: Path, *, codes: tuple[int, ...] = (0,)) -> float:
    """Run a command to its end and return how long it took; its exit code must be one of `codes`."""
    begin = time.perf_counter()
    done = subprocess.run(
        command, cwd=cwd, env=environment(), capture_output=True, stdin=subprocess.DEVNULL, timeout=300
    )
    took = time.perf_counter() - begin
    if done.returncode not in codes:
        raise SystemExit(f"{command} ended with {done.returncode}:\n{done.stdout.decode()}{done.stderr.decode()}")
    return took


def ratio(ours: Callable[[], float], peer: Callable[[], float], runs: int) -> tuple[float, float, float]:
    """Return the median of the ratios of pairs that ran in turn, and the two medians in seconds."""
    ours(), peer()  # warm
    pairs = [(ours(), peer()) for _ in range(runs)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return statistics.median(one / other for one, other in pairs), mine, theirs


def against(what: str, ours: Callable[[], float], peer: Callable[[], float], limit: float, runs: int) -> Row:
    """Return the row of a ratio to a peer."""
    figure, mine, theirs = ratio(ours, peer, runs)
    return Row(what, figure, "×", limit, f"{figure:.2f} × ({mine:.2f} s, {theirs:.2f} s)")


def absolute(what: str, times: list[float], limit: float) -> Row:
    """Return the row of a time in seconds: the median counts, the least tells how busy the machine was."""
    figure = statistics.median(times)
    return Row(what, figure, "s", limit, f"{figure:.2f} s (least {min(times):.2f} s)")


def measure(framework: str, runs: int, place: Path) -> Iterator[Row]:
    """Yield the rows, in the order of the table in docs/comparison.md."""
    from starterkit.template.bundled import bundled_folder, bundled_names

    template = bundled_folder() / framework
    peer_app = place / "two.py"
    peer_app.write_text(TWO_COMMANDS)
    site = place / "site"
    seconds([STARTERKIT, "new", str(site), "--framework", framework, "--defaults"], place)

    def peer_help() -> float:
        return seconds([sys.executable, str(peer_app), "--help"], place)

    yield against(
        "`--help` / `--help` of a two-command Typer app",
        lambda: seconds([STARTERKIT, "--help"], place),
        peer_help,
        1.15,
        runs,
    )
    yield against("`status` / the same", lambda: seconds([STARTERKIT, "status"], site), peer_help, 1.3, runs)
    if len(bundled_names()) > 1:  # with one framework, choose has nothing to ask
        yield against("first question of `choose` / the same", lambda: _first_question(place), peer_help, 1.3, runs)
    yield against(
        "`new --no-install` with its path / `copier copy` of the bare project",
        lambda: _fresh(
            place / "ours",
            lambda to: [STARTERKIT, "new", str(to), "--framework", framework, "--defaults", "--no-install"],
            place,
        ),
        lambda: _fresh(
            place / "peer", lambda to: [COPIER, "copy", "--defaults", "--quiet", str(template), str(to)], place
        ),
        1.15,
        runs,
    )
    yield from _writing(site, runs)
    yield _check(site, runs)
    yield absolute(
        "`new` to green tests, warm cache",
        [
            _fresh(
                place / "whole", lambda to: [STARTERKIT, "new", str(to), "--framework", framework, "--defaults"], place
            )
            for _ in range(max(3, runs // 3))
        ],
        4.0,
    )
    yield _memory(site, place, framework)
    yield _authoring(template, place, max(3, runs // 3))


def _first_question(place: Path) -> float:
    """Time `choose` on a terminal of its own until its first question waits for an answer; then end it."""
    import pty

    main, own = pty.openpty()
    begin = time.perf_counter()
    process = subprocess.Popen(
        [STARTERKIT, "choose"], cwd=place, env=environment(), stdin=own, stdout=own, stderr=own, start_new_session=True
    )
    os.close(own)
    shown = b""
    while b"[skip] " not in shown:
        shown += os.read(main, 65536)
    took = time.perf_counter() - begin
    process.kill()
    process.wait()
    os.close(main)
    return took


def _fresh(target: Path, command: Callable[[Path], list[str]], place: Path) -> float:
    """Time a command that makes `target`, which is removed before."""
    shutil.rmtree(target, ignore_errors=True)
    return seconds(command(target), place)


def _writing(site: Path, runs: int) -> Iterator[Row]:
    times: dict[str, list[float]] = {"next": [], "solve": [], "undo": []}
    for _ in range(runs):
        seconds([STARTERKIT, "check"], site)
        times["next"].append(seconds([STARTERKIT, "next"], site))
        times["solve"].append(seconds([STARTERKIT, "solve", "--no-check"], site))
        times["undo"].append(seconds([STARTERKIT, "undo"], site))
        seconds([STARTERKIT, "undo"], site)
    yield absolute("`next` with a remembered green", times["next"], 0.3)
    yield absolute("`solve --no-check`", times["solve"], 0.3)
    yield absolute("`undo`", times["undo"], 0.3)


def _authoring(template: Path, place: Path, runs: int) -> Row:
    """Open a whole path as a git repository and save it back, as two commands."""
    copy = shutil.copytree(template, place / "authored" / template.name)
    times = []
    for number in range(runs):
        path = place / "authored" / f"path-{number}"
        opened = seconds([STARTERKIT, "template", "open", str(copy), str(path)], place)
        times.append(opened + seconds([STARTERKIT, "template", "save", str(path)], place))
    return absolute("`template open` and `template save` of a whole path", times, 2.0)


def _check(site: Path, runs: int) -> Row:
    python = site / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    bare = [str(python), "-m", "pytest", "--junit-xml", str(site.parent / "report.xml"), "-q"]
    extra, mine, theirs = [], [], []
    for number in range(runs + 1):
        ours, peer = seconds([STARTERKIT, "check"], site), seconds(bare, site)
        if number:
            extra.append(ours - peer)
            mine.append(ours)
            theirs.append(peer)
    figure = statistics.median(extra)
    shown = f"{figure:+.2f} s ({statistics.median(mine):.2f} s, {statistics.median(theirs):.2f} s)"
    return Row("`check` over the bare test command", figure, "s", 0.15, shown)


def _memory(site: Path, place: Path, framework: str) -> Row:
    """The peak of our own process over the commands; what it starts is not counted."""
    commands = [
        [STARTERKIT, "new", str(place / "memory"), "--framework", framework, "--defaults", "--no-install"],
        [STARTERKIT, "check"],
        [STARTERKIT, "next"],
        [STARTERKIT, "solve"],
        [STARTERKIT, "undo"],
        [STARTERKIT, "status"],
        [STARTERKIT, "lesson", "1"],
    ]
    peaks = {" ".join(command[1:2]): _peak_mebibytes(command, site) for command in commands}
    worst = max(peaks, key=lambda name: peaks[name])
    return Row("peak memory of any command", peaks[worst], "MiB", 100, f"{peaks[worst]:.0f} MiB (`{worst}`)")


def _peak_mebibytes(command: list[str], cwd: Path) -> float:
    """Run a command in this interpreter's image and return its own peak, in MiB."""
    code = (
        "import json, resource, runpy, sys\n"
        "sys.argv = json.loads(sys.argv[1])\n"
        "try:\n    runpy.run_module('starterkit', run_name='__main__')\n"
        "except SystemExit:\n    pass\n"
        "print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(command)], cwd=cwd, env=environment(), capture_output=True, text=True
    )
    figure = float(done.stderr.rsplit("peak", 1)[1])
    return figure / (1024 * 1024 if sys.platform == "darwin" else 1024)


def told(what: str, rows: Iterable[Row]) -> int:
    """Print the table of rows, each as soon as it is there; return the exit code: 1 where a limit did not hold."""
    code = 0
    print(f"| what ({what}) | measured | must be | |\n| --- | --- | --- | --- |", flush=True)
    for row in rows:
        held = "ok" if row.holds else "MISSED"
        print(f"| {row.what} | {row.shown} | ≤ {row.limit:g} {row.unit} | {held} |", flush=True)
        code = code if row.holds else 1
    return code


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--framework", default="flask")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="starterkit-benchmark-") as place:
        return told(options.framework, measure(options.framework, options.runs, Path(place)))


if __name__ == "__main__":
    sys.exit(main())
