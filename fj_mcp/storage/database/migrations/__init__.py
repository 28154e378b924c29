"""The versions of the tables, each as the change from the one before, in the form of Alembic.

A published one is never edited. The next is a copy of the newest with the numbers raised, its own
changes, and its number as `schema.NEWEST`.
"""
