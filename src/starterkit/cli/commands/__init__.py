"""The commands of starterkit. Each file has the options, the call, the text and the JSON of one command."""
