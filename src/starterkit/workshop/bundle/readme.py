"""Builds the README.txt of a bundle: its content, and the commands that participants type."""

from __future__ import annotations

from collections.abc import Sequence

from starterkit import WHEEL_NAME
from starterkit.runtime.bundle import BundleManifest

_TEXT = """\
A bundle of starterkit {version}, made on {date}.
It has everything that you need to learn backend development in a room without internet.

For:        {platforms}
Python:     {pythons} (your machine needs Python and git)
Frameworks: {frameworks}
Size:       {size} MB

If your disk has enough space, copy this whole folder to it first. A disk is faster, and other people can use the stick.
In the commands below, replace BUNDLE with the path of this folder, for example {example}.

"""
_POSIX = """\
{system}: open a terminal in the folder for your work, and type
    python{python} -m venv starterkit-env
    starterkit-env/bin/python -m pip {install}
    . starterkit-env/bin/activate
    starterkit new my-site {template} --bundle BUNDLE

"""
_WINDOWS = """\
Windows: open PowerShell in the folder for your work, and type
    py -{python} -m venv starterkit-env
    starterkit-env\\Scripts\\python -m pip {install_windows}
    starterkit-env\\Scripts\\Activate.ps1
    starterkit new my-site {template} --bundle BUNDLE
If PowerShell can't run Activate.ps1, type starterkit-env\\Scripts\\starterkit instead of starterkit.

"""
_WITHOUT_PIP = """\
If the first line fails with "ensurepip is not available" (Debian, Ubuntu), replace the first two lines with
    python{python} -m venv --without-pip starterkit-env
    starterkit-env/bin/python BUNDLE/wheels/{pip}/pip {install}

"""
_INSTALLED = """\
In the folder for your work, type
    starterkit new my-site {template} --bundle BUNDLE

"""
_OTHER_PYTHON = """\
If you have Python {others} instead, type this number in the first line.

"""
_AFTER = """\
The project remembers BUNDLE and takes all packages from this folder. Use starterkit as usual:
    cd my-site
    starterkit run --open
    starterkit next

If your instructor gave you a repository or a folder, don't type `starterkit new`. Go into the folder and type once
    {linux}
    {windows}

If you move the bundle, type this again with the new path. When you have internet again, type off instead of BUNDLE.
"""


def readme(contents: BundleManifest, *, elsewhere: Sequence[str] = ()) -> bytes:
    """Return the bytes of README.txt, with CRLF line endings for Windows.

    `elsewhere` has the names of the bundle's external templates. They need another command than bundled templates.
    """
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
