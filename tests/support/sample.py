"""Draw a sample of the texts that people read, to rate them by hand.

    python -m tests.support.sample docstrings --seed COMMIT --count 60

The same commit draws the same sample from the same texts.
"""

from __future__ import annotations

import argparse
import random

from tests.support.strings import KINDS, texts


def main() -> None:
    """Print the sample: a line with the place, the text, and an empty line."""
    parser = argparse.ArgumentParser(description="Draw a sample of the texts that people read.")
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--seed", required=True, metavar="COMMIT", help="the commit before the work that is rated")
    parser.add_argument("--count", type=int, default=20)
    options = parser.parse_args()
    every = texts(options.kind)
    for drawn in random.Random(options.seed).sample(every, min(options.count, len(every))):
        print(f"{drawn.file}:{drawn.line}\n{drawn.text}\n")


if __name__ == "__main__":
    main()
