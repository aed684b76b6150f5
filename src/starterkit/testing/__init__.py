"""Run the tests of a path against a project, and explain how they went."""
