"""The candidates of a session: ranked, on cards and pages, exported, and how to find more.

All of it is free. Revealing a contact is a purchase, and showing the session itself is in
`sessions`.
"""
