"""Errors of what is stored."""

from datetime import UTC, datetime

from fj_mcp.errors import FutureJobsError
from fj_mcp.text.numbers import number_of


class StorageUnavailable(FutureJobsError):
    """The database cannot be read or written. `remedy` is a complete sentence.

    Attributes:
        unusable: that and the remedy alone, for the end of a sentence.
    """

    def __init__(self, place: str, remedy: str) -> None:
        super().__init__(
            f"Nothing was sent or charged: the database at {place} cannot be used, and without it "
            "nothing is bought or exported, and no decision is read or recorded. "
            f"{remedy} Everything else still works."
        )
        self.unusable = f"the database at {place} cannot be used. {remedy}"


class DeletionFailed(FutureJobsError):
    """The database cannot be used, so nothing was deleted, or only a part."""

    def __init__(self, cause: StorageUnavailable, *, partly: bool = False) -> None:
        what = "Not everything was deleted" if partly else "Nothing was deleted"
        super().__init__(f"{what}: {cause.unusable}")


class OverBudget(FutureJobsError):
    """A purchase of `price` credits on top of `spent` would exceed the day's `budget`.

    `ends` is the end of the day in Unix seconds. `each`: whether it may be one of several.
    """

    def __init__(
        self, spent: int, price: int, budget: int, ends: float, *, each: bool = False
    ) -> None:
        what = "each contact" if each else "this"
        day_ends = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%d %H:%M UTC")
        super().__init__(
            f"Nothing was sent or charged: {spent} of today's {number_of(budget, 'credit')} "
            f"{'is' if budget == 1 else 'are'} spent or reserved, and {what} would cost about "
            f"{price}. The day ends at {day_ends}; a higher FJ_CREDIT_BUDGET takes effect after a "
            "restart of the server."
        )
