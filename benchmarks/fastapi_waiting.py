"""How long forty clients of a FastAPI site wait, if an endpoint waits in one of three ways.

    .venv/bin/python benchmarks/fastapi_waiting.py

Runs `tools/waiting.py` of step 02 in the complete site, as a learner does. Prints its lines, and how many times longer
the clients wait if an async function waits without `await`. Exits with 1 if this is less than 10 times, because the
lesson of step 02 says that it is a costly mistake.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from busy_site import complete_site

LEAST = 10.0


def main() -> int:
    """Measure and print; exit code 1 if blocking costs less than the lesson says."""
    with tempfile.TemporaryDirectory(prefix="starterkit-waiting-") as place:
        output = complete_site("fastapi", Path(place) / "site").run("{python}", "tools/waiting.py")
    awaiting, thread, blocking = (float(seconds) for seconds in re.findall(r"([\d.]+) s for", output))
    print(output)
    print(f"Without `await`, the clients wait {blocking / awaiting:.0f} times longer than with it.")
    print(f"In threads, they wait {thread / awaiting:.1f} times longer.")
    return 0 if blocking / awaiting >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
