"""Who sends the request. `current_user` is a `User`, or false for a signed-out visitor."""

from conduit.identity.sessions import current_user, init_app, sign_in, sign_out

__all__ = ["current_user", "init_app", "sign_in", "sign_out"]
