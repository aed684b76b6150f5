"""`next` never brings a line that only a reference solution holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from starterkit.errors import ConflictError
from starterkit.git.merge import Resolution
from starterkit.template.bundled import bundled_names, bundled_template
from tests.support.learners import Learner, copied
from tests.support.trees import Tree

pytestmark = pytest.mark.slow


def lines(tree: Tree) -> Counter[bytes]:
    """Every line of every file that says something, without its indentation."""
    found = (line.strip() for content in tree.values() for line in content.data.splitlines())
    return Counter(line for line in found if sum(chr(sign).isalnum() for sign in line) > 3)


def written_by_a_stranger(learner: Learner) -> None:
    """Nothing of the reference's is left that its own author would know again, and the tests do not matter."""
    for path in learner.git("ls-files").splitlines():
        if path.endswith((".py", ".js")) and path.split("/")[0] not in ("tests", "lessons"):
            count = len(learner.read(path).splitlines())
            learner.writes({path: "".join(f"stranger_{number} = {number}\n" for number in range(count))})


def untouched(learner: Learner) -> None:
    pass


def renamed_and_deleted(learner: Learner) -> None:
    """Files under other names, and files gone: git may take one for the other."""
    code = [path for path in learner.git("ls-files").splitlines() if path.startswith("conduit/")]
    for number, path in enumerate(code):
        if number % 3 == 0:
            (learner.folder / path).rename(learner.folder / f"{path}.old")
        elif number % 3 == 1:
            (learner.folder / path).unlink()


@pytest.mark.parametrize("work", [untouched, written_by_a_stranger, renamed_and_deleted])
@pytest.mark.parametrize(
    "template",
    ["tiny", *(pytest.param(name, marks=() if name == "flask" else pytest.mark.nightly) for name in bundled_names())],
)
def test_next_never_brings_a_line_of_a_reference(
    template: str, work: Callable[[Learner], None], generated: Callable[[str], object], tmp_path: object
) -> None:
    learner = Learner(copied(generated(template), tmp_path / "site"))  # type: ignore[arg-type,operator]
    work(learner)
    steps = bundled_template(template)[1].step_names if template != "tiny" else ("01-one", "02-two", "03-three")
    below, delivered = learner.layer("base", solved=True), lines(learner.layer("base", solved=True))
    for step in steps:
        given, solution = learner.layer(step, solved=False), learner.layer(step, solved=True)
        delivered |= lines({path: content for path, content in given.items() if below.get(path) != content})
        before = lines(learner.tree())

        try:
            learner.next()
        except ConflictError:
            learner.next(settle=Resolution.THEIRS)

        brought = lines(learner.tree()) - before
        assert not {line for line in brought if line not in delivered and not line.startswith((b"step:", b"state:"))}
        below = solution
