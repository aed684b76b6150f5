"""Fetching packages: from the cache of uv or npm first, then from the network after saying so."""

from __future__ import annotations

from collections.abc import Callable

from starterkit.errors import EnvironmentProblem
from starterkit.process import Completed
from starterkit.progress import Progress
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.causes import (
    CONNECT,
    HalfInstalledError,
    NoNetworkError,
    NoSuchPackagesError,
    cause_of,
    failure,
    own_words,
)

# What the network can't help with; and what is half filled would pass for whole the second time.
_FINAL = (EnvironmentProblem, HalfInstalledError)


def offline_first(
    run: Callable[[bool], Completed], what: str, *, offline: bool, bundle: Bundle | None, say: Progress
) -> Completed:
    """Call `run` with True (offline), and if that isn't enough and allowed, with False.

    `what` names what is needed, for people: "the packages of requirements.txt". With a `bundle`, packages come from
    there alone. Raises `NoNetworkError`, `NoSuchPackagesError`, `EnvironmentProblem`; of a bundle, `BundleLacksError`.
    """
    finished = run(True)
    if finished.code == 0:
        return finished
    wrong = failure(finished, what)
    if bundle is not None:
        lacks = isinstance(wrong, NoNetworkError | NoSuchPackagesError)
        raise bundle.lacks(what, own_words(finished.text_err)) if lacks else wrong
    found = cause_of(finished.text_err)
    if found and found[0].kind in _FINAL:
        raise wrong
    if offline:
        needed = NoNetworkError(f"This needs the network once: {what} are not all on this machine yet.", CONNECT)
        raise needed if found else wrong
    say(f"Fetching {what} (this needs the network, once)")
    finished = run(False)
    if finished.code != 0:
        raise failure(finished, what)
    return finished
