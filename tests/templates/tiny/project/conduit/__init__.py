from conduit.app import greet

__all__ = ["greet"]
