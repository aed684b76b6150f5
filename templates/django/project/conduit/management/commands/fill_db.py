"""Rows by the thousand, made up, to see how the site bears them. Your models are looked at, none is known."""

import random
from datetime import timedelta
from itertools import islice

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, models, transaction
from django.utils import timezone

WORDS = ["amber", "bridge", "candle", "early", "garden", "harbour", "island", "lantern", "river", "winter"]
ROWS_AT_ONCE = 2_000
NUMBERS = (models.AutoField, models.BigAutoField, models.SmallAutoField)  # which the database gives


class Command(BaseCommand):
    help = "Adds made-up rows to the database, many of them: article=10000, say. What is in it stays."

    def add_arguments(self, parser):
        parser.add_argument("rows", nargs="*", metavar="MODEL=ROWS")
        parser.add_argument("--others", type=int, default=100, help="Rows for each model not named. Default: 100.")

    def handle(self, *, rows, others, **options):
        known = {model._meta.model_name: model for model in own_models()}
        wanted = dict(pair.partition("=")[::2] for pair in rows)
        for name, number in wanted.items():
            if name not in known or not number.isdecimal():
                raise CommandError(f"Write MODEL=ROWS. The models are: {', '.join(known)}")
        with transaction.atomic():
            for name, model in known.items():
                before = model._base_manager.count()
                fill(model, int(wanted.get(name, others)))
                self.stdout.write(f"{name}: {model._base_manager.count() - before} rows more")


def own_models():
    """The models of the site's own apps, those of many-to-many tables included; each after those it points to."""
    tables = set(connection.introspection.table_names())
    own = [
        model
        for app in apps.get_app_configs()
        if app.path.startswith(str(settings.BASE_DIR)) and "site-packages" not in app.path
        for model in app.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table in tables
    ]
    in_order = []
    while own:
        ready = [model for model in own if not (targets_of(model) & set(own)) - {model}] or own[:1]
        in_order += ready
        own = [model for model in own if model not in ready]
    return [model for model in in_order if targets_of(model) <= set(in_order)]


def targets_of(model):
    """The models that this one points to."""
    return {field.related_model for field in model._meta.local_fields if field.related_model}


def fill(model, number):
    """Add so many rows, the last one as if written a minute ago. Where a row is there already, nothing is added."""
    fields = [field for field in model._meta.local_fields if is_needed(field)]
    first = 1 + (model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0) if has_number(model) else 1
    makers = {field.attname: maker_of(field, first, number) for field in fields}
    rows = (model(**{name: make(count) for name, make in makers.items()}) for count in range(number))
    rows = (row for row in rows if not points_to_itself(row))
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        model._base_manager.bulk_create(batch, ignore_conflicts=True)


def has_number(model):
    return isinstance(model._meta.pk, NUMBERS)


def is_needed(field):
    """Whether a row cannot do without a value of ours for this field."""
    if field.null or field.blank or isinstance(field, NUMBERS):
        return False
    return not field.has_default() or isinstance(field, models.DateTimeField)


def points_to_itself(row):
    """Whether both ends of a pair are the same row: nobody is paired with themselves."""
    ends = {}
    for field in row._meta.local_fields:
        if field.related_model:
            ends.setdefault(field.related_model, []).append(getattr(row, field.attname))
    return any(len(set(numbers)) < len(numbers) for numbers in ends.values())


def maker_of(field, first, number):
    """What makes the values of a field, given how many rows came before."""
    if field.related_model:
        there = list(field.related_model._base_manager.values_list(field.target_field.attname, flat=True))
        return lambda _: random.choice(there)  # noqa: S311
    if field.choices:
        return lambda _: random.choice(field.choices)[0]  # noqa: S311
    if isinstance(field, models.DateTimeField):
        end = timezone.now()
        return lambda count: end - timedelta(minutes=number - count)
    if isinstance(field, models.EmailField):
        return lambda count: f"{field.name}-{first + count}@example.org"
    if isinstance(field, models.CharField | models.TextField):
        if field.unique:
            return lambda count: f"{field.name}-{first + count}"
        is_line = isinstance(field, models.CharField)
        return (lambda _: sentence()[: field.max_length]) if is_line else (lambda _: text())
    return lambda _: field.to_python(random.randrange(2))  # noqa: S311


def sentence():
    return " ".join(random.choices(WORDS, k=random.randint(4, 9))).capitalize()  # noqa: S311


def text():
    return "\n\n".join(". ".join(sentence() for _ in range(6)) + "." for _ in range(4))
