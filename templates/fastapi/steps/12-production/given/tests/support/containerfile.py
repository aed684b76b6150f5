"""Reads the container file, as far as the tests need it."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
NAME = "Containerfile"


@dataclass(frozen=True)
class Instruction:
    """A line of the container file, for example `USER nobody`."""

    name: str
    arguments: str

    def __str__(self) -> str:
        return f"{self.name} {self.arguments}"


def instructions() -> list[Instruction]:
    """Return the instructions of the container file. Without the file, the test fails."""
    file = PROJECT / NAME
    assert file.is_file(), f"Expected the file {NAME}. Found none."
    text = re.sub(r"(?m)^\s*#.*\n?", "", file.read_text("utf-8"))
    lines = re.sub(r"\\\s*\n", " ", text).splitlines()
    parts = [line.strip().partition(" ") for line in lines if line.strip()]
    return [Instruction(name.upper(), " ".join(arguments.split())) for name, _, arguments in parts]


def last_stage() -> list[Instruction]:
    """Return the instructions of the image that runs: from the last FROM to the end."""
    every = instructions()
    starts = [number for number, each in enumerate(every) if each.name == "FROM"]
    assert starts, f"Expected FROM in {NAME}. Found none."
    return every[starts[-1] :]


def base_images() -> list[str]:
    """Return the images of all FROM lines, without names of earlier stages."""
    images, stages, defaults = [], {"scratch"}, dict[str, str]()
    for each in instructions():
        if each.name == "ARG":
            defaults.update(re.findall(r"(\w+)=[\"']?([^\s\"']+)", each.arguments))
        if each.name == "FROM":
            arguments = re.sub(r"\$\{?(\w+)\}?", lambda name: defaults.get(name[1], name[0]), each.arguments)
            image, *more = [word for word in arguments.split() if not word.startswith("--")]
            images += [image] if image not in stages else []
            stages.update(more[1:])
    return images


def copied() -> list[str]:
    """Return the files and folders of the project that the images contain."""
    sources = []
    for each in instructions():
        if each.name in ("COPY", "ADD") and "--from=" not in each.arguments:
            words = json.loads(each.arguments) if each.arguments.startswith("[") else each.arguments.split()
            sources += [word for word in words if not word.startswith("--")][:-1]
    return [source.removeprefix("./").strip("/") or "." for source in sources]


def start_command() -> list[str]:
    """Return the words of the command that starts the site. It is written as a list: `CMD ["sh", "start.sh"]`."""
    found = {each.name: each.arguments for each in last_stage() if each.name in ("ENTRYPOINT", "CMD")}
    assert found, f"Expected CMD in {NAME}. Found none."
    for name, arguments in found.items():
        expected = f'Expected a list such as {name} ["sh", "start.sh"]'
        assert arguments.startswith("["), f"{expected}. Found {name} {arguments}."
    return [word for name in ("ENTRYPOINT", "CMD") if name in found for word in json.loads(found[name])]


def installations() -> list[str]:
    """Return the commands in the container file that install packages of the site."""
    run = "&&".join(each.arguments for each in instructions() if each.name == "RUN")
    commands = [command.strip() for command in re.split("&&|;", run)]
    return [command for command in commands if re.search(r"\b(install|sync)\b.*(requirements|pyproject|-r\b)", command)]


def development_packages() -> list[str]:
    """Return the names of the packages that only a developer needs."""
    groups = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    return [re.split(r"[^\w.-]", package)[0] for package in groups["dev"]]
