"""Tools for authors: edit a path as a git repository, add templates and steps, and update packages."""
