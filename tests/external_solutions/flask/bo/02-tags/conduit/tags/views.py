"""The page of a tag, and what stands about tags on other pages."""

from dataclasses import dataclass

from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from flask.views import MethodView
from werkzeug.routing import BaseConverter

from conduit.articles import list_page
from conduit.tags.forms import tags_as_typed
from conduit.tags.queries import articles_with, names_in_use, names_on


bp = Blueprint('tags', __name__)
bp.add_app_template_global(names_in_use, 'tags_in_use')
bp.add_app_template_global(names_on, 'tags_on')
bp.add_app_template_global(tags_as_typed)


class AnySignConverter(BaseConverter):
    """A rest of an address that may hold slashes anywhere."""

    regex = '.+'
    part_isolating = False


@bp.record_once
def add_converter(state: BlueprintSetupState) -> None:
    state.app.url_map.converters['any_sign'] = AnySignConverter


@dataclass(frozen=True, slots=True)
class TagTab:
    """The tab over the list of a tag's articles."""

    name: str


class TagView(MethodView):
    """The articles that carry a tag."""

    def get(self, name: str) -> str:
        return list_page(articles_with(name), tag_tab=TagTab(name))


bp.add_url_rule(
    '/tag/<any_sign:name>',
    view_func=TagView.as_view('show'),
    merge_slashes=False,
)
