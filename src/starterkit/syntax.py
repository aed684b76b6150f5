"""Reading Python source as a tree, from several threads at once.

CPython 3.11 keeps how deep the trees of its parser nest in one place for all threads, and two that parse at the same
moment can end in `SystemError: AST constructor recursion depth mismatch`. So one waits for the other.
"""

from __future__ import annotations

import ast
import threading

_one_at_a_time = threading.Lock()


def parsed(source: str | bytes) -> ast.Module:
    """Return the tree of a Python file; raises `SyntaxError` or `ValueError` where it cannot be read."""
    with _one_at_a_time:
        return ast.parse(source)
