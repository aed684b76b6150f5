"""Runs a command of an untrusted submission in a separate folder, with limits and without a network."""
