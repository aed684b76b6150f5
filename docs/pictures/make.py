"""Makes the pictures of the README: the generated site in a browser, and a red check in the terminal.

    .venv/bin/python docs/pictures/make.py [--chromium PATH]

Needs Chromium for the site's pages; the terminal's picture is drawn by Rich, without any outside font.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
STARTERKIT = [sys.executable, "-m", "starterkit"]
PAGES = {"home": "/", "article": "/article/the-town-that-a-map-invented", "profile": "/profile/tomas"}


def starterkit(*args: str, cwd: Path) -> str:
    """Run starterkit with colours, and return what it printed."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "80"}
    done = subprocess.run([*STARTERKIT, *args], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    return done.stdout


def draw_check(site: Path) -> None:
    """Draw what `check` says of the comments with two mistakes in them."""
    starterkit("solve", "--no-check", cwd=site)
    for name, old, new in (("comments", "422", "200"), ("models", '"Comment.id"', '"Comment.id.desc()"')):
        code = site / "conduit" / f"{name}.py"
        code.write_text(code.read_text("utf-8").replace(old, new), "utf-8")
    console = Console(record=True, width=82, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ starterkit check", style="bold"))
    shown = starterkit("check", cwd=site)
    console.print(Text.from_ansi(re.sub(r"/[\w./-]+(?: -m |/)starterkit\b", "starterkit", shown)))
    svg = console.export_svg(title="starterkit check")
    (HERE / "check.svg").write_text(re.sub(r"@font-face \{.*?\}\n?", "", svg, flags=re.DOTALL), "utf-8")


def photograph(site: Path, chromium: str) -> None:
    """Take pictures of the site's pages, light and wide."""
    command = [*STARTERKIT, "run", "--port", "8765"]
    with subprocess.Popen(command, cwd=site, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            while "8765" not in server.stdout.readline():
                pass
            for name, address in PAGES.items():
                _photograph(chromium, f"http://127.0.0.1:8765{address}", HERE / f"{name}.png")
        finally:
            server.terminate()


def _photograph(chromium: str, address: str, file: Path) -> None:
    with tempfile.TemporaryDirectory() as profile:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]
        flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"]
        flags += [f"--user-data-dir={profile}", "--window-size=1100,760", f"--screenshot={file}", address]
        subprocess.run([chromium, *flags], check=True, capture_output=True, timeout=60)


def main() -> None:
    """Make a site in a temporary folder, and its pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chromium", default="chromium")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        answers = ["--data", "site_title=The Night Baker", "--data", "author=Ada"]
        starterkit("new", "whole", "--framework", "flask", "--complete", *answers, cwd=Path(place))
        photograph(Path(place) / "whole", options.chromium)
        starterkit("new", "begun", "--framework", "flask", "--at", "comments", *answers, cwd=Path(place))
        draw_check(Path(place) / "begun")


if __name__ == "__main__":
    main()
