"""Drafts, which are always there

Revises: bo_second
"""

import sqlalchemy as sa
from alembic import op

revision = "bo_third"
down_revision = "bo_second"


def upgrade():
    with op.batch_alter_table("article") as article:
        article.alter_column("draft", existing_type=sa.Boolean, nullable=False)
