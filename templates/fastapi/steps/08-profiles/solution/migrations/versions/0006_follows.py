"""follows

Revision ID: 0006
Revises: 0005
Create Date: 2026-12-01 15:39:25.388208
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow",
        sa.Column("follower_id", sa.Integer(), nullable=False),
        sa.Column("followed_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["followed_id"], ["user.id"], name=op.f("fk_follow_followed_id_user")),
        sa.ForeignKeyConstraint(["follower_id"], ["user.id"], name=op.f("fk_follow_follower_id_user")),
        sa.PrimaryKeyConstraint("follower_id", "followed_id", name=op.f("pk_follow")),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_followed_id"), ["followed_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_followed_id"))

    op.drop_table("follow")
