"""The commands for authors of templates, one per file."""
