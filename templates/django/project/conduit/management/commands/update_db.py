from io import StringIO

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.loader import MigrationLoader


class Command(BaseCommand):
    help = "Brings the database up to the code; all that is in it stays. Ends with 1 where a migration is missing."

    def handle(self, **options):
        call_command("migrate", interactive=False, verbosity=0)
        if missing := missing_migrations():
            self.stdout.write(missing)
            raise SystemExit(1)
        self.stdout.write("The database fits the code.")


def missing_migrations():
    """What the models say and no migration makes, and the command that writes it; nothing where all is there."""
    without = MigrationLoader(connection).unmigrated_apps
    labels = [app.label for app in apps.get_app_configs() if app.label in without and any(app.get_models())]
    if labels:
        return (
            f"{', '.join(labels)}: there are models and no migrations. `manage.py makemigrations {' '.join(labels)}`"
        )
    changes = StringIO()
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, stdout=changes)
    except SystemExit:
        return f"The models say more than the migrations. `manage.py makemigrations`\n{changes.getvalue()}".strip()
    return ""
