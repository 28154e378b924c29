"""What recruiters decided about people, and which searches showed them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")

INDEXES = {
    "searches_by_time": ("searches", "first_at"),
    "search_changes_by_session": ("search_changes", "session_id"),
    "people_by_time": ("people", "touched_at"),
    "reviews_by_person": ("reviews", "person"),
    "reviews_by_session": ("reviews", "session_id"),
    "reveals_by_session": ("reveals", "session_id"),
    "sightings_by_session": ("sightings", "session_id"),
    "sightings_by_time": ("sightings", "last_at"),
}


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "searches",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("title", sa.Text),
        sa.Column("first_at", NUMBER, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "search_changes",
        sa.Column("id", ID, primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("at", NUMBER, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("filters", sa.Text, nullable=False),
        sa.Column("credits", sa.Integer),
        sqlite_strict=True,
    )
    op.create_table(
        "people",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("company", sa.Text),
        sa.Column("region", sa.Text),
        sa.Column("linkedin_url", sa.Text),
        sa.Column("touched_at", NUMBER, nullable=False),
        sa.Column("notice_from", NUMBER),
        sqlite_strict=True,
    )
    op.create_table(
        "reviews",
        sa.Column("id", ID, primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("candidate_id", sa.Text, nullable=False),
        sa.Column("at", NUMBER, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("who", sa.Text),
        sa.Column("decision", sa.Text),
        sa.Column("outreach", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("score", NUMBER),
        sa.Column("rank", sa.Integer),
        sqlite_strict=True,
    )
    op.create_table(
        "reveals",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("candidate_id", sa.Text, nullable=False),
        sa.Column("at", NUMBER, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "sightings",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("first_at", NUMBER, nullable=False),
        sa.Column("last_at", NUMBER, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "bans",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("at", NUMBER, nullable=False),
        sqlite_strict=True,
    )
    for name, (table, column) in INDEXES.items():
        op.create_index(name, table, ["workspace", column])
