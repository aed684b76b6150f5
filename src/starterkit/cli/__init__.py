"""The command line: parse the arguments, call the domain, and show the result."""
