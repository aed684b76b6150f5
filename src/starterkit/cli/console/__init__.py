"""Terminal output for people and as JSON, questions, progress, tables, Markdown and HTML files."""
