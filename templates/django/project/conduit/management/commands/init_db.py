from importlib import import_module

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.module_loading import module_has_submodule


class Command(BaseCommand):
    help = "Makes the database anew, with the samples of each app. What was in it is gone."

    def add_arguments(self, parser):
        parser.add_argument("--no-input", action="store_false", dest="interactive", help="Does not ask first.")

    def handle(self, *, interactive, **options):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("flush", interactive=interactive, verbosity=0)
        with transaction.atomic():
            for app in apps.get_app_configs():
                if module_has_submodule(app.module, "samples"):
                    import_module(f"{app.name}.samples").add_samples()
        self.stdout.write("The database is new and holds the sample articles.")
