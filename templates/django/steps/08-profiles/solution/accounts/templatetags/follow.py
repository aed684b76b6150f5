"""A template filter about following."""

from django import template

register = template.Library()


@register.filter
def follows(user, other):
    """True if a user follows the other one, as in {% if user|follows:owner %}."""
    return user.is_authenticated and user.following.contains(other)
