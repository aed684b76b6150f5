"""How forms are drawn."""

from django.forms.renderers import TemplatesSetting


class SiteRenderer(TemplatesSetting):
    """Draws {{ form }} with this site's own templates: its messages first, then field by field."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"
