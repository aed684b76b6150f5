from flask import Blueprint, render_template

about_pages = Blueprint("about", __name__)


@about_pages.get("/about")
def show_about():
    return render_template("about.html")
