"""Remarks

Revises: bo_third
"""

import sqlalchemy as sa
from alembic import op

revision = "bo_fourth"
down_revision = "bo_third"


def upgrade():
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.Integer, sa.ForeignKey("article.id"), nullable=False),
        sa.Column("words", sa.String, nullable=False),
    )
