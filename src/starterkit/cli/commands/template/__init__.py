"""The commands for authors of templates, one file each."""
