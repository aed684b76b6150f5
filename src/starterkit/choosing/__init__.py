"""Advises a user which framework to learn. Contains the questions, the scoring, and the advice with its reasons."""
