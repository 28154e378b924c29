"""The tables of an open database: made, or brought up to this version.

`tables` declares them as they are, and `migrations` has a module for each version on the way there.
A change is made in both, and NEWEST names the last one; tests compare the two.
"""

from sqlalchemy import Connection, insert, inspect, select, update

from fj_mcp.storage.database.tables import metadata, purchases, revisions

NEWEST = "0004"


def is_current(connection: Connection) -> bool:
    """Whether the database has the tables of this version."""
    if not inspect(connection).has_table(revisions.name):
        return False
    return connection.scalar(select(revisions.c.version_num)) == NEWEST


def bring_up_to_date(connection: Connection) -> None:
    """Make or change tables, in a transaction that no other process can come between.

    It fails if another program has tables of these names.

    Raises:
        NewerDatabase: if a newer version of this program has changed them.
    """
    if is_current(connection):
        # Another process was faster.
        return
    if inspect(connection).get_table_names():
        # Most starts do without Alembic, which takes a while to load.
        from fj_mcp.storage.database.migration import migrate

        migrate(connection)
        reject_unknown_tables(connection)
    else:
        metadata.create_all(connection, checkfirst=False)
        connection.execute(insert(revisions).values(version_num=NEWEST))


def reject_unknown_tables(connection: Connection) -> None:
    """Fail now if a table is missing or not of this program, and not after a purchase."""
    for table in metadata.sorted_tables:
        connection.execute(select(table).limit(0))


def write_nothing(connection: Connection) -> None:
    """Fail if the database only reads."""
    connection.execute(update(purchases).where(purchases.c.id == -1).values(state="pending"))
