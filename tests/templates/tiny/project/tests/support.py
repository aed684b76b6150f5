"""What the tests share."""

from conduit import greet

VISITOR = "anonymous"
