"""A user whom the company's identity provider names."""

from msgspec import Struct


class User(Struct, frozen=True):
    """Who decides and buys.

    Attributes:
        subject: the same for the same user for good, and for nobody else.
        name: for people to read, such as an email address.
    """

    subject: str
    name: str
