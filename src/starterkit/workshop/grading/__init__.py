"""Grading: each person's last commit, in a sandbox, with the tests of the path as the path has them."""
