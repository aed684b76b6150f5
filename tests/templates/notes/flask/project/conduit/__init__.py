"""A list of notes."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from flask import Flask, abort, g, redirect, render_template, request
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

LONGEST = 200  # characters of a note


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """Create the site. `settings` replace its own: SECRET_KEY and DATABASE, the path of a SQLite file."""
    app = Flask(__name__)
    app.config.update({"SECRET_KEY": "only for this example", "DATABASE": "notes.db", **(settings or {})})
    CSRFProtect(app)
    with sqlite3.connect(Path(app.config["DATABASE"])) as database:
        database.execute("CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
    database.close()

    @app.teardown_appcontext
    def close(_error: object) -> None:
        if "database" in g:
            g.database.close()

    def query(sql: str, *values: object) -> list[tuple[Any, ...]]:
        if "database" not in g:
            g.database = sqlite3.connect(app.config["DATABASE"], isolation_level=None)
        return g.database.execute(sql, values).fetchall()

    def page(name: str, error: str = "", **values: object) -> tuple[str, int]:
        return render_template(name, error=error, **values), 422 if error else 200

    def problem(text: str) -> str:
        if not text.strip():
            return "A note can't be blank."
        return f"A note has at most {LONGEST} characters." if len(text) > LONGEST else ""

    def home(error: str = "") -> tuple[str, int]:
        return page("home.html", error, notes=query("SELECT id, text FROM note ORDER BY id DESC"))

    app.add_url_rule("/", "home", home)

    @app.post("/notes")
    def create() -> Response | tuple[str, int]:
        text = request.form.get("text", "")
        if error := problem(text):
            return home(error)
        query("INSERT INTO note (text) VALUES (?)", text)
        return redirect("/")

    @app.route("/notes/<int:number>/edit", methods=["GET", "POST"])
    def edit(number: int) -> Response | tuple[str, int]:
        rows = query("SELECT text FROM note WHERE id = ?", number)
        if not rows:
            abort(404)
        if request.method == "GET":
            return page("edit.html", text=rows[0][0])
        text = request.form.get("text", "")
        if error := problem(text):
            return page("edit.html", error, text=text)
        query("UPDATE note SET text = ? WHERE id = ?", text, number)
        return redirect("/")

    @app.get("/health")
    def health() -> dict[str, str]:
        query("SELECT 1")
        return {"status": "ok", "release": os.environ.get("RELEASE", "")}

    return app
