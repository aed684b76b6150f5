"""What becomes of the packages when the path and the learner both changed them.

Pin files are not merged as text: the path's change to the list of packages is carried into the learner's declaration,
and the pins are compiled again from it, offline. Where that cannot be done offline, the learner's pins and the path's
stand side by side, and the next check or run compiles them with the network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starterkit.errors import EnvironmentProblem
from starterkit.process import ProgramFailed
from starterkit.progress import Progress
from starterkit.project.carry import Pins, PinsRule
from starterkit.template.model import EnvironmentSpec

if TYPE_CHECKING:
    from starterkit.runtime.bundle import Bundle


def pins_rule(
    environment: EnvironmentSpec, say: Progress, *, bundle: Bundle | None = None, compile_now: bool = True
) -> PinsRule:
    """Return the rule for this kind of environment; with a `bundle`, pins are compiled from what is in it.

    Without `compile_now`, the pins are left for the next check or run on the learner's machine: to compile them may
    run code of the packages that the learner declares.
    """

    def rule(before: Pins, after: Pins, mine: Pins) -> Pins:
        from starterkit.merge_dependencies import merge_declaration
        from starterkit.runtime.pins import preferred_pins
        from starterkit.runtime.prepare import compile_pins

        if before.declaration is None or after.declaration is None or mine.declaration is None:
            return after if mine == before else mine
        declaration = merge_declaration(
            environment.kind, before.declaration, after.declaration, mine.declaration, environment.declaration
        )
        # Packages that both name keep the path's version, the learner's own keep theirs.
        known = preferred_pins(after.pins or b"", mine.pins or b"")
        if not compile_now:
            return Pins(declaration, known)
        try:
            say("Compiling the pins again, with your packages …")
            pins = compile_pins(declaration, known, environment, offline=True, bundle=bundle)
            return Pins(declaration, pins)
        except (EnvironmentProblem, ProgramFailed):
            where = "the bundle" if bundle else "the network"
            say(f"The pins could not be compiled offline; the next `check` or `run` does it with {where}.")
            return Pins(declaration, known)

    return rule
