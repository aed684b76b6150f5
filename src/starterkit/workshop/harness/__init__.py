"""The test harness: scripts that run the tests in the sandbox.

They report each outcome over a pipe. They run with the Python or Node of the grading environment, so they import
nothing from starterkit.
"""
