"""For authors of templates: a path as a git repository and back, new templates and steps, newer packages."""
