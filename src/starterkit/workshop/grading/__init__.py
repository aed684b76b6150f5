"""Grading runs the learning path's own tests on each person's last commit, in a sandbox."""
