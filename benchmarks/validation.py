"""How fast `template validate` is, against the test runs that its rules need, measured in one run.

    .venv/bin/python benchmarks/validation.py [TEMPLATE] [--step RANGE]

Proves a template (mutation aside) with an empty cache, then once more with nothing changed. The peer is the sum of all
test runs that the rules asked for, as they took in this very run, divided by the processes that ran at once. Prints a
Markdown table and exits with 1 when a limit did not hold.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from typing import Any

from benchmark import STARTERKIT, Row, environment, told

MOST_OVER_TESTS, MOST_AGAIN_SECONDS = 1.3, 1.0


def validate(words: list[str], cache: str) -> tuple[float, dict[str, Any]]:
    """Validate with the results kept in `cache`; return the seconds of the whole command and what it answered."""
    uv_cache = subprocess.run([sys.executable, "-m", "uv", "cache", "dir"], capture_output=True, text=True, check=True)
    variables = {**environment(), "UV_CACHE_DIR": uv_cache.stdout.strip(), "XDG_CACHE_HOME": cache}
    command = [STARTERKIT, "template", "validate", *words, "--skip", "earned", "--json"]
    begin = time.perf_counter()
    done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, timeout=3600, check=False)
    took = time.perf_counter() - begin
    if done.returncode not in (0, 1):
        raise SystemExit(done.stdout.decode())
    return took, json.loads(done.stdout)


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("template", nargs="?", default="flask")
    parser.add_argument("--step", default="")
    options = parser.parse_args()
    words = [options.template, *(["--step", options.step] if options.step else [])]
    with tempfile.TemporaryDirectory(prefix="starterkit-benchmark-") as cache:
        first, answer = validate(words, cache)
        again, second = validate(words, cache)
    peer = answer["test_seconds"] / answer["jobs"]
    if second["from_cache"] != len(second["results"]):
        raise SystemExit("Not all of the second run came from the cache.")
    over = first / peer
    rows = [
        Row("`template validate`, mutation aside / its test runs by the processes", over, "×", MOST_OVER_TESTS,
            f"{over:.2f} × ({first:.0f} s, {peer:.0f} s)"),
        Row("the same again, nothing changed", again, "s", MOST_AGAIN_SECONDS, f"{again:.2f} s"),
    ]  # fmt: skip
    return told(f"{' '.join(words)}, {answer['jobs']} processes", rows)


if __name__ == "__main__":
    sys.exit(main())
