"""Drafts, which may be missing

Revises: bo_first
"""

import sqlalchemy as sa
from alembic import op

revision = "bo_second"
down_revision = "bo_first"


def upgrade():
    op.add_column("article", sa.Column("draft", sa.Boolean))
    op.execute("update article set draft = false")
