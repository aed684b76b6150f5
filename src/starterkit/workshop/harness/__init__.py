"""What runs inside the sandbox with the learner's code: it runs the tests and reports each outcome, signed.

starterkit doesn't import the files here. The Python (or Node) of the learner's environment runs them.
"""
