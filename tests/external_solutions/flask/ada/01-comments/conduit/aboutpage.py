"""A page of my own: what this site is."""

from flask import Blueprint, render_template

about_pages = Blueprint("aboutpage", __name__)


@about_pages.get("/about")
def tell_about() -> str:
    return render_template("about_me.html")
