"""Purchases and agreed values as they were before tables had versions. What is there is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")

INDEXES = {
    "by_state": ["workspace", "state"],
    "by_intent": ["workspace", "fingerprint"],
    "by_session": ["workspace", "session_id"],
    "by_time": ["workspace", "claimed_at"],
}


def upgrade() -> None:
    """Create what is missing."""
    op.create_table(
        "purchases",
        sa.Column("id", ID, primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("claimed_at", NUMBER, nullable=False),
        sa.Column("lease_until", NUMBER, nullable=False),
        sa.Column("process", sa.Integer, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("sent", sa.Integer, nullable=False),
        sa.Column("expected", sa.Integer, nullable=False),
        sa.Column("credits", sa.Integer),
        sa.Column("remaining", sa.Integer),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("traces", sa.Text, nullable=False),
        sqlite_strict=True,
        if_not_exists=True,
    )
    op.create_table(
        "notes",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("until", NUMBER),
        sqlite_strict=True,
        if_not_exists=True,
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "purchases", columns, if_not_exists=True)
