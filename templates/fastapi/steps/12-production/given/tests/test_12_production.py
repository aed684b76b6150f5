"""The site runs on a server: in a container, with secrets, logs, backups, and restarts that nobody notices."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import containerfile
from tests.support.api import Site, url_of
from tests.support.production import PROJECT, Start, clean_environment, database_at, in_production, start_all

REQUESTS = 1000
MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "rehearsal", "{head}"


def upgrade():
    op.add_column("article", sa.Column("rehearsal", sa.Integer()))
"""
# The first start leaves a file. The second start finds this file, and then has a new migration.
START_WITH_MIGRATION = """
if [ -e started ]; then cp rehearsal.py migrations/versions/; fi
touch started
exec "$@" >>server.log 2>&1
"""
SECRETS = "CONDUIT_SECRET_KEY", "DATABASE_URL"
SCHEMES = "postgresql", "postgres", "postgresql+psycopg"

pytestmark = pytest.mark.timeout(120)


def test_health_page_responds(site: Site) -> None:
    """The health page returns status 200 if the site works."""
    reply = site.get("/health")

    reply.succeeds()
    kind = reply.headers.get_content_type()
    assert kind == "application/json", f"Expected JSON from /health. Found {kind}."
    reply.gives().has(status="ok")


def test_health_page_notices_a_missing_database(site: Site, start_site: Callable[..., Site], tmp_path: Path) -> None:
    """The health page returns 503 if the database doesn't respond."""
    site.get("/health").succeeds()

    broken = start_site(database_url=database_at(tmp_path), has_tables=False)  # a folder, not a file

    reply = broken.get("/health")
    assert reply.status == 503, reply.instead_of(f"status 503 from {reply.request}")


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Start]:
    """The site, started in a new process with different variables."""
    folder = tmp_path_factory.mktemp("starts")
    production = in_production(folder / "site.db")
    requests = ("GET", "/openapi.json"), ("POST", "/api/nowhere?email=ann@example.org"), ("GET", "/broken")
    starts = {"production": Start(production, requests=requests)}
    for name in SECRETS:
        starts[f"without {name}"] = Start({key: value for key, value in production.items() if key != name})
    for scheme in SCHEMES:
        starts[scheme] = Start({"DATABASE_URL": f"{scheme}://ann:secret@127.0.0.1/conduit"})
    database = {"DATABASE_URL": database_at(folder / "chosen.db")}
    starts["chosen"] = Start(database, ("init-db", "--empty"))
    return start_all(starts)


def test_database_url_chooses_the_database(starts: dict[str, Start]) -> None:
    """The site uses the database that DATABASE_URL names."""
    chosen = starts["chosen"]
    assert not chosen.error, f"Expected init-db to work with DATABASE_URL. Found {chosen.error}"
    url = chosen.variables["DATABASE_URL"]
    assert chosen.database == url, f"Expected the database {url}, as in DATABASE_URL. Found {chosen.database}."
    assert Path(url.removeprefix("sqlite:///")).exists(), "Expected init-db to create this database. Found no file."


def test_url_of_postgresql_gets_its_driver(starts: dict[str, Start]) -> None:
    """The site accepts the usual URLs of PostgreSQL."""
    for scheme in SCHEMES:
        start, expected = starts[scheme], "postgresql+psycopg://ann:secret@127.0.0.1/conduit"
        found = start.error or start.database
        assert found == expected, f"Expected {expected} if DATABASE_URL starts with {scheme}://. Found {found}."


def test_production_needs_its_secrets(starts: dict[str, Start]) -> None:
    """Without a secret, the site doesn't start in production."""
    error = starts["production"].error
    assert not error, f"Expected the site to start in production. Found {error}"

    for name in SECRETS:
        error = starts[f"without {name}"].error
        assert error, f"Expected the site not to start in production without {name}. Found that it starts."
        assert name in error, f"Expected an error that names {name}. Found {error}"


