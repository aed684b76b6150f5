"""Lists, of whatever: ten entries a page, and tabs that lead to others."""
