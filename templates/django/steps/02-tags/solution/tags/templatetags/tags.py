from django import template

from tags.models import Tag

register = template.Library()


@register.inclusion_tag("tags/popular.html")
def popular_tags():
    """{% popular_tags %}: the box of tags beside a list of articles, on whichever page it stands."""
    return {"names": Tag.objects.popular()}
