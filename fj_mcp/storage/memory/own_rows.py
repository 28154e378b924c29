"""The rows of one workspace. Loaded at the first use of the memory, as SQLAlchemy takes a while."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    Table,
    any_,
    bindparam,
    delete,
)


class OwnRows:
    """The rows of one workspace in any table, in one transaction."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self.connection = connection
        self.workspace = workspace

    def own(self, table: Table) -> ColumnElement[bool]:
        """The condition that a row is of this workspace."""
        own: ColumnElement[bool] = table.c.workspace == self.workspace
        return own

    def among(self, column: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
        """The condition that a column has one of many values."""
        if self.connection.dialect.name != "postgresql":
            return column.in_(values)
        # As one parameter: SQLAlchemy would render hundreds for each query, and psycopg parse them.
        return column == any_(bindparam(None, [*values], type_=ARRAY(String)))

    def rows(self, query: Select[Any], table: Table) -> Sequence[Row[Any]]:
        """The rows of a query on `table`."""
        return self.connection.execute(query.where(self.own(table))).all()

    def values(self, query: Select[Any], table: Table) -> Sequence[Any]:
        """The first column of a query on `table`."""
        return self.connection.scalars(query.where(self.own(table))).all()

    def pairs(self, query: Select[Any], table: Table) -> dict[Any, Any]:
        """The first two columns of a query on `table`, as a mapping."""
        return {key: value for key, value, *_ in map(tuple, self.rows(query, table))}

    def delete(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        """Delete rows, and return their number."""
        return self.connection.execute(delete(table).where(self.own(table), *conditions)).rowcount
