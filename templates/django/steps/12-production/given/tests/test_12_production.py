"""The site runs on a server: in a container, with secrets, logs, backups, and restarts that nobody notices."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import containerfile
from tests.support.pages import Site
from tests.support.production import (
    PROJECT,
    Production,
    Settings,
    clean_environment,
    copy_of_the_project,
    in_production,
    read_settings,
    run_in_production,
    url_of,
)

REQUESTS = 1000
ARTICLE_TITLE = ".article-preview h1"
MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "{newest}")]
    operations = [migrations.AddField("article", "rehearsal", models.IntegerField(null=True))]
"""
# The first start leaves a file. The second start finds this file, and then has a new migration.
START_WITH_MIGRATION = """
if [ -e started ]; then cp rehearsal.py articles/migrations/9999_rehearsal.py; fi
touch started
exec "$@" >>server.log 2>&1
"""
SECRETS = "CONDUIT_SECRET_KEY", "CONDUIT_HOSTS", "DATABASE_URL"
SCHEMES = "postgresql", "postgres"

pytestmark = pytest.mark.timeout(120)


def test_health_page_responds(site: Site) -> None:
    """The health page returns status 200 if the site works."""
    reply = site.get("/health")

    reply.succeeds()
    kind = reply.headers.get_content_type()
    assert kind == "application/json", f"Expected JSON from /health. Found {kind}."
    status = json.loads(reply.text).get("status")
    assert status == "ok", f'Expected "status": "ok" from /health. Found: {reply.text[:200].strip()}'


def test_health_page_notices_a_missing_database(start_site: Callable[..., Site], tmp_path: Path) -> None:
    """The health page returns 503 if the database doesn't respond."""
    start_site().get("/health").succeeds()

    site = start_site(DATABASE_NAME=str(tmp_path / "missing" / "site.db"))

    site.get("/health").rejected(503)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Settings]:
    """The settings of the site with different variables."""
    folder = tmp_path_factory.mktemp("settings")
    production = in_production(folder / "site.db")
    starts = {"production": production}
    for name in SECRETS:
        starts[f"without {name}"] = {key: value for key, value in production.items() if key != name}
    for scheme in SCHEMES:
        starts[scheme] = {"DATABASE_URL": f"{scheme}://ann:secret@127.0.0.1/conduit"}
    starts["chosen"] = {"DATABASE_URL": url_of(folder / "chosen.db")}
    starts["usual"] = {}
    return read_settings(starts)


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Production:
    """The site in production, after some requests."""
    return run_in_production(
        tmp_path_factory.mktemp("production"),
        ("GET", "/about"),
        ("POST", "/nowhere?email=ann@example.org"),
        ("GET", "/login"),
        ("GET", "/broken"),
        ("GET", "http:/about"),
        ("GET", "http:/health"),
        ("GET", "style.css"),
        ("GET", "/static/style.css"),
        ("GET", "/static/missing.css"),
    )


def test_database_url_chooses_the_database(settings: dict[str, Settings]) -> None:
    """The site uses the database that DATABASE_URL names."""
    usual, chosen = settings["usual"], settings["chosen"]
    expected = chosen.variables["DATABASE_URL"].removeprefix("sqlite:///")
    assert chosen.database.get("NAME") == expected, (
        f"Expected the database {expected}, as in DATABASE_URL. Found {chosen.error or chosen.database['NAME']}."
    )
    assert usual.database.get("NAME", "").endswith("db.sqlite3"), (
        f"Expected db.sqlite3 without DATABASE_URL. Found {usual.error or usual.database['NAME']}."
    )


def test_url_of_postgresql_chooses_the_database(settings: dict[str, Settings]) -> None:
    """The site accepts the usual URLs of PostgreSQL."""
    values = {"NAME": "conduit", "USER": "ann", "PASSWORD": "secret", "HOST": "127.0.0.1"}
    expected = {"ENGINE": "django.db.backends.postgresql", **values}
    for scheme in SCHEMES:
        found = settings[scheme].error or settings[scheme].database
        assert found == expected, f"Expected {expected} if DATABASE_URL starts with {scheme}://. Found {found}."


def test_production_needs_its_secrets(settings: dict[str, Settings]) -> None:
    """If a secret is missing, the site doesn't start in production."""
    error = settings["production"].error
    assert not error, f"Expected the site to start in production. Found {error}"

    for name in SECRETS:
        error = settings[f"without {name}"].error
        assert error, f"Expected the site not to start in production without {name}. Found that it starts."
        assert name in error, f"Expected an error that names {name}. Found {error}"


