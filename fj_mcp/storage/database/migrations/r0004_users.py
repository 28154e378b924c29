"""Who made a purchase."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns. Earlier purchases were made by nobody in particular."""
    op.add_column("purchases", sa.Column("subject", sa.Text))
    op.add_column("purchases", sa.Column("who", sa.Text))
