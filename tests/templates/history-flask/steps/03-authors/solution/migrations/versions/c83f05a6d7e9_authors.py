"""Authors. Old articles have an unknown author.

Revises: 05d7be9941ac
"""

import sqlalchemy as sa
from alembic import op

revision = "c83f05a6d7e9"
down_revision = "05d7be9941ac"


def upgrade():
    with op.batch_alter_table("article") as article:
        article.add_column(sa.Column("author", sa.String))
    op.execute("update article set author = 'unknown'")
    with op.batch_alter_table("article") as article:
        article.alter_column("author", existing_type=sa.String, nullable=False)
