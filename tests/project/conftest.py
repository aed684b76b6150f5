"""The engine's tests share the learners, who live in a module of their own."""

from tests.support.killing import ask
from tests.support.learners import _own_git_configuration, flask, generated, tiny

__all__ = ["_own_git_configuration", "ask", "flask", "generated", "tiny"]
