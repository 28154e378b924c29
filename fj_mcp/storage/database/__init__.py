"""The database: SQLite for the processes of one machine, and its tables.

What the rows mean is in `ledger` and `memory`.
"""
