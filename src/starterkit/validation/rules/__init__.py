"""The rules, one function each: they are given a `Work` and return findings."""
