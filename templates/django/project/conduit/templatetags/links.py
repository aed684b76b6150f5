"""Links that know whether they lead to the page they are on."""

from urllib.parse import unquote

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def nav_link(context, address, words):
    """{% nav_link "/editor" "New Article" %}: a link of the bar at the top."""
    is_here = "request" in context and context["request"].path == unquote(address)
    here = mark_safe(' aria-current="page"') if is_here else ""
    return format_html('<a class="nav-link{}" href="{}"{}>{}</a>', " active" if is_here else "", address, here, words)
