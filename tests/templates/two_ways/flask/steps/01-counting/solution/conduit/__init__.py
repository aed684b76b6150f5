"""The guest book."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask, jsonify, make_response, redirect, render_template_string, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

PAGE = """<!doctype html>
<h1>{{ name }}</h1>
{% for line in lines %}<p>{{ line }}</p>
{% endfor %}<form method="post"><input name="line"></form>
"""

db = SQLAlchemy()


class Line(db.Model):  # type: ignore[name-defined, misc]
    """A line that a visitor wrote."""

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(unique=True)


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """Create the site. `settings` replace its own."""
    app = Flask(__name__, instance_path=str(Path.cwd() / "instance"))
    app.config.update({"NAME": "Guest book", "SQLALCHEMY_DATABASE_URI": "sqlite:///conduit.db", **(settings or {})})
    db.init_app(app)

    @app.get("/")
    def home() -> str:
        lines = db.session.scalars(select(Line.text).order_by(Line.id.desc())).all()
        return render_template_string(PAGE, name=app.config["NAME"], lines=lines)

    @app.post("/")
    def write() -> Response | tuple[str, int]:
        text = request.form.get("line", "")
        if db.session.scalar(select(Line).filter_by(text=text)):
            return "This line is already in the book.", 409
        db.session.add(Line(text=text))
        try:
            db.session.commit()
        except IntegrityError:
            return "Another visitor was quicker.", 409
        return redirect("/", 303)

    @app.get("/visits")
    def visits() -> Response:
        count = int(request.cookies.get("visits", "0")) + 1
        response = make_response(str(count))
        response.set_cookie("visits", str(count), path="/visits")
        response.set_cookie("last", "today")
        return response

    @app.get("/now")
    def now() -> str:
        return datetime.now(UTC).isoformat()

    @app.route("/echo/<path:rest>", methods=["GET", "POST", "PUT", "DELETE"])
    def echo(rest: str) -> Response:
        sent = {"rest": rest, "query": request.query_string.decode(), "body": request.get_data().hex()}
        return jsonify({**sent, "method": request.method, "url": request.url, "headers": dict(request.headers)})

    @app.cli.command("init-db")
    def init_db() -> None:
        """Create the tables."""
        db.drop_all()
        db.create_all()

    @app.cli.command("add")
    @click.argument("text")
    def add(text: str) -> None:
        """Add a line."""
        if not text.strip():
            raise click.ClickException("The line is blank.")
        db.session.add(Line(text=text))
        db.session.commit()
        click.echo(f"Added: {text}")

    @app.get("/count")
    def count() -> str:
        return str(db.session.scalar(select(func.count()).select_from(Line)))

    # Your own lines go below this one.
    return app