def test_each_request_writes_a_log_line(starts: dict[str, Start]) -> None:
    """In production, the site logs each request as a line of JSON."""
    production = starts["production"]
    found = f"Found: {production.error or production.output[-300:].strip() or 'no output'}"

    for method, path, status in (("GET", "/openapi.json", 200), ("POST", "/api/nowhere", 404)):
        lines = [line for line in production.lines() if (line.get("method"), line.get("path")) == (method, path)]
        assert len(lines) == 1, f"Expected one line of JSON for {method} {path}. {found}"
        assert lines[0].get("status") == status, f'Expected "status": {status} for {path}. Found: {lines[0]}'
        for name, kind in (("time", str), ("level", str), ("milliseconds", (int, float))):
            assert isinstance(lines[0].get(name), kind), f'Expected "{name}" for {path}. Found: {lines[0]}'
    assert "ann@" not in production.output, "Expected a log without the query of the URL. Found the e-mail in it."


def test_backup_can_be_restored(site: Site, tmp_path: Path) -> None:
    """Restoring a backup restores all rows of the database."""
    file = str(tmp_path / "site.backup")
    article = site.publish("Bread", body="Flour\nand “water”.", tagList=["kitchen"])
    site.comment(article, "Mine came out flat.")
    zoe = site.register("Zoë")
    site.run("backup", file)
    site.delete(url_of(article)).is_empty()
    site.publish("Only after the backup")

    site.run("restore", file)

    site.lists("Bread")
    site.read(article).has(**article)
    site.has_comments(article, "Mine came out flat.")
    site.sign_in(zoe.email, zoe.password).gives("user").has(username="Zoë")
    zoe.publish("New after the backup")


def test_container_image_is_pinned() -> None:
    """The container file pins the version of its base image."""
    images = containerfile.base_images()

    assert images, f"Expected FROM in {containerfile.NAME}. Found none."
    for image in images:
        is_pinned = re.search(r":v?\d+\.\d+\.\d+|@sha256:", image)
        assert is_pinned, f"Expected a version with three numbers, such as python:3.13.9-slim. Found {image}."


def test_container_does_not_run_as_root() -> None:
    """The container doesn't run as root."""
    users = [each.arguments for each in containerfile.last_stage() if each.name == "USER"]

    assert users, f"Expected USER in {containerfile.NAME}, after the last FROM. Found none."
    assert not re.match(r"(root|0+)\b", users[-1]), f"Expected a user other than root. Found USER {users[-1]}."


def test_container_holds_no_secret() -> None:
    """The container image contains no secrets and no user data."""
    for each in containerfile.instructions():
        if each.name in ("ENV", "ARG"):
            name = re.search(r"\b\w*(SECRET|KEY|PASSWORD|TOKEN|DATABASE_URL)\w*(?=[= ])", each.arguments, re.IGNORECASE)
            assert not name, f"Expected no secret in {containerfile.NAME}. Found {each.name} {name and name[0]}."
    for source in containerfile.copied():
        first = source.split("/")[0]
        expected = "Expected COPY with single files and folders of the site"
        assert first not in (".", "*", "..", "instance", ".env", ".git"), f"{expected}. Found {source}."


def test_container_has_only_pinned_packages_of_the_site() -> None:
    """The image contains only the pinned packages of the site."""
    commands = containerfile.installations()
    assert commands, f"Expected a command in {containerfile.NAME} that installs the packages of the site. Found none."
    development = containerfile.development_packages()
    for command in commands:
        files = re.findall(r"(?:-r|-c|--requirements?|--constraints?)[ =](\S+)", command)
        pins = [file for file in files if file.endswith(".txt") and (PROJECT / Path(file).name).is_file()]
        assert pins, f"Expected a file with pinned versions, such as -c requirements.txt. Found: {command}"
        installed = set(re.findall(r"[\w.-]+", re.sub(r"\S+\.(txt|toml)", "", command)))
        for file in re.findall(r"(?:-r|--requirements?)[ =](\S+\.txt)", command):
            text = (PROJECT / Path(file).name).read_text("utf-8")
            installed |= set(re.findall(r"(?m)^([\w.-]+)", text))
        unneeded = sorted(installed.intersection([*development, "dev"]))
        assert not unneeded, f"Expected no package for developers. Found {', '.join(unneeded)} in: {command}"


def test_container_updates_the_tables_and_serves() -> None:
    """The container runs the migrations, then starts the server."""
    text = start_text()

    upgrade, server = re.search(r"\balembic\b.*\bupgrade head\b", text), re.search(r"\bfastapi run\b|\buvicorn\b", text)
    assert server, f"Expected the container to start `fastapi run`. Found: {text[:200]}"
    assert upgrade, f"Expected `alembic upgrade head` before the server. Found: {text[:200]}"
    assert upgrade.start() < server.start(), "Expected the upgrade before the server. Found it after the server."
    reload = re.search(r"\bfastapi dev\b|--reload\b", text)
    assert not reload, f"Expected a server for production. Found {reload and reload[0]}, which is for development."


