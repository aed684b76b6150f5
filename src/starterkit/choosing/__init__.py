"""Advises a user which framework to learn: questions, scores for the answers, and the advice."""
