"""The commands of starterkit, a file for each: options, call, text and JSON."""
