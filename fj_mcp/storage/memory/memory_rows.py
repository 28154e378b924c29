"""The memory of one workspace in the database. Loaded at its first use, as SQLAlchemy is slow."""

from fj_mcp.storage.memory.kept_rows import KeptRows
from fj_mcp.storage.memory.stored_rows import StoredRows


class MemoryRows(KeptRows, StoredRows):
    """All that is remembered of people and searches, in one transaction."""