def test_check_for_production_finds_no_problem(production: Production) -> None:
    """The command check --deploy finds only a secret key that is short."""
    production.response("/about")

    assert not production.check, f"Expected no problem from `check --deploy` in production. Found {production.check}"
    found = production.check_of_short_key
    assert "security.W009" in found, f"Expected a problem with a short CONDUIT_SECRET_KEY. Found {found or 'none'}."


def test_cookie_is_secure_in_production(production: Production) -> None:
    """In production, the cookies are sent only over HTTPS."""
    cookies = production.response("/login").cookies

    assert cookies, "Expected a cookie from /login. Found none."
    for cookie in cookies:
        assert "Secure" in cookie, f"Expected a cookie with Secure in production. Found {cookie}"


def test_http_is_redirected_to_https(production: Production) -> None:
    """In production, HTTP redirects to HTTPS, except for /health."""
    response = production.response("http:/about")

    found = response.headers.get("Location") or f"status {response.status}"
    assert found == "https://www.example.org/about", (
        f"Expected a redirect to https://www.example.org/about. Found {found}."
    )
    status = production.response("http:/health").status
    assert status == 200, f"Expected status 200 from /health without HTTPS. Found status {status}."
    header = production.response("/about").headers.get("Strict-Transport-Security", "none")
    assert "max-age=" in header, f"Expected the header Strict-Transport-Security from /about. Found {header}."
    assert "preload" not in header, f"Expected no preload in Strict-Transport-Security. Found {header}."


def test_each_request_writes_a_log_line(production: Production) -> None:
    """In production, the site logs each request as a line of JSON."""
    production.response("/about")
    found = f"Found: {production.output[-300:].strip() or 'no output'}"

    for method, path, status in (("GET", "/about", 200), ("POST", "/nowhere", 404)):
        lines = [line for line in production.lines() if (line.get("method"), line.get("path")) == (method, path)]
        lines = [line for line in lines if line.get("status") != 301]
        assert len(lines) == 1, f"Expected one line of JSON for {method} {path}. {found}"
        assert lines[0].get("status") == status, f'Expected "status": {status} for {path}. Found: {lines[0]}'
        for name, kind in (("time", str), ("level", str), ("milliseconds", (int, float))):
            assert isinstance(lines[0].get(name), kind), f'Expected "{name}" for {path}. Found: {lines[0]}'
    assert "ann@" not in production.output, "Expected a log without the query of the URL. Found the e-mail in it."


def test_backup_can_be_restored(site: Site, tmp_path: Path) -> None:
    """Restoring a backup restores all rows of the database."""
    file = str(tmp_path / "site.json")
    article = site.publish("Bread", body="Flour\nand “water”.")
    site.comment(article, "Mine came out flat.")
    zoe = site.anonymous.register("Zoë")
    site.run("backup", file)
    site.delete(article)
    site.publish("Only after the backup")

    site.run("restore", file)

    site.read("/").lists(ARTICLE_TITLE, "articles", ["Bread"])
    page = site.read(article)
    page.one(".article-content p", "the text").has_text("Flour and “water”.")
    page.one(".card:not(.comment-form) .card-block p", "the comment").has_text("Mine came out flat.")
    form = {"email": zoe.email, "password": zoe.password}
    site.anonymous.read("/login").submit("form:has(input[name=password])", **form).redirects_to("/")
    site.publish("New after the backup")


def test_container_image_is_pinned() -> None:
    """The container file names the exact version of its base image."""
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
        assert first not in (".", "*", "..", "db.sqlite3", ".env", ".git"), f"{expected}. Found {source}."


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
    """The container runs the migrations, and then starts gunicorn."""
    text = start_text()

    server = re.search(r"\bgunicorn\b", text)
    assert server, f"Expected the container to start gunicorn. Found: {text[:200]}"
    for command in ("check --deploy", "migrate"):
        found = re.search(rf"manage\.py {command}\b", text)
        assert found, f"Expected `manage.py {command}` before gunicorn. Found: {text[:200]}"
        assert found.start() < server.start(), f"Expected `{command}` before gunicorn. Found it after gunicorn."
    settings = PROJECT / "gunicorn.conf.py"
    text += settings.read_text("utf-8") if settings.is_file() else ""
    threads = re.search(r"\bthreads\b[^\d\n]*(\d+)", text)
    assert threads, "Expected a number of threads for gunicorn. Found none."
    assert int(threads[1]) > 1, f"Expected at least two threads for gunicorn. Found {threads[1]}."


def test_static_files_are_cached_for_a_year(production: Production) -> None:
    """Browsers keep static files for a year."""
    style = production.response("style.css")

    assert style.status == 200, f"Expected the style sheet of /about. Found status {style.status}."
    seconds = cached_seconds(style.headers)
    assert seconds >= 31_536_000, f"Expected max-age=31536000 for the style sheet of /about. Found {seconds} seconds."


