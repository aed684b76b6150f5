"""Commands for authors of templates: create, open, save and update them."""
