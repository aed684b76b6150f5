"""Validates templates: checks each rule for the base project and each step, in real environments."""
