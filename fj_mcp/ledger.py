"""Where purchases are remembered: before they are sent, and whatever became of them.

One SQLite file that several processes share. It holds no key, no contact and no candidate's text:
what was bought is kept as fingerprints, as far as it takes to recognise it again.

    pending  ──► charged     carried out; the session and the credits are known
       │    └──► refused     certainly not carried out; nothing was charged
       └──────► unknown ──► charged | refused     sent, and no readable answer came
"""

import json
import os
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fj_mcp.errors import OverBudget
from fj_mcp.purchases import DAY_SECONDS, USUAL_PRICE, Purchase, Spent, State
from fj_mcp.storage import Storage, is_gone, process_token

_OPEN: tuple[State, ...] = ("pending", "unknown")
_ANY: tuple[State, ...] = ("pending", "unknown", "charged", "refused")


class Ledger:
    """The purchases of one workspace: one API key at one address.

    Every method raises `LedgerBroken` when the file cannot be read or written, so that nothing is
    bought which could not be remembered.
    """

    def __init__(
        self, path: Path | None, workspace: str, clock: Callable[[], float] = time.time
    ) -> None:
        """Args: `path` of the file (None: memory only), `workspace`: its fingerprint."""
        self._storage = Storage(path)
        self._workspace = workspace
        self._clock = clock

    def claim(
        self,
        operation: str,
        slot: str,
        fingerprint: str,
        session_id: str | None,
        lease_seconds: float,
    ) -> int | Purchase:
        """Take the slot for a new purchase: its id, or the open purchase that has the slot."""
        with self._storage.transaction() as connection:
            if (other := self._open_in(connection, slot)) is not None:
                return other
            now = self._clock()
            row = {
                "workspace": self._workspace,
                "operation": operation,
                "slot": slot,
                "fingerprint": fingerprint,
                "session_id": session_id,
                "state": "pending",
                "claimed_at": now,
                "lease_until": now + lease_seconds,
                "process": os.getpid(),
                "token": process_token(),
                "expected": self._price(connection, operation) or USUAL_PRICE,
            }
            cursor = connection.execute(
                f"INSERT INTO purchases ({', '.join(row)})"  # noqa: S608 - our own names
                f" VALUES ({', '.join('?' * len(row))})",
                tuple(row.values()),
            )
            return int(cursor.lastrowid or 0)

    def sending(self, purchase_id: int, traces: dict[str, Any], budget: int | None) -> bool:
        """Remember that the request is about to leave, and what it takes to find it again.

        Returns:
            Whether the claim still stands; if not, somebody took it for abandoned.

        Raises:
            OverBudget: if the day's budget does not allow it.
        """
        with self._storage.transaction() as connection:
            if budget is not None:
                own = next(iter(self._rows(connection, "id = ?", purchase_id)), None)
                spent = self._spent(connection)
                before = spent.charged + spent.open
                if own is not None and before + own.expected > budget:
                    raise OverBudget(before, own.expected, budget, self._midnight())
            cursor = connection.execute(
                "UPDATE purchases SET sent = 1, traces = ? WHERE id = ? AND state = 'pending'",
                (json.dumps(traces), purchase_id),
            )
            return cursor.rowcount == 1

    def leaving(self, purchase_id: int, traces: dict[str, Any]) -> bool:
        """Remember that the request leaves now; False if somebody has given the claim up."""
        return self._update(purchase_id, _OPEN, traces=json.dumps(traces))

    def settle(
        self,
        purchase_id: int,
        state: State,
        *,
        session_id: str | None = None,
        credits: int | None = None,
        remaining: int | None = None,
        traces: dict[str, Any] | None = None,
        if_open: bool = False,
    ) -> None:
        """Remember what became of a purchase.

        Only an open purchase can turn out to be refused or unknown; a charge is final.

        Args:
            if_open: change nothing if somebody else settled it meanwhile, which gave up its slot:
                what was seen since then may be another purchase's doing.
        """
        values: dict[str, Any] = {"state": state}
        if session_id is not None:
            values["session_id"] = session_id
        if credits is not None:
            values["credits"] = credits
        if remaining is not None:
            values["remaining"] = remaining
        if traces is not None:
            values["traces"] = json.dumps(traces)
        open_only = if_open or state != "charged"
        self._update(purchase_id, _OPEN if open_only else _ANY, **values)

    def tell(self, purchase_id: int) -> None:
        """Remember that a client has the result, so that asking again is a new wish."""
        self._update(purchase_id, _ANY, told=1)

    def forget(self, purchase_id: int) -> None:
        """Give up a claim from which nothing was sent."""
        with self._storage.transaction() as connection:
            # Whoever takes it for abandoned may be wrong, and it may be sent by now.
            connection.execute("DELETE FROM purchases WHERE id = ? AND sent = 0", (purchase_id,))

    def release(self, purchase_id: int) -> None:
        """Leave an outcome unknown for good, and the slot to another purchase."""
        self._update(purchase_id, _ANY, slot=f"released:{purchase_id}")

    def get(self, purchase_id: int) -> Purchase | None:
        """The purchase with this id."""
        return self._first("id = ?", purchase_id)

    def charged(self, fingerprint: str) -> Purchase | None:
        """The newest identical purchase that was charged."""
        return self._first("fingerprint = ? AND state = 'charged'", fingerprint)

    def newest_in(self, session_id: str) -> Purchase | None:
        """The newest purchase in a session, whatever became of it."""
        return self._first("session_id = ?", session_id)

    def last_search(self, session_id: str) -> Purchase | None:
        """The newest charged purchase that set a session matching."""
        return self._first(
            "session_id = ? AND state = 'charged' AND operation != 'reveal'", session_id
        )

    def is_exhausted(self, session_id: str) -> bool:
        """Whether the last thing heard of a session today is that there is nobody else."""
        last = self._first(
            "session_id = ? AND operation IN ('fetch_more', 'update_session')"
            " AND state IN ('charged', 'refused') AND claimed_at > ?",
            session_id,
            self._clock() - DAY_SECONDS,
        )
        return last is not None and last.operation == "fetch_more" and "nobody" in last.traces

    def open_in(self, slot: str) -> Purchase | None:
        """The purchase that has the slot."""
        return self._first("slot = ? AND state IN ('pending', 'unknown')", slot)

    def open(self) -> list[Purchase]:
        """Every purchase whose outcome is not known and whose process no longer sees to it."""
        rows = self._select(
            "state IN ('pending', 'unknown') AND slot NOT LIKE 'released:%' ORDER BY id DESC"
        )
        return [row for row in rows if row.state == "unknown" or row.abandoned]

    def price(self, operation: str) -> int | None:
        """The last price that the API named for an operation."""
        with self._storage.reading() as connection:
            return self._price(connection, operation)

    def open_searches(self) -> list[Purchase]:
        """Every create whose outcome is not known, whoever sees to it."""
        return self._select("operation = 'create_session' AND state IN ('pending', 'unknown')")

    def bought_sessions(self) -> set[str]:
        """The sessions that some create is known to have made."""
        rows = self._select("operation = 'create_session' AND state = 'charged'")
        return {row.session_id for row in rows if row.session_id}

    def newest(self, count: int) -> list[Purchase]:
        """The newest purchases, whatever became of them."""
        return self._select(f"1 ORDER BY id DESC LIMIT {int(count)}")

    def spent_today(self) -> Spent:
        """The credits of the present UTC day; open purchases at the price that was expected."""
        with self._storage.reading() as connection:
            return self._spent(connection)

    def check(self) -> None:
        """Write and read something. Raises `LedgerBroken` if that fails."""
        with self._storage.transaction() as connection:
            connection.execute("UPDATE purchases SET state = state WHERE id = -1")
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)

    def close(self) -> None:
        """Close the file."""
        self._storage.close()

    def _update(self, purchase_id: int, before: tuple[State, ...], **values: Any) -> bool:
        """Change a purchase that is in one of the states `before`; whether it was."""
        columns = ", ".join(f"{name} = ?" for name in values)
        with self._storage.transaction() as connection:
            cursor = connection.execute(
                f"UPDATE purchases SET {columns} WHERE id = ?"  # noqa: S608 - our own names
                f" AND state IN ({', '.join('?' * len(before))})",
                (*values.values(), purchase_id, *before),
            )
            return cursor.rowcount == 1

    def _select(self, condition: str, *values: Any) -> list[Purchase]:
        with self._storage.reading() as connection:
            return self._rows(connection, condition, *values)

    def _first(self, condition: str, *values: Any) -> Purchase | None:
        return next(iter(self._select(f"{condition} ORDER BY id DESC LIMIT 1", *values)), None)

    def _rows(self, connection: sqlite3.Connection, condition: str, *values: Any) -> list[Purchase]:
        rows = connection.execute(
            f"SELECT * FROM purchases WHERE workspace = ? AND {condition}",  # noqa: S608 - our own
            (self._workspace, *values),
        )
        return [self._read(row) for row in rows]

    def _read(self, row: sqlite3.Row) -> Purchase:
        pending = row["state"] == "pending"
        over = self._clock() > row["lease_until"] or is_gone(row["process"], row["token"])
        return Purchase(
            id=row["id"],
            operation=row["operation"],
            slot=row["slot"],
            fingerprint=row["fingerprint"],
            session_id=row["session_id"],
            state=row["state"],
            claimed_at=row["claimed_at"],
            sent=bool(row["sent"]),
            expected=row["expected"],
            credits=row["credits"],
            remaining=row["remaining"],
            traces=json.loads(row["traces"]),
            told=bool(row["told"]),
            abandoned=pending and over,
        )

    def _open_in(self, connection: sqlite3.Connection, slot: str) -> Purchase | None:
        condition = "slot = ? AND state IN ('pending', 'unknown') ORDER BY id LIMIT 1"
        return next(iter(self._rows(connection, condition, slot)), None)

    def _price(self, connection: sqlite3.Connection, operation: str) -> int | None:
        row = connection.execute(
            "SELECT credits FROM purchases WHERE workspace = ? AND operation = ?"
            " AND state = 'charged' AND credits > 0 ORDER BY id DESC LIMIT 1",
            (self._workspace, operation),
        ).fetchone()
        return int(row["credits"]) if row else None

    def _spent(self, connection: sqlite3.Connection) -> Spent:
        row = connection.execute(
            "SELECT COALESCE(SUM(CASE WHEN state = 'charged' THEN COALESCE(credits, expected)"
            " ELSE 0 END), 0) AS charged,"
            " COALESCE(SUM(CASE WHEN state IN ('pending', 'unknown') AND sent THEN expected"
            " ELSE 0 END), 0) AS open FROM purchases WHERE workspace = ? AND claimed_at >= ?",
            (self._workspace, self._midnight() - DAY_SECONDS),
        ).fetchone()
        return Spent(row["charged"], row["open"])

    def _midnight(self) -> float:
        """When the present UTC day ends, in Unix seconds."""
        today = datetime.fromtimestamp(self._clock(), UTC).date()
        return datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp() + DAY_SECONDS
