"""`workshop grade`: runs the learning path's own tests on each person's last commit, in a sandbox.

docs/architecture.md explains the parts under "How grading works".
"""
