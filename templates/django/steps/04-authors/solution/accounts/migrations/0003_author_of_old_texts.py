import secrets

from django.contrib.auth.hashers import make_password
from django.db import migrations


def give_author(apps, schema_editor):
    """Give what nobody wrote to an account that nobody can sign in to, made for it under a name that is free."""
    User = apps.get_model('accounts', 'User')
    name = 'somebody'
    if User.objects.filter(username=name).exists():
        name = f'somebody-{secrets.token_hex(4)}'
    for app, model in [('articles', 'Article'), ('comments', 'Comment')]:
        without = apps.get_model(app, model).objects.filter(author=None)
        if without.exists():
            author, _ = User.objects.get_or_create(
                username=name, defaults={'email': f'{name}@example.invalid', 'password': make_password(None)}
            )
            without.update(author=author)


class Migration(migrations.Migration):
    """The articles and comments that are there get an author."""

    dependencies = [
        ('accounts', '0002_profile'),
        ('articles', '0003_article_author'),
        ('comments', '0002_comment_author'),
    ]

    operations = [migrations.RunPython(give_author, migrations.RunPython.noop)]
