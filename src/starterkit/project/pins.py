"""What becomes of the packages when the path and the learner both changed them.

Pin files are not merged as text: the path's change to the list of packages is carried into the learner's declaration,
and the pins are compiled again from it, offline. Where that cannot be done offline, the learner's pins and the path's
stand side by side, and the next check or run compiles them with the network.
"""

from __future__ import annotations

from collections.abc import Callable

from starterkit.errors import MissingError
from starterkit.process import ProgramFailed
from starterkit.project.carry import Pins, PinsRule
from starterkit.project.opened import Project


def pins_rule(project: Project, say: Callable[[str], None]) -> PinsRule:
    """Return the rule for this project's kind of environment."""

    def rule(before: Pins, after: Pins, mine: Pins) -> Pins:
        from starterkit.dependencies import merge_declaration
        from starterkit.runtime import compile_pins, preferred_pins

        environment = project.template.environment
        if before.declaration is None or after.declaration is None or mine.declaration is None:
            return after if mine == before else mine
        declaration = merge_declaration(
            environment.kind, before.declaration, after.declaration, mine.declaration, environment.declaration
        )
        # Packages that both name keep the path's version, the learner's own keep theirs.
        known = preferred_pins(after.pins or b"", mine.pins or b"")
        try:
            say("Compiling the pins again, with your packages …")
            return Pins(declaration, compile_pins(declaration, known, environment, offline=True))
        except (MissingError, ProgramFailed):
            say("The pins could not be compiled offline; the next `check` or `run` does it with the network.")
            return Pins(declaration, known)

    return rule
