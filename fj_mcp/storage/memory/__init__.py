"""What recruiters decided about people, which searches showed them, and for how long that is kept.

Contacts and texts about people never come here, and no decision is made here.
"""
