"""Builds the README.txt of a bundle, with the commands that participants type."""

from __future__ import annotations

from collections.abc import Sequence

from starterkit import WHEEL_NAME
from starterkit.runtime.bundle import BundleManifest

_TEXT = """\
A bundle of starterkit {version}, made on {date}: everything to learn backend development in a room without internet.

For:        {platforms}
Python:     {pythons} (has to be on the machine; git, too)
Frameworks: {frameworks}
Size:       {size} MB

Where there is room, copy this whole folder to your disk first: it is quicker than a stick, and you can hand the stick
on. Below, BUNDLE stands for the place where this folder is then, for example {example}.

"""
_POSIX = """\
{system}, in a terminal, in the folder where your work shall be
    python{python} -m venv starterkit-env
    starterkit-env/bin/python -m pip {install}
    . starterkit-env/bin/activate
    starterkit new my-site {template} --bundle BUNDLE

"""
_WINDOWS = """\
Windows, in PowerShell, in the folder where your work shall be
    py -{python} -m venv starterkit-env
    starterkit-env\\Scripts\\python -m pip {install_windows}
    starterkit-env\\Scripts\\Activate.ps1
    starterkit new my-site {template} --bundle BUNDLE
Where PowerShell may not run Activate.ps1, type starterkit-env\\Scripts\\starterkit instead of starterkit.

"""
_WITHOUT_PIP = """\
Where the first line says "ensurepip is not available" (Debian, Ubuntu), type these two instead of the first two
    python{python} -m venv --without-pip starterkit-env
    starterkit-env/bin/python BUNDLE/wheels/{pip}/pip {install}

"""
_INSTALLED = """\
In the folder where your work shall be
    starterkit new my-site {template} --bundle BUNDLE

"""
_OTHER_PYTHON = """\
Where you have Python {others} instead, type its number in the first line.

"""
_AFTER = """\
From then on, all commands are as always, and take packages from here: the project remembers BUNDLE.
    cd my-site
    starterkit run --open
    starterkit next

Your instructor gave you a repository or a folder? Instead of `starterkit new`, go into it and name the bundle once
    {linux}
    {windows}

The same names a bundle that lies elsewhere now. With internet again, the word off instead of BUNDLE takes packages from
there.
"""


def readme(contents: BundleManifest, *, elsewhere: Sequence[str] = ()) -> bytes:
    """Return README.txt for a bundle. The frameworks in `elsewhere` are external templates in the bundle."""
    systems = {platform.partition("-")[0] for platform in contents.platforms}
    name, python = contents.frameworks[0], contents.pythons[-1]
    template = f"--template BUNDLE/templates/{name} --trust" if name in elsewhere else f"--framework {name}"
    posix = " or ".join(system for key, system in (("linux", "Linux"), ("macos", "macOS")) if key in systems)
    wheel, pip = _wheel_file(contents, WHEEL_NAME), _wheel_file(contents, "pip")
    install = f"install --no-index --find-links BUNDLE/wheels BUNDLE/wheels/{wheel}"
    values = {
        "version": contents.version,
        "date": contents.date,
        "platforms": ", ".join(contents.platforms),
        "pythons": " or ".join(contents.pythons),
        "frameworks": ", ".join(contents.frameworks),
        "size": max(1, sum(file.size for file in contents.files) // 1_000_000),
        "example": "/home/ada/bundle" if posix else "C:\\Users\\Ada\\bundle",
        "python": python,
        "others": " or ".join(contents.pythons[:-1]),
        "template": template,
        "system": posix,
        "install": install,
        "install_windows": install.replace("/", "\\"),
        "pip": pip,
        "linux": "STARTERKIT_BUNDLE=BUNDLE starterkit check" if posix else "",
        "windows": '$env:STARTERKIT_BUNDLE = "BUNDLE"; starterkit check' if "windows" in systems else "",
    }
    sections = {
        _POSIX: wheel and posix,
        _WITHOUT_PIP: wheel and pip and "linux" in systems,
        _WINDOWS: wheel and "windows" in systems,
        _OTHER_PYTHON: wheel and len(contents.pythons) > 1,
        _INSTALLED: not wheel,
    }
    text = "".join((_TEXT, *(section for section in sections if sections[section]), _AFTER)).format(**values)
    return "\r\n".join(line.rstrip() for line in text.replace("\n    \n", "\n").split("\n")).encode()


def _wheel_file(contents: BundleManifest, package: str) -> str:
    names = (file.name.removeprefix("wheels/") for file in contents.files)
    return next((name for name in names if name.startswith(f"{package}-")), "")