def test_only_the_current_version_is_cached(production: Production) -> None:
    """Files at a URL without a version aren't cached for long."""
    seconds = cached_seconds(production.response("style.css").headers)
    assert seconds > 3600, f"Expected browsers to keep the style sheet of /about. Found {seconds} seconds."

    for other in ("/static/style.css", "/static/missing.css"):
        seconds = cached_seconds(production.response(other).headers)
        assert seconds <= 3600, f"Expected browsers to ask again for {other}. Found max-age={seconds}."


def test_log_line_contains_the_error(production: Production) -> None:
    """If a request fails, its log line contains the error."""
    production.response("/broken")
    found = f"Found: {production.output[-300:].strip() or 'no output'}"

    errors = [line for line in production.lines() if "ZeroDivisionError" in json.dumps(line)]
    assert len(errors) == 1, f"Expected one line of JSON with the traceback of the error. {found}"
    assert errors[0].get("level") == "ERROR", f"Expected the level ERROR. {found}"
    statuses = [line.get("status") for line in production.lines() if line.get("path") == "/broken"]
    assert statuses == [500], f'Expected one line with "status": 500. {found}'


def test_broken_backup_changes_nothing(site: Site, tmp_path: Path) -> None:
    """Restoring a broken backup fails and changes no rows."""
    file = tmp_path / "site.json"
    site.publish("Bread")
    site.publish("Soup")
    site.run("backup", str(file))
    site.run("restore", str(file))
    file.write_bytes(file.read_bytes()[:-20])

    finished = site.server.run("restore", str(file))

    assert finished.code == 1, f"Expected exit code 1 for a broken backup. Found {finished.code}: {finished.output}"
    site.read("/").lists(ARTICLE_TITLE, "articles", ["Soup", "Bread"])


@pytest.mark.timeout(300)
def test_restart_with_a_migration_fails_no_request(tmp_path: Path) -> None:
    """If the site restarts with a new migration, no request fails."""
    start = containerfile.start_command()
    folder, database = copy_of_the_project(tmp_path), tmp_path / "site.db"
    (folder / "rehearsal.py").write_text(MIGRATION.format(newest=newest_migration()), "utf-8")
    variables = {**clean_environment(), **in_production(database)}
    rehearse = [sys.executable, "tools/rehearse.py", "--port=0", "--restarts=1", f"--requests={REQUESTS}", "--"]
    # gunicorn reads this variable, and then uses the port of the rehearsal.
    server = ["sh", "-c", START_WITH_MIGRATION, "sh", "env", "GUNICORN_CMD_ARGS=--bind=127.0.0.1:{port}", *start]

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=folder, env=variables, capture_output=True, encoding="utf-8", check=False)

    collected = run(sys.executable, "manage.py", "collectstatic", "--no-input")
    last = collected.stderr.strip().splitlines()[-1:]
    assert collected.returncode == 0, f"Expected the command collectstatic to succeed in production. Found {last}"
    ended = run(*rehearse, *server)

    log = (folder / "server.log").read_text("utf-8").splitlines()
    last = "\n".join(["The last lines of the server:", *log[-5:]])
    found = (ended.stdout or ended.stderr).strip().splitlines()[-1:]
    assert ended.returncode == 0, f"Expected no failed request. Found: {' '.join(found)}\n{last}"
    columns = [row[1] for row in sqlite3.connect(database).execute("PRAGMA table_info(articles_article)")]
    assert "rehearsal" in columns, f"Expected the restart to run the new migration. Found that it didn't.\n{last}"


def cached_seconds(headers: dict[str, str]) -> int:
    """How long a browser may keep a file without a new request."""
    found = re.search(r"max-age=(\d+)", headers.get("Cache-Control") or "")
    return int(found[1]) if found else 0


def start_text() -> str:
    """The start command, and the script that it runs."""
    command = containerfile.start_command()
    scripts = [PROJECT / word.removeprefix("./") for word in command if word.endswith(".sh")]
    text = [re.sub(r"(?m)^\s*#.*$", "", file.read_text("utf-8")) for file in scripts if file.is_file()]
    return " ".join([*command, *text])


def newest_migration() -> str:
    """The name of the migration of articles that no other migration follows."""
    files = {file.stem: file.read_text("utf-8") for file in (PROJECT / "articles" / "migrations").glob("[0-9]*.py")}
    older = re.findall(r"[\"']articles[\"'],\s*[\"'](\w+)[\"']", "\n".join(files.values()))
    newest = set(files) - set(older)
    assert len(newest) == 1, f"Expected one newest migration. Found {', '.join(sorted(newest)) or 'none'}."
    return newest.pop()
