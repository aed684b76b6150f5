"""Workshops: one path for many people, on the instructor's own machine."""
