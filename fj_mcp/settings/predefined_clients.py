"""Clients that the operator sets up with FJ_OAUTH_CLIENTS."""

from typing import Annotated

import msgspec
from msgspec import Struct
from pydantic import SecretStr


class PredefinedClient(Struct, frozen=True):
    """A client that the operator has set up.

    Attributes:
        client_secret: None for a public client.
        redirect_uris: where users may be sent back to; empty for a client that presents assertions.
        name: shown to the user.
    """

    client_id: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,200}$")]
    client_secret: str | None = None
    redirect_uris: tuple[str, ...] = ()
    name: str = ""


def read_clients(setting: SecretStr | None) -> list[PredefinedClient]:
    """The clients of FJ_OAUTH_CLIENTS, if it is set. Raises `ValueError`."""
    if setting is None:
        return []
    try:
        clients = msgspec.json.decode(setting.get_secret_value(), type=list[PredefinedClient])
    except (msgspec.MsgspecError, RecursionError):
        clients = None
    if clients is None or not all(one.redirect_uris or one.client_secret for one in clients):
        # The list may hold a secret, so nothing of it is quoted.
        raise ValueError(
            "must be a JSON list of clients, each with client_id, redirect_uris (a list) and, if "
            "it has one, client_secret"
        )
    return clients
