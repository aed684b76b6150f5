"""authors

Revision ID: 0005
Revises: 0004
Create Date: 2026-12-01 08:38:45.774421
"""

import secrets

import sqlalchemy as sa
from alembic import op
from pwdlib import PasswordHash

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The columns that this migration needs. The models may change later, and this migration must still work.
user = sa.table("user", sa.column("id"), sa.column("username"), sa.column("email"), sa.column("password_hash"))
article = sa.table("article", sa.column("author_id"))
comment = sa.table("comment", sa.column("author_id"))


def upgrade() -> None:
    for table in ("article", "comment"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("author_id", sa.Integer(), nullable=True))

    give_old_rows_an_author(op.get_bind())

    for table in ("article", "comment"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("author_id", existing_type=sa.Integer(), nullable=False)
            batch_op.create_index(batch_op.f(f"ix_{table}_author_id"), ["author_id"], unique=False)
            batch_op.create_foreign_key(batch_op.f(f"fk_{table}_author_id_user"), "user", ["author_id"], ["id"])


def give_old_rows_an_author(connection: sa.Connection) -> None:
    """Make the user "anonymous" the author of all old rows. Without old rows, the user isn't needed."""
    if not any(connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in (article, comment)):
        return
    # The e-mail has no @, so it never belongs to a real user. Nobody knows the password.
    is_anonymous = user.c.email == "anonymous"
    author_id = connection.scalar(sa.select(user.c.id).where(is_anonymous))
    if author_id is None:
        is_taken = connection.scalar(sa.select(user.c.id).where(user.c.username == "anonymous"))
        name = f"anonymous-{secrets.token_hex(4)}" if is_taken else "anonymous"
        hashed = PasswordHash.recommended().hash(secrets.token_urlsafe())
        connection.execute(user.insert().values(username=name, email="anonymous", password_hash=hashed))
        author_id = connection.scalar(sa.select(user.c.id).where(is_anonymous))
    for table in (article, comment):
        connection.execute(table.update().values(author_id=author_id))


def downgrade() -> None:
    for table in ("comment", "article"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_author_id_user"), type_="foreignkey")
            batch_op.drop_index(batch_op.f(f"ix_{table}_author_id"))
            batch_op.drop_column("author_id")
