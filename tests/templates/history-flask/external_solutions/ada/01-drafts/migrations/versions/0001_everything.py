"""Articles and drafts in one migration

Revises: 
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    if not sa.inspect(op.get_bind()).has_table("article"):
        op.create_table(
            "article",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("title", sa.String, nullable=False),
        )

    with op.batch_alter_table("article") as article:
        article.add_column(sa.Column("draft", sa.Boolean, nullable=False, server_default=sa.false()))
