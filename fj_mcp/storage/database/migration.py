"""Migrations by Alembic, from the version in which a database was left to the newest."""

from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection

from fj_mcp.storage.database.database import DatabaseFailed, NewerDatabase
from fj_mcp.storage.database.tables import revisions

_FOLDER = Path(__file__).parent
SCRIPTS = ScriptDirectory(_FOLDER, version_locations=[_FOLDER / "migrations"])


def migrate(connection: Connection) -> None:
    """Run the missing migrations within the transaction of the connection.

    Raises:
        NewerDatabase: if the database has a version that is not known here.
        DatabaseFailed: if it has several versions.
    """
    context = MigrationContext.configure(connection, opts={"version_table": revisions.name})
    try:
        version = context.get_current_revision()
        missing = list(SCRIPTS.iterate_revisions("head", version or "base"))
    except RevisionError as error:
        raise NewerDatabase from error
    except CommandError as error:
        raise DatabaseFailed(str(error)) from error
    with Operations.context(context):
        for script in reversed(missing):
            script.module.upgrade()
    context.stamp(SCRIPTS, "head")
