"""Proves a template: each rule, for the base project and for each step, in real environments."""
