from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction


class Command(BaseCommand):
    help = "Write all rows of the database to FILE, for example site.json. The file contains private data."

    def add_arguments(self, parser):
        parser.add_argument("file")

    @transaction.atomic
    def handle(self, *, file, **options):
        if connection.vendor == "postgresql":  # all rows are from the same moment, even if the site writes now
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        call_command("dumpdata", format="json", output=file)
