"""One learner's project: create and open it, and the commands that change or check it."""