def test_log_line_contains_the_error(starts: dict[str, Start]) -> None:
    """If a request fails, its log line contains the error."""
    production = starts["production"]
    found = f"Found: {production.error or production.output[-300:].strip() or 'no output'}"

    errors = [line for line in production.lines() if "ZeroDivisionError" in json.dumps(line)]
    assert len(errors) == 1, f"Expected one line of JSON with the traceback of the error. {found}"
    assert errors[0].get("level") == "ERROR", f"Expected the level ERROR. {found}"
    statuses = [line.get("status") for line in production.lines() if line.get("path") == "/broken"]
    assert statuses == [500], f'Expected one line with "status": 500. {found}'


def test_broken_backup_changes_nothing(site: Site, tmp_path: Path) -> None:
    """Restoring a broken backup fails and changes no rows."""
    file = tmp_path / "site.backup"
    site.publish("Bread")
    site.publish("Soup")
    site.run("backup", str(file))
    site.run("restore", str(file))
    file.write_bytes(file.read_bytes()[:-20])

    finished = site.server.run("restore", str(file))

    assert finished.code == 1, f"Expected exit code 1 for a broken backup. Found {finished.code}: {finished.output}"
    site.lists("Soup", "Bread")


@pytest.mark.timeout(300)
def test_restart_with_a_migration_fails_no_request(tmp_path: Path) -> None:
    """If the site restarts with a new migration, no request fails."""
    start = containerfile.start_command()
    folder, database = tmp_path / "site", tmp_path / "site.db"
    ignored = shutil.ignore_patterns(".*", "__pycache__", "instance", "tests", "own_tests", "lessons", "node_modules")
    shutil.copytree(PROJECT, folder, ignore=ignored)
    (folder / "rehearsal.py").write_text(MIGRATION.format(head=newest_migration()), "utf-8")
    rehearse = [
        sys.executable,
        "tools/rehearse.py",
        "--port=0",
        "--restarts=1",
        f"--requests={REQUESTS}",
        "--path=/api/articles",
        "--",
    ]
    # `fastapi run` and `uvicorn` read these variables, and then use the port of the rehearsal.
    server = ["sh", "-c", START_WITH_MIGRATION, "sh", "env", "PORT={port}", "UVICORN_PORT={port}", *start]

    ended = subprocess.run(
        [*rehearse, *server],
        cwd=folder,
        env={**clean_environment(), **in_production(database)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    log = (folder / "server.log").read_text("utf-8").splitlines()
    last = "\n".join(["The last lines of the server:", *log[-5:]])
    found = (ended.stdout or ended.stderr).strip().splitlines()[-1:]
    assert ended.returncode == 0, f"Expected no failed request. Found: {' '.join(found)}\n{last}"
    columns = [row[1] for row in sqlite3.connect(database).execute("PRAGMA table_info(article)")]
    assert "rehearsal" in columns, f"Expected the restart to run the new migration. Found that it didn't.\n{last}"


def start_text() -> str:
    """The start command, and the script that it runs."""
    command = containerfile.start_command()
    scripts = [PROJECT / word.removeprefix("./") for word in command if word.endswith(".sh")]
    text = [re.sub(r"(?m)^\s*#.*$", "", file.read_text("utf-8")) for file in scripts if file.is_file()]
    return " ".join([*command, *text])


def newest_migration() -> str:
    """The revision of the migration that no other migration follows."""
    text = "\n".join(file.read_text("utf-8") for file in (PROJECT / "migrations" / "versions").glob("*.py"))
    revisions = re.findall(r"^revision\b.*?[\"'](\w+)[\"']", text, re.MULTILINE)
    older = re.findall(r"[\"'](\w+)[\"']", " ".join(re.findall(r"^down_revision\b(.*)", text, re.MULTILINE)))
    newest = set(revisions) - set(older)
    assert len(newest) == 1, f"Expected one newest migration. Found {', '.join(sorted(newest)) or 'none'}."
    return newest.pop()
