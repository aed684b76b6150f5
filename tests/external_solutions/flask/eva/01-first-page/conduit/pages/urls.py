"""The URLs of the pages."""

from flask import Blueprint

from conduit.pages.views import TemplateView

bp = Blueprint("pages", __name__, template_folder="templates")
bp.add_url_rule("/about", view_func=TemplateView.as_view("about", template_name="pages/about.html"))
