"""The database: SQLite for the processes of one machine, PostgreSQL for several, and its tables.

What the rows mean is in `ledger` and `memory`.
"""
