"""Scripts that run the tests inside the sandbox, in the learner's environment."""
