"""Run the tests of a path on a project, and explain the results."""
