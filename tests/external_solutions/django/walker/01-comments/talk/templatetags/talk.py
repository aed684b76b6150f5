from django import template

from talk.pages import RemarkForm

register = template.Library()


@register.inclusion_tag("talk/conversation.html", takes_context=True)
def conversation(context):
    """{% conversation %}: the comments on the `article` of this page, and the form for another one."""
    form = context.get("remark_form") or RemarkForm()
    return {**context.flatten(), "form": form, "remarks": context["article"].remarks.all()}
