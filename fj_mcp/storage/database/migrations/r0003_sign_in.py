"""Clients that users sign in to, what they may do, and their tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")

INDEXES: dict[str, tuple[str, ...]] = {
    "clients_by_time": ("clients", "used_at", "created_at"),
    "grants_by_workspace": ("grants", "workspace"),
    "grants_by_browser": ("grants", "browser"),
    "tokens_by_grant": ("tokens", "grant_id"),
    "tokens_by_time": ("tokens", "expires_at"),
    "browsers_by_time": ("browsers", "used_at"),
    "attempts_by_time": ("attempts", "until"),
}


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "clients",
        sa.Column("client_id", sa.Text, primary_key=True),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("secret_digest", sa.Text),
        sa.Column("created_at", NUMBER, nullable=False),
        sa.Column("used_at", NUMBER),
        sqlite_strict=True,
    )
    op.create_table(
        "grants",
        sa.Column("grant_id", sa.Text, primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("client_name", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("browser", sa.Text, nullable=False),
        sa.Column("person", sa.Text),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("sealed_key", sa.Text, nullable=False),
        sa.Column("created_at", NUMBER, nullable=False),
        sa.Column("used_at", NUMBER),
        sqlite_strict=True,
    )
    op.create_table(
        "tokens",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("grant_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("request", sa.Text),
        sa.Column("expires_at", NUMBER, nullable=False),
        sa.Column("used_at", NUMBER),
        sqlite_strict=True,
    )
    op.create_table(
        "browsers",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("sealed_key", sa.Text, nullable=False),
        sa.Column("used_at", NUMBER, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "attempts",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("until", NUMBER, nullable=False),
        sqlite_strict=True,
    )
    for name, (table, *columns) in INDEXES.items():
        op.create_index(name, table, columns)
