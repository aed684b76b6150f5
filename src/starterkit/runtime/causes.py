"""Find out from the output of uv, npm or Python why packages can't be installed.

A message names a cause only if the output proves it. Otherwise the message shows the output.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from starterkit.errors import EnvironmentProblem, StarterkitError, UsageError
from starterkit.process import Completed

AGAIN = "then run the command again."
CONNECT = "Connect to the network and run the command again."
DOCTOR = "To check this machine and your settings for packages, type `starterkit doctor`."
_SHOWN_LINES = 8
_NO_NEWS = re.compile(
    r"^(?:Using|Resolved|Prepared|Downloading|Downloaded|Building|Built|Installed|Fetching)\b|^at |^[{}]|^[+-] "
    r"|^\w+: '?[\w.]+'?,?$|network (?:was|is) disabled|complete log of this run|^warning:|^No solution found"
    r"|^In most cases|^This is a problem related|^If you are behind a proxy|^Note that you can|^tarball, folder|\.log$"
)
_HEADING = re.compile(r"^npm (?:error|warn)(?: (?:errno|syscall) \w+$| \d{3}$| (?:network|notarget|\d{3})\b)?\s*")
_PREFIX = re.compile(r"^(?:error|cause|hint): ")


class NoNetworkError(EnvironmentProblem):
    """Packages aren't in the cache and can't be fetched from the network. Nothing was changed."""


class NoSuchPackagesError(UsageError):
    """The declared packages or versions don't exist. Nothing was changed.

    `unchanged_fix` replaces the fix if the user didn't write the list of packages.
    """

    unchanged_fix = ""

    def with_unchanged_list(self) -> NoNetworkError:
        """Return the error to show if the list of packages is the template's, so the user can't fix the list."""
        return NoNetworkError(
            self.message, f"The list of packages is from the template, and you didn't change it. {self.unchanged_fix}"
        )


class NotOfferedError(NoSuchPackagesError):
    """The package index lacks a package or version, or the packages conflict."""


class HalfInstalledError(NoSuchPackagesError):
    """A package was fetched but can't be installed. Unlike after the other errors, the environment is incomplete."""


class UnknownCauseError(EnvironmentProblem):
    """A program failed, and its output matches no known cause."""


class Cause(NamedTuple):
    """A known cause: the class of its error, a pattern for the output, and the message.

    In `message`, `{what}` and `{What}` are the packages, and `{0}` is the first group of the pattern. `unchanged_fix`
    replaces `fix` if the list of packages is still the template's.
    """

    kind: type[StarterkitError]
    pattern: str
    message: str
    fix: str
    unchanged_fix: str = ""


