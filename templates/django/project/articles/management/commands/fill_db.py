"""Random rows, to see how the site works with thousands of articles. The command fills any model, yours too."""

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


class Command(BaseCommand):
    help = "Add random rows to all tables, for example `article=10000`. Rows that exist stay."

    def add_arguments(self, parser):
        parser.add_argument("rows", nargs="*", metavar="MODEL=ROWS")
        parser.add_argument("--others", type=int, default=100, help="Rows for each other model (default: 100).")

    @transaction.atomic
    def handle(self, *, rows, others, **options):
        known = {model._meta.model_name: model for model in own_models()}
        numbers = dict(pair.partition("=")[::2] for pair in rows)
        for name, number in numbers.items():
            if name not in known or not number.isdecimal():
                raise CommandError(f"Write MODEL=ROWS. The models are {', '.join(known)}.")
        for name, model in known.items():
            before = model._base_manager.count()
            fill(model, int(numbers.get(name, others)))
            self.stdout.write(f"{name}: added {model._base_manager.count() - before} rows")


def own_models():
    """The models of the site's apps, with the tables of many-to-many fields. A model comes after its targets."""
    tables = set(connection.introspection.table_names())
    waiting = [
        model
        for app in apps.get_app_configs()
        if app.path.startswith(str(settings.BASE_DIR)) and "site-packages" not in app.path
        for model in app.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table in tables
    ]
    in_order = []
    while waiting:
        ready = [model for model in waiting if not (targets_of(model) & set(waiting)) - {model}] or waiting[:1]
        in_order += ready
        waiting = [model for model in waiting if model not in ready]
    return [model for model in in_order if targets_of(model) <= set(in_order)]


def targets_of(model):
    """The models that this model refers to."""
    return {field.related_model for field in model._meta.local_fields if field.related_model}


def fill(model, number):
    """Add this many rows. The last row has the newest times. A pair that exists already isn't added again."""
    fields = [field for field in model._meta.local_fields if is_needed(field)]
    first = 1 + (model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0)
    makers = {field.attname: maker_of(field, first, number) for field in fields}
    rows = (model(**{name: make(count) for name, make in makers.items()}) for count in range(number))
    rows = (row for row in rows if not pairs_with_itself(row))
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        model._base_manager.bulk_create(batch, ignore_conflicts=True)


def is_needed(field):
    """True if a row needs a value for this field. Times always get one."""
    if isinstance(field, models.DateTimeField):
        return True
    return not (field.primary_key or field.null or field.blank or field.has_default())


def pairs_with_itself(row):
    """True if both ends of a pair are the same row."""
    ends = {}
    for field in row._meta.local_fields:
        if field.related_model:
            ends.setdefault(field.related_model, []).append(getattr(row, field.attname))
    return any(len(set(keys)) < len(keys) for keys in ends.values())


def maker_of(field, first, number):
    """A function that returns a value for the field. Its argument is the number of earlier rows."""
    if field.related_model:
        keys = list(field.related_model._base_manager.values_list(field.target_field.attname, flat=True))
        return lambda _: random.choice(keys)  # noqa: S311
    if isinstance(field, models.DateTimeField):
        end = timezone.now()
        return lambda count: end - timedelta(minutes=number - count)
    if isinstance(field, models.EmailField):
        return lambda count: f"{field.name}-{first + count}@example.org"
    if isinstance(field, models.CharField | models.TextField):
        if field.unique:
            return lambda count: f"{field.name}-{first + count}"
        is_line = isinstance(field, models.CharField)
        return (lambda _: sentence()[: field.max_length]) if is_line else (lambda _: paragraphs())
    return lambda _: field.to_python(random.randrange(2))  # noqa: S311


def sentence():
    return " ".join(random.choices(WORDS, k=random.randint(4, 9))).capitalize()  # noqa: S311


def paragraphs():
    return "\n\n".join(". ".join(sentence() for _ in range(6)) + "." for _ in range(4))
