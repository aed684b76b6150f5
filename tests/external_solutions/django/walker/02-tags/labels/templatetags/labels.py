from django import template

from labels.models import Label

register = template.Library()


@register.simple_tag
def labels_beside_the_list():
    return Label.objects.beside_the_list()


@register.filter
def alphabetically(labels):
    return sorted(labels, key=lambda label: (label.word.casefold(), label.word))
