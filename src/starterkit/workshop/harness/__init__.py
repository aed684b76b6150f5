"""Files that the learner's Python or Node runs inside the sandbox: they run the tests and report, signed."""
