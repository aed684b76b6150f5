"""`workshop grade`: runs the learning path's tests on each person's last commit.

They run in a sandbox. docs/architecture.md explains the parts under "How grading works".
"""
