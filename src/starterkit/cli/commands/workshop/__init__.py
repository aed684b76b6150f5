"""The commands for instructors, one per file."""
