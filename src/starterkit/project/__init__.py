"""Create, open and change a learner's project."""
