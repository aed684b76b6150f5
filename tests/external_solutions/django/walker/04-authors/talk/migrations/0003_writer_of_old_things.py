"""Articles and comments from before there were accounts get an author: an account that nobody can sign in to."""

from itertools import count

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import migrations


def give_to_nobody(apps, schema_editor):
    Account = apps.get_model(settings.AUTH_USER_MODEL)
    orphans = [
        apps.get_model("articles", "Article").objects.filter(writer=None),
        apps.get_model("talk", "Remark").objects.filter(writer=None),
    ]
    if not any(rows.exists() for rows in orphans):
        return
    for number in count(1):
        name = "Nobody" if number == 1 else f"Nobody {number}"
        email = f"nobody-{number}@conduit.invalid"
        taken = Account.objects.filter(username=name) | Account.objects.filter(email=email)
        if not taken.exists():
            break
    nobody = Account.objects.create(username=name, email=email, password=make_password(None))
    for rows in orphans:
        rows.update(writer=nobody)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_user_bio_user_image"),
        ("articles", "0003_writer"),
        ("talk", "0002_writer"),
    ]

    operations = [migrations.RunPython(give_to_nobody, migrations.RunPython.noop)]
