"""What runs inside the sandbox, before and beside the learner's code: it sees to it that verdicts are not forged.

The files here are not imported by starterkit: the Python (or Node) of the learner's environment runs them.
"""
