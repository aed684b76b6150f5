"""Pages without data: a template, and nothing else."""

from typing import ClassVar

from flask import Flask, render_template
from flask.views import View


class TemplatePage(View):
    """A page that only renders a template."""

    methods: ClassVar = ["GET"]
    init_every_request = False

    def __init__(self, template: str) -> None:
        self.template = template

    def dispatch_request(self) -> str:
        return render_template(self.template)


def routes(app: Flask) -> None:
    app.add_url_rule("/about", view_func=TemplatePage.as_view("about", "pages/about.html"))
