"""The versions of the tables, each as the change from the one before, in the form of Alembic.

A published one is never edited. CONTRIBUTING.md says how the next is made.
"""
