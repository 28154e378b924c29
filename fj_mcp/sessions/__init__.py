"""The sessions of a workspace: waiting for one, and showing its contents.

The candidates of a session are in `shortlist`; starting or changing one is a purchase.
"""
