"""Buy once: everything that costs credits.

One module per order, the checkout that carries orders out, and the reconciliation of purchases
whose outcome is open. A request that costs credits is sent from here and from nowhere else.
"""
