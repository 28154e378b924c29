"""The ledger of purchases, and the databases that store it.

SQLite for the processes of one machine, Redis for several machines. The rules about when to buy
are in `purchases`; nothing here calls the API.
"""
