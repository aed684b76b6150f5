"""Find out which people are other users of this machine: their working folders may be given to them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starterkit.workshop.folder import Person


def is_another_user(login: str) -> bool:
    """Tell whether this login is a user of this machine, and not the one who runs this."""
    try:
        import pwd

        return bool(login) and pwd.getpwnam(login).pw_uid != os.geteuid()
    except (ImportError, KeyError):
        return False


def may_be_given_away(person: Person) -> bool:
    """Tell whether a person's working folder may be given to another user of this machine.

    True if a login of the person is another user. Without a login, only root can give a folder away.
    """
    logins = [member.login for member in person.everybody if member.login]
    is_root = os.name != "nt" and os.geteuid() == 0
    return any(is_another_user(login) for login in logins) or (is_root and not logins)
