"""Merge the pinned packages if the path and the learner both changed them.

Pin files aren't merged as text. The path's change is merged into the learner's declaration. Then the pins are compiled
from this declaration, offline. If that isn't possible offline, the pins of both sides are kept. The next check or
run compiles them with the network.
"""

from __future__ import annotations

from starterkit.errors import EnvironmentProblem
from starterkit.merge_dependencies import merge_declaration
from starterkit.process import ProgramFailed
from starterkit.progress import Progress
from starterkit.project.carry import Pins, PinsRule
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.pins import preferred_pins
from starterkit.runtime.prepare import compile_pins
from starterkit.template.model import EnvironmentSpec


def pins_rule(
    environment: EnvironmentSpec, say: Progress, *, bundle: Bundle | None = None, compile_now: bool = True
) -> PinsRule:
    """Return a function that merges the packages of the path and of the learner, for `carry`.

    If there is a `bundle`, the pins are compiled from the bundle. Without `compile_now`, the pins of both sides are
    kept, and the next check or run compiles them.
    """

    def rule(before: Pins, after: Pins, mine: Pins) -> Pins:
        if before.declaration is None or after.declaration is None or mine.declaration is None:
            return after if mine == before else mine
        declaration = merge_declaration(
            environment.kind, before.declaration, after.declaration, mine.declaration, environment.declaration
        )
        # If both sides have a package, the path's version wins. The learner's other packages keep their versions.
        known = preferred_pins(after.pins or b"", mine.pins or b"")
        if not compile_now:
            return Pins(declaration, known)
        try:
            say("Choosing the exact versions of all packages …")
            return Pins(declaration, compile_pins(declaration, known, environment, offline=True, bundle=bundle))
        except (EnvironmentProblem, ProgramFailed):
            source = "the bundle" if bundle else "the network"
            say(
                "starterkit couldn't choose exact package versions offline. "
                f"The next `starterkit check` or `starterkit run` will use {source} to choose them."
            )
            return Pins(declaration, known)

    return rule
