"""starterkit: choose a backend framework, generate a real site, learn it one tested step at a time."""

__version__ = "0.1.0"
