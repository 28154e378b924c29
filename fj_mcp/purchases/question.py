"""The words of the question before a purchase."""

from fj_mcp.purchases.order import Plan
from fj_mcp.storage.ledger.purchase import Purchase
from fj_mcp.text.numbers import number_of


def question_text(
    plans: list[Plan], price: int | None, newest: list[Purchase], *, sandbox: bool
) -> str:
    """The question about some plans of one kind.

    Args:
        plans: one or more.
        price: of each in credits, as far as it is known.
        newest: purchases of the workspace, newest first.
        sandbox: whether the credits are invented.
    """
    many = f" ({len(plans)} candidates)" if len(plans) > 1 else ""
    sentences = [
        "Sandbox: no real credits." if sandbox else "",
        f"This buys {plans[0].description}{many} from FutureJobs.",
        plans[0].effects,
        f"It costs {_cost(price, len(plans))}.",
        _balance(newest),
        "Go ahead?",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _cost(price: int | None, count: int) -> str:
    if price is None:
        return "credits; FutureJobs does not publish how many"
    each = " for each" if count > 1 else ""
    return f"about {number_of(price, 'credit')}{each}"


def _balance(newest: list[Purchase]) -> str:
    """A sentence about the credits left, as last reported; empty if they never were."""
    charged = [item for item in newest if item.state == "charged"]
    last = next((item for item in charged if item.remaining is not None), None)
    if last is None or last.remaining is None:
        return ""
    which = "the last" if last is charged[0] else "an earlier"
    were = "was" if last.remaining == 1 else "were"
    return f"{number_of(last.remaining, 'credit')} {were} left after {which} purchase."
