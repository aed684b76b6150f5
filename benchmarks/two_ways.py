"""How much slower tests are over HTTP than in the process of the site, measured in one run.

    .venv/bin/python benchmarks/two_ways.py [--framework flask] [--runs 5]

Runs the tests of the templates in tests/templates/two_ways, in turn in both ways, and then single requests. Prints a
Markdown table with medians. CPU is the processor time of the tests and of the site. For a single request, it is the
difference between two runs.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmark import STARTERKIT, environment, seconds

from starterkit.project import check
from starterkit.project.project import open_project

TEMPLATES = Path(__file__).parents[1] / "tests" / "templates" / "two_ways"
FRAMEWORKS = ("flask", "fastapi", "django", "express")
WAYS = ("", "http")
REQUESTS = 500
PROBES = {
    "probe.py": """
import sys

from tests import support

site = support.start()
for _ in range(int(sys.argv[1])):
    site.request("GET", "/")
site.stop()
""",
    "probe.mjs": """
import { start } from './tests/support/index.js';

const site = await start();
for (let done = 0; done < Number(process.argv[2]); done += 1) await site.request('GET', '/');
await site.stop();
""",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--framework", choices=FRAMEWORKS, action="append")
    parser.add_argument("--runs", type=int, default=5)
    wanted = parser.parse_args()
    print("| framework | figure | in process | over HTTP | ratio |\n| --- | --- | --- | --- | --- |")
    for framework in wanted.framework or FRAMEWORKS:
        with tempfile.TemporaryDirectory() as folder:
            site = project(framework, Path(folder))
            report(framework, [{way: measured(site, framework, way) for way in WAYS} for _ in range(wanted.runs)])


def project(framework: str, folder: Path) -> Path:
    """Create the complete project of a template, and run its tests once, so that everything is compiled."""
    site = folder / "site"
    template = str(TEMPLATES / framework)
    seconds([STARTERKIT, "new", str(site), "--template", template, "--defaults", "--complete", "--trust"], folder)
    for name, text in PROBES.items():
        (site / name).write_text(text, encoding="utf-8")
    for way in WAYS:
        measured(site, framework, way)
    return site


def measured(site: Path, framework: str, way: str) -> dict[str, float]:
    """Return the figures of one way: for all tests, a start, and a single request."""
    programs = check.prepared(open_project(site)).programs
    if framework == "express":
        tests, probe = [programs["node"], "--test", "--test-isolation=none", "tests/*.test.js"], "probe.mjs"
    else:
        tests, probe = [programs["python"], "-m", "pytest", "-q"], "probe.py"

    def used(requests: int) -> float:
        return run([tests[0], probe, str(requests)], site, way)[1]

    waited, all_tests = run(tests, site, way)
    start = used(0)
    request = (used(REQUESTS) - start) * 1000 / REQUESTS
    return {"all tests, s": waited, "all tests, CPU s": all_tests, "start, CPU s": start, "request, CPU ms": request}


def run(command: list[str], site: Path, way: str) -> tuple[float, float]:
    """Run a command to its end. Return how long it took, and the processor time of its programs, in seconds."""
    variables = {**environment(), "STARTERKIT_SITE": way}
    before, begun = cpu(), time.perf_counter()
    done = subprocess.run(command, cwd=site, env=variables, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - begun, cpu() - before


def cpu() -> float:
    """Return the processor time of all programs that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(framework: str, runs: list[dict[str, dict[str, float]]]) -> None:
    """Print a line for each figure, with the medians and the median of the ratios."""
    for name in runs[0][""]:
        pairs = [(each[""][name], each["http"][name]) for each in runs]
        inside, http = (statistics.median(values) for values in zip(*pairs, strict=True))
        ratio = statistics.median(after / before for before, after in pairs if before)
        print(f"| {framework} | {name} | {inside:.2f} | {http:.2f} | {ratio:.1f} × |", flush=True)


if __name__ == "__main__":
    main()
