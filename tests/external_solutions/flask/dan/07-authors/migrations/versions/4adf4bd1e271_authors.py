"""authors

Revision ID: 4adf4bd1e271
Revises: 480bbbbd7f90
Create Date: 2026-12-01 11:57:06.403388
"""

import sqlalchemy as sa
from alembic import op

revision = '4adf4bd1e271'
down_revision = '480bbbbd7f90'
branch_labels = None
depends_on = None

article = sa.table("article", sa.column("author_id"))
comment = sa.table("comment", sa.column("author_id"))
user = sa.table("user", sa.column("id"), sa.column("username"), sa.column("email"), sa.column("password_hash"))

NO_PASSWORD = "nobody can sign in with this"


def add_user_for_old_rows(connection):
    name, number = "anonymous", 1
    while connection.scalar(sa.select(user.c.id).where(user.c.username == name)):
        number += 1
        name = f"anonymous {number}"
    # an e-mail without @ can't belong to a real user
    connection.execute(user.insert().values(username=name, email=f"{name} has no e-mail", password_hash=NO_PASSWORD))
    return connection.scalar(sa.select(user.c.id).where(user.c.username == name))


def upgrade() -> None:
    with op.batch_alter_table("article") as batch_op:
        batch_op.add_column(sa.Column("author_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("comment") as batch_op:
        batch_op.add_column(sa.Column("author_id", sa.Integer(), nullable=True))

    connection = op.get_bind()
    old_rows = 0
    for table in (article, comment):
        old_rows += connection.scalar(sa.select(sa.func.count()).select_from(table))
    if old_rows:
        user_id = add_user_for_old_rows(connection)
        for table in (article, comment):
            connection.execute(table.update().values(author_id=user_id))

    with op.batch_alter_table("article") as batch_op:
        batch_op.alter_column("author_id", nullable=False)
        batch_op.create_index(batch_op.f('ix_article_author_id'), ['author_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_article_author_id_user'), 'user', ['author_id'], ['id'])
    with op.batch_alter_table("comment") as batch_op:
        batch_op.alter_column("author_id", nullable=False)
        batch_op.create_index(batch_op.f('ix_comment_author_id'), ['author_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_comment_author_id_user'), 'user', ['author_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_comment_author_id_user'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_comment_author_id'))
        batch_op.drop_column('author_id')

    with op.batch_alter_table('article', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_article_author_id_user'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_article_author_id'))
        batch_op.drop_column('author_id')

    op.get_bind().execute(user.delete().where(user.c.password_hash == NO_PASSWORD))
