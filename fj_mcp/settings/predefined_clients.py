"""Clients that the operator sets up with FJ_OAUTH_CLIENTS."""

from typing import Annotated

import msgspec
from msgspec import Struct
from pydantic import SecretStr


class PredefinedClient(Struct, frozen=True):
    """A client that the operator has set up.

    Attributes:
        redirect_uris: where users may be sent back to.
        client_secret: None for a public client.
        name: shown to the user.
    """

    client_id: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,200}$")]
    redirect_uris: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    client_secret: str | None = None
    name: str = ""


def read_clients(setting: SecretStr) -> list[PredefinedClient]:
    """The clients of FJ_OAUTH_CLIENTS. Raises `ValueError`."""
    try:
        return msgspec.json.decode(setting.get_secret_value(), type=list[PredefinedClient])
    except (msgspec.MsgspecError, RecursionError):
        # The list may hold a secret, so nothing of it is quoted.
        raise ValueError(
            "must be a JSON list of clients, each with client_id, redirect_uris (a list) and, if "
            "it has one, client_secret"
        ) from None
