"""Buy once: everything that costs credits.

One module per order, the checkout that carries out orders, and the reconciliation of open
outcomes. Requests that cost credits are sent from this package and nowhere else.
"""
