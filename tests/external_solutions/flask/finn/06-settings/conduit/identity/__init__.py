"""Who sends the request. `current_user` is a `User`, or false for a signed-out visitor."""

from conduit.identity.guards import login_required
from conduit.identity.sessions import current_user, init_app, sign_in, sign_out, sign_out_elsewhere

__all__ = ["current_user", "init_app", "login_required", "sign_in", "sign_out", "sign_out_elsewhere"]
