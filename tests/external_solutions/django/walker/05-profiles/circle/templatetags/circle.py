from django import template

from circle.models import Bond

register = template.Library()


@register.inclusion_tag("circle/button.html", takes_context=True)
def follow_button(context, person):
    reader = context["user"]
    follows = reader.is_authenticated and Bond.objects.filter(reader=reader, writer=person).exists()
    return {**context.flatten(), "person": person, "follows": follows}
