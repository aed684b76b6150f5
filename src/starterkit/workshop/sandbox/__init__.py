"""Runs one command of an untrusted submission: without a network, with limits, in its own folder."""
