"""The rule files: every file works on each system, contains no secret, and has no open TODO."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from starterkit.git.merge import has_markers
from starterkit.git.worktree import unignored_files
from starterkit.template.model import BASE
from starterkit.template.questions import SUFFIX
from starterkit.textfile import syntax_error
from starterkit.validation.model import EVERY_TEST, Finding, Severity
from starterkit.validation.record import FILE_NAME as RECORD_FILE
from starterkit.validation.record import is_stale
from starterkit.validation.target import line_of_key
from starterkit.validation.workspace import RuleContext

# Windows reserves these names, with any suffix and in any case.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*\\\x00-\x1f]')
_SECRETS = {
    "a private key": r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----",
    "a key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})",
    "a token of GitLab": r"\bglpat-[A-Za-z0-9_-]{20}",
    "a token of npm": r"\bnpm_[A-Za-z0-9]{36}\b",
    "a token of PyPI": r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{40,}",
    "a token of Slack": r"\bxox[abeoprs]-[0-9]{8,}-[A-Za-z0-9-]{10,}",
    "a key of Stripe": r"\b[rs]k_live_[A-Za-z0-9]{20,}",
    "a key of an AI service": r"\bsk-(?:ant|proj)-[A-Za-z0-9_-]{20,}",
}
_HOME = re.compile(r"(?<![\w.:/~-])/(?:home|Users)/[\w.-]+/[\w.-]+|\b[A-Z]:\\{1,2}Users\\{1,2}\w+")
_TODO = re.compile(r"\bTODO:")
_MAY_HAVE_CRLF = (".bat", ".cmd")


def files(work: RuleContext) -> list[Finding]:
    """Check the names and the content of all files of a layer, and in the base also settings of path.yml."""
    findings = [] if work.step != BASE else [*_database(work), *_select(work)]
    findings += _same_on_other_systems(work)
    oldest = re.search(r">=\s*(\d+)\.(\d+)", work.template.tools.get("python", ""))
    checks_syntax = not oldest or sys.version_info[:2] >= tuple(map(int, oldest.groups()))
    for path, data in work.subject.raw_files(work.step).items():
        findings += [work.finding(message, path) for message in _of_name(path)]
        if b"\0" in data[:8000]:
            continue  # a binary file
        text = data.decode("utf-8", "replace")
        for match, message in _of_content(work, path, text):
            findings.append(work.finding(message, path, text.count("\n", 0, match.start()) + 1))
        if path.endswith(".py") and checks_syntax and not has_markers(data) and (error := syntax_error(data)):
            finding = work.finding(f"invalid Python: {error.msg}", path, error.lineno or 0)
            findings.append(replace(finding, breaks=(EVERY_TEST,)))
        if data.startswith(b"\xef\xbb\xbf"):
            message = "the file starts with a byte order mark (BOM): save it as UTF-8 without a BOM"
            findings.append(work.finding(message, path, 1))
    if is_stale(work.subject, work.step):
        message = (
            "the lines of this step are out of date: record them again with `starterkit template validate --record`"
        )
        findings.append(work.finding(message, RECORD_FILE, severity=Severity.WARNING))
    return findings


def _of_name(path: str) -> Iterator[str]:
    for part in PurePosixPath(path).parts:
        if _RESERVED.fullmatch(part):
            yield f'Windows reserves the name "{part}": rename the file'
        elif part[-1] in ". ":
            yield f'Windows can\'t store the name "{part}", because it ends in a dot or a space: rename the file'
        elif match := _NOT_IN_NAMES.search(part):
            yield f'Windows can\'t store the name "{part}", because it contains {match[0]!r}: rename the file'


def _of_content(work: RuleContext, path: str, text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield matches in a text file, each with the message of its finding."""
    for what, pattern in _SECRETS.items():
        if match := re.search(pattern, text):
            yield match, f"this looks like {what}: remove it from the file and from git's history, and revoke it"
    for match in _HOME.finditer(text):
        yield match, f"`{match[0]}` is a path on one machine: use a path inside the project"
    if not path.endswith(_MAY_HAVE_CRLF) and (match := re.search(r"\r\n", text)):
        yield match, "this line ends in CRLF: save the file with LF line endings"
    folder = f"steps/{work.step}/"
    is_test = work.template.is_test_file(path.removeprefix(f"{folder}given/"))
    if (is_test or path in (f"{folder}step.yml", f"{folder}lesson.md")) and (match := _TODO.search(text)):
        count = len(_TODO.findall(text))
        yield match, f"{count} TODO{'s' if count != 1 else ''} of `template add-step` in this file: replace the text"


def _same_on_other_systems(work: RuleContext) -> Iterator[Finding]:
    """Yield a finding for each name that Windows and macOS can't tell from an earlier one."""
    names: dict[str, str] = {}
    for label in [BASE, *work.subject.labels_until(work.step)]:
        paths = work.subject.project if label == BASE else work.own_files(label)
        for path in sorted(paths):
            target = PurePosixPath(path.removesuffix(SUFFIX) if label == BASE else path)
            for name in map(str, (target, *target.parents)):
                other = names.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
                if other != name and work.step in (label, label.partition(" ")[2]):
                    message = f'Windows and macOS can\'t tell "{name}" from "{other}": rename one of them'
                    yield work.finding_in(label, path, message)
                    break


def _database(work: RuleContext) -> Iterator[Finding]:
    """Yield a finding if git doesn't ignore the database."""
    database, project = work.template.database, work.subject.project
    if not database:
        return
    folder = work.workspace.new_folder()
    ignored = {path: file for path, file in project.items() if PurePosixPath(path).name == ".gitignore"}
    for path, data in {**{path: file.data for path, file in ignored.items()}, database: b""}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    if database in unignored_files(folder, work.workspace.new_folder()):
        file = "project/.gitignore" if ".gitignore" in ignored else "path.yml"
        yield work.finding(f"git doesn't ignore the database {database}: add it to project/.gitignore", file)


def _select(work: RuleContext) -> Iterator[Finding]:
    if not any("{test}" in pattern for pattern in work.template.select):
        line = line_of_key(work.subject.folder / "path.yml", "select")
        yield work.finding("no pattern of `select` contains {test}, so no single test can run", "path.yml", line)
