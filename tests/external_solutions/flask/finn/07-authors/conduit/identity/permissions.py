"""May the user do this?"""

from flask import abort

from conduit.identity.sessions import current_user
from conduit.tables.authorship import HasAuthor


def only_for_the_author(thing: HasAuthor) -> None:
    """Answer with 403 if the thing belongs to somebody else."""
    if not thing.is_by(current_user):
        abort(403, "This belongs to somebody else.")
