"""The local web page of `starterkit guide`: server, page, events, and the proxy for the learner's site."""
