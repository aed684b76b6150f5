"""Find the command with which uvx starts this program again."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, distribution
from urllib.parse import urlsplit
from urllib.request import url2pathname

from starterkit import DISTRIBUTION, IS_ON_PYPI
from starterkit.process import quoted


def uvx_command() -> str:
    """Return the command with which users start starterkit by uvx, for example `uvx --from FOLDER …`.

    Return "" if starterkit was installed neither from a folder nor from PyPI.
    """
    try:
        source = distribution(DISTRIBUTION).read_text("direct_url.json")
    except PackageNotFoundError:
        return ""
    if source is None:
        return f"uvx {DISTRIBUTION}" if IS_ON_PYPI else ""
    url = urlsplit(json.loads(source)["url"])
    return f"uvx --from {quoted(url2pathname(url.path))} {DISTRIBUTION}" if url.scheme == "file" else ""
