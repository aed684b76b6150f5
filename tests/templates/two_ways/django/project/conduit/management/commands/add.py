"""The command `add`."""

from django.core.management import BaseCommand, CommandError

from conduit.models import Line


class Command(BaseCommand):
    """Adds a line."""

    help = "Add a line."

    def add_arguments(self, parser):
        parser.add_argument("text")

    def handle(self, *, text, **_):
        if not text.strip():
            raise CommandError("The line is blank.")
        Line.objects.create(text=text)
        self.stdout.write(f"Added: {text}")
