from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.base import DeserializationError
from django.db import transaction


class Command(BaseCommand):
    help = "Delete all rows of the database. Then add the rows in FILE. If the file is broken, change nothing."

    def add_arguments(self, parser):
        parser.add_argument("file")

    @transaction.atomic
    def handle(self, *, file, **options):
        call_command("flush", interactive=False, inhibit_post_migrate=True)
        try:
            call_command("loaddata", file)
        except DeserializationError as error:
            raise CommandError(f"{file} isn't a backup of this site.") from error
