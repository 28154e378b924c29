"""The memory of one workspace in the database. Loaded at its first use, as SQLAlchemy is slow."""

from fj_mcp.storage.memory.people_rows import PeopleRows
from fj_mcp.storage.memory.stored_rows import StoredRows


class MemoryRows(PeopleRows, StoredRows):
    """All that is remembered of people and searches, in one transaction."""
