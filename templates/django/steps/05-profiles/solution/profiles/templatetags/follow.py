from django import template

register = template.Library()


@register.inclusion_tag("profiles/follow.html", takes_context=True)
def follow_button(context, person, here):
    """{% follow_button person address %}: for everyone but themselves, the button to follow somebody, or to stop it.
    It leads back to the address."""
    visitor = context["request"].user
    followed = visitor.is_authenticated and visitor.following.contains(person)
    return {"person": person, "here": here, "is_own": visitor == person, "followed": followed}
