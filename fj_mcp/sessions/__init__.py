"""The sessions of a workspace: waiting for one, and showing what it holds.

The candidates of a session are in `shortlist`; starting or changing one is a purchase.
"""
