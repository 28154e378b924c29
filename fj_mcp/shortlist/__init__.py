"""The candidates of a session: ranking, cards, pages, exports, and suggestions for finding more.

All of it is free. Revealing a contact is a purchase, and the session itself is shown by `sessions`.
"""
