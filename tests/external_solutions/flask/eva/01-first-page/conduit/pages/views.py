from flask import render_template
from flask.views import View


class TemplateView(View):
    """Shows a template, and nothing more."""

    init_every_request = False

    def __init__(self, template_name: str) -> None:
        self.template_name = template_name

    def dispatch_request(self, **kwargs: object) -> str:
        return render_template(self.template_name, **kwargs)
