"""authors

Revision ID: dd1c4944f74d
Revises: ea878da487cb
Create Date: 2026-12-01 11:47:28.287823
"""

import sqlalchemy as sa
from alembic import op

revision = 'dd1c4944f74d'
down_revision = 'ea878da487cb'
branch_labels = None
depends_on = None


NOBODY = "!"  # no password has this hash
WRITTEN = ("article", "comment")

users = sa.table(
    "users",
    sa.column("id", sa.Integer),
    sa.column("username", sa.String),
    sa.column("email", sa.String),
    sa.column("password_hash", sa.String),
)


def upgrade() -> None:
    for name in WRITTEN:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("author_id", sa.Integer(), nullable=True))
    adopt_orphans(op.get_bind())
    for name in WRITTEN:
        with op.batch_alter_table(name) as table:
            table.alter_column("author_id", existing_type=sa.Integer(), nullable=False)
            table.create_index(f"ix_{name}_author_id", ["author_id"])
            table.create_foreign_key(f"fk_{name}_author_id_users", "users", ["author_id"], ["id"], ondelete="CASCADE")


def downgrade() -> None:
    for name in reversed(WRITTEN):
        with op.batch_alter_table(name) as table:
            table.drop_constraint(f"fk_{name}_author_id_users", type_="foreignkey")
            table.drop_index(f"ix_{name}_author_id")
            table.drop_column("author_id")
    op.get_bind().execute(users.delete().where(users.c.password_hash == NOBODY))


def adopt_orphans(connection: sa.Connection) -> None:
    """Give the old rows to a new user, who can't sign in: the e-mail has no @, and no password fits."""
    tables = [sa.table(name, sa.column("author_id", sa.Integer)) for name in WRITTEN]
    if not any(connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables):
        return
    name, number = "anonymous", 1
    while connection.scalar(sa.select(users.c.id).where(users.c.username == name)):
        number += 1
        name = f"anonymous-{number}"
    connection.execute(users.insert().values(username=name, email=name, password_hash=NOBODY))
    adopter = sa.select(users.c.id).where(users.c.username == name).scalar_subquery()
    for table in tables:
        connection.execute(table.update().values(author_id=adopter))
