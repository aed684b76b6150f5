"""Drafts

Revises: 41c0a3f7d2b1
"""

import sqlalchemy as sa
from alembic import op

revision = "9be2d14c6a05"
down_revision = "41c0a3f7d2b1"


def upgrade():
    with op.batch_alter_table("article") as article:
        article.add_column(sa.Column("draft", sa.Boolean, nullable=False, server_default=sa.false()))
