"""Grading: the path's own tests run on each person's last commit, in a sandbox."""
