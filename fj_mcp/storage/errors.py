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
        super().__init__(
            f"Nothing was sent or charged: {spent} of today's {number_of(budget, 'credit')} "
            f"{'is' if budget == 1 else 'are'} spent or reserved, and {_what(each)} would cost "
            f"about {price}. The day ends at {_minute(ends)}; a higher FJ_CREDIT_BUDGET takes "
            "effect after a restart of the server."
        )


class OverPersonBudget(FutureJobsError):
    """The same of the budget that the user called `who` has for a day."""

    def __init__(
        self, who: str, spent: int, price: int, budget: int, ends: float, *, each: bool = False
    ) -> None:
        left = max(budget - spent, 0)
        super().__init__(
            f"Nothing was sent or charged: {who} has {left} left of today's "
            f"{number_of(budget, 'credit')}, and {_what(each)} would cost about {price}. The day "
            f"ends at {_minute(ends)}; a higher FJ_PERSON_BUDGET takes effect after a restart of "
            "the server."
        )


def _what(each: bool) -> str:
    return "each contact" if each else "this"


def _minute(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")