_LOGIN = "Open a web page in your browser: the network may ask for a login. Then run the command again."
# The first matching row wins. The order matters, because a proxy's error also contains the text of a failed connection.
_TABLE = (
    Cause(
        EnvironmentProblem,
        r"No space left|ENOSPC|EDQUOT|Disk quota exceeded|os error (?:28|112|122)\b|not enough space on the disk",
        "The disk is too full for {what}.",
        f"Free some space, {AGAIN}",
    ),
    Cause(
        NoNetworkError,
        r"Hash mismatch for `([^`]+)`|EINTEGRITY",
        "{0} was not installed, because its hash differs from the pinned hash.",
        "If you changed the pins, restore them from git. If not, ask the administrator of your package index.",
    ),
    Cause(
        NoNetworkError,
        r"proxy authori[sz]ation required|\bE407\b|\b407 Proxy",
        "{What} can't be fetched: the proxy asks for a user name and password (407).",
        "Put both into the variables HTTPS_PROXY and HTTP_PROXY: `http://NAME:PASSWORD@HOST:PORT`.",
    ),
    Cause(
        NoNetworkError,
        r"certificate.*(?:expired|not (?:yet )?valid yet)|CERT_(?:HAS_EXPIRED|NOT_YET_VALID)|NotValidYet",
        "{What} can't be fetched: the certificate of the package index isn't valid today.",
        f"Check the date and time of this computer, {AGAIN} {DOCTOR}",
    ),
    Cause(
        NoNetworkError,
        r"certificate|SELF_SIGNED|UNABLE_TO_\w+_(?:CERT|ISSUER)|\bCERT_|\[SSL|SSL routines|ERR_(?:TLS|SSL)|\bEPROTO\b"
        r"|TLS handshake|received (?:fatal|corrupt)",
        "{What} can't be fetched: the encrypted connection to the package index failed (TLS).",
        "If your network uses its own certificate, name its file in the variables SSL_CERT_FILE and "
        "NODE_EXTRA_CA_CERTS. A network that asks for a login in the browser looks the same.",
    ),
    Cause(
        NoNetworkError,
        r"\b401 Unauthorized|\bE401\b",
        "{What} can't be fetched: the package index asks for a login (401).",
        f"Check the login for your package index. {DOCTOR}",
    ),
    Cause(
        NoNetworkError,
        r"\b403 Forbidden|\bE403\b",
        "{What} can't be fetched: the package index refuses access (403).",
        f"Ask the administrator of your network or your package index. {DOCTOR}",
    ),
    Cause(
        NoNetworkError,
        r"error \((429|5\d\d) |\bE(429|5\d\d)\b|\A(429|5\d\d)\b",
        "{What} can't be fetched: the package index returned the error {0}.",
        f"Wait a few minutes, {AGAIN} {DOCTOR}",
    ),
    Cause(
        NoNetworkError,
        r"client error \((404)|\A(404) ",
        "{What} can't be fetched: the package index returned {0} for a file that it lists.",
        f"Ask the administrator of your package index. {DOCTOR}",
    ),
    Cause(
        NoNetworkError,
        r"invalid json response|is not valid JSON|unexpected (?:content.type|HTML)|text/html",
        "{What} can't be fetched: the server returned a web page instead of packages.",
        _LOGIN,
    ),
    Cause(
        NoNetworkError,
        r"`?(exclude-newer)|with a (date before)|(npm's setting)",
        "{What} can't be fetched: a setting hides packages that are newer than a date.",
        "Remove that setting or make it later: exclude-newer (UV_EXCLUDE_NEWER, uv.toml) for Python, before or "
        "min-release-age (.npmrc) for Node.",
    ),
    Cause(
        NoNetworkError,
        r"network (?:connectivity )?(?:was|is) disabled|ENOTCACHED",
        "starterkit needs the network once: {what} can't be fetched, because a setting turns the network off.",
        "Turn it on: UV_OFFLINE or uv.toml for Python, offline in .npmrc for Node. " + CONNECT,
    ),
    Cause(
        NoNetworkError,
        r"dns error|lookup address|ENOTFOUND|EAI_AGAIN|getaddrinfo|Name or service not known|name resolution|nodename",
        "starterkit needs the network once: {what} can't be fetched, because the host of the package index is unknown.",
        CONNECT,
    ),
    Cause(
        NoNetworkError,
        r"timed? ?out|still running after|ETIMEDOUT",
        "starterkit needs the network once: {what} can't be fetched, because the response takes too long.",
        f"Try again later or on another network. {DOCTOR}",
    ),
    Cause(
        NoNetworkError,
        r"Failed to (?:fetch|download)|error sending request|tcp connect|Connection (?:refused|reset|aborted|was cut)"
        r"|connection was cut|Network is unreachable|No route to host|ECONN\w+|E(?:HOST|NET)UNREACH|socket hang up"
        r"|syscall connect|ERR_SOCKET|Remote end closed|IncompleteRead|the response is broken",
        "starterkit needs the network once: {what} can't be fetched.",
        CONNECT,
    ),
    Cause(
        EnvironmentProblem,
        r"Permission denied|Access is denied|\bE(?:ACCES|PERM|ROFS)\b|os error (?:5|13|30)\b|Read-only file system",
        "{What} can't be written: you have no permission to write there.",
        f"Make the folder above writable, {AGAIN}",
    ),
    Cause(
        HalfInstalledError,
        r"(?m)^error: Failed to install",
        "{What} can't be installed.",
        "Remove that package, or use another version of it.",
        DOCTOR,
    ),
    Cause(
        NoSuchPackagesError,
        r"Failed to build|node-gyp|gyp ERR|code ELIFECYCLE|npm error command failed",
        "{What} can't be installed: a package must be built on this machine, and that failed.",
        "Use a version that is already built for your system and Python, or remove that package.",
        f"Another version of Python may have that package already built. {DOCTOR}",
    ),
    Cause(
        NoSuchPackagesError,
        r"no wheels? with a matching|current Python version|Python requirement|\bEBAD(?:PLATFORM|ENGINE)\b",
        "{What} can't be installed: a package isn't made for this system or this Python.",
        "Use another version of that package, or remove it.",
        f"Another version of Python may fit. {DOCTOR}",
    ),
    Cause(
        NotOfferedError,
        r"No solution found|code (?:E404|ETARGET|ENOVERSIONS|ERESOLVE|EINVALID\w+|EUNSUPPORTEDPROTOCOL)\b",
        "{What} can't be installed: the package index doesn't offer them as they are listed.",
        f"Fix the list, {AGAIN} If it is right, `starterkit doctor` lists your settings for packages.",
        "Open a web page in your browser: the network may ask for a login. If it doesn't, `starterkit doctor` lists "
        "your settings for packages.",
    ),
)


def cause_of(text: str) -> tuple[Cause, str] | None:
    """Return the first known cause that matches a program's output, or None if no cause matches.

    The second value is the text of the first group in the cause's pattern.
    """
    for cause in _TABLE:
        if match := re.search(cause.pattern, text, re.IGNORECASE):
            return cause, next(filter(None, match.groups()), "A package")
    return None


def failure(finished: Completed, what: str) -> StarterkitError:
    """Return the error for a program that failed to install packages. `what` names the packages in the message."""
    text = finished.text_err if finished.text_err.strip() else finished.text_out
    lines = own_words(text)
    known = cause_of(text)
    if known is None:
        program = "npm" if any(argument.endswith("npm-cli.js") for argument in finished.args[:3]) else "uv"
        end = f"{program} ended with exit code {finished.code}" + (f":\n{lines}" if lines else " and printed nothing.")
        return UnknownCauseError(f"{_capital(what)} can't be installed. The cause is unknown.\n{end}", DOCTOR)
    return error_of(known, what, lines)


def error_of(known: tuple[Cause, str], what: str, lines: str) -> StarterkitError:
    """Return the error for a known cause, as `cause_of` returns it. The message ends with `lines` of the output."""
    cause, subject = known
    message = cause.message.format(subject, what=what, What=_capital(what))
    error = cause.kind(f"{message}\n{lines}".rstrip(), cause.fix)
    if isinstance(error, NoSuchPackagesError):
        error.unchanged_fix = cause.unchanged_fix
    return error


def own_words(text: str) -> str:
    """Return the first lines of a program's output, without headings, progress, stack traces and repetitions."""
    lines = (_PREFIX.sub("", _HEADING.sub("", line.strip()).strip()).strip() for line in text.splitlines())
    kept = list(dict.fromkeys(line for line in lines if line and not _NO_NEWS.search(line)))
    return "\n".join(kept[:_SHOWN_LINES])


def _capital(what: str) -> str:
    return what[:1].upper() + what[1:]
