"""Python source is read as a tree from several threads at once."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor

from starterkit.textfile import parse_python

DEEP = "x = " + "(" * 80 + "1" + ")" * 80 + "\n"


def test_many_threads_read_at_once() -> None:
    with ThreadPoolExecutor(8) as readers:
        trees = list(readers.map(parse_python, [DEEP * 20] * 200))

    assert {len(tree.body) for tree in trees if tree} == {20}


def test_what_cannot_be_read_is_said() -> None:
    assert parse_python("def (") is None
    assert parse_python("\0") is None
    assert isinstance(parse_python(b"x = 1\n"), ast.Module)
