"""Pages without data: a template, and nothing else."""

from typing import ClassVar

from flask import Blueprint, render_template
from flask.views import View

bp = Blueprint("static_pages", __name__)


class TemplatePage(View):
    """A page that only renders a template."""

    methods: ClassVar = ["GET"]
    init_every_request = False

    def __init__(self, template: str) -> None:
        self.template = template

    def dispatch_request(self) -> str:
        return render_template(self.template)


bp.add_url_rule("/about", view_func=TemplatePage.as_view("about", "pages/about.html"))
