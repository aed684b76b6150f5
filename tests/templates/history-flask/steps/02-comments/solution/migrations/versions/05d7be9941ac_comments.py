"""Comments

Revises: 9be2d14c6a05
"""

import sqlalchemy as sa
from alembic import op

revision = "05d7be9941ac"
down_revision = "9be2d14c6a05"


def upgrade():
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.Integer, sa.ForeignKey("article.id"), nullable=False),
        sa.Column("body", sa.String, nullable=False),
    )
