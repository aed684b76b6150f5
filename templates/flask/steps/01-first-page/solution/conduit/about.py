"""The About page."""

from flask import Blueprint, render_template

bp = Blueprint("about", __name__)


@bp.get("/about")
def show() -> str:
    return render_template("about.html")
