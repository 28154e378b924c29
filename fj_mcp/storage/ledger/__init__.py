"""The ledger of purchases: what was bought, when, and with which outcome.

The rules about when to buy are in `purchases`; nothing here calls the API.
"""
