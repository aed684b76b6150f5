"""The engine's tests share the learners, who live in a module of their own."""

import pytest

pytest.register_assert_rewrite("trees", "learners", "killing")

from killing import ask  # noqa: E402
from learners import _own_git_configuration, flask, generated, tiny  # noqa: E402

__all__ = ["_own_git_configuration", "ask", "flask", "generated", "tiny"]
