"""Commands for authors of templates: create, open, save and renumber them, and update their packages."""
