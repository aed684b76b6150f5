"""Articles

Revises: 
"""

import sqlalchemy as sa
from alembic import op

revision = "41c0a3f7d2b1"
down_revision = None


def upgrade():
    if not sa.inspect(op.get_bind()).has_table("article"):
        op.create_table(
            "article",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("title", sa.String, nullable=False),
        )
