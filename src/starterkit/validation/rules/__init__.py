"""The rules of a validation. Each rule is a function from a context to findings."""
