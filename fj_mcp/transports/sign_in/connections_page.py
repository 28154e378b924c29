"""The page that lists what is connected with a key, and disconnects it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from fj_mcp.storage.sign_in.records import Grant
from fj_mcp.storage.sign_in.store import SignInStore
from fj_mcp.telemetry.logs import log
from fj_mcp.transports.sign_in.browsers import Browsers, Visitor
from fj_mcp.transports.sign_in.forms import BadForm, read_form
from fj_mcp.transports.sign_in.keys import KeyReader
from fj_mcp.transports.sign_in.metadata import CONNECTIONS, Addresses
from fj_mcp.transports.sign_in.pages import Problem, out_of_date, page, send_back
from fj_mcp.transports.sign_in.scopes import CONTACTS, SPEND
from fj_mcp.transports.sign_in.sealing import digest

_ABOUT = "connections"


class _Shown(Struct, frozen=True):
    """A connection as the page shows it: all grants to a client at one place."""

    id: str
    name: str
    place: str
    may: str
    created: str
    used: str


class ConnectionsPage:
    """Shows the page, and carries out what the user does there."""

    def __init__(
        self,
        store: SignInStore,
        addresses: Addresses,
        browsers: Browsers,
        keys: KeyReader,
        end_grant: Callable[[str], Awaitable[None]],
    ) -> None:
        """Args: `end_grant`: ends the grant with an id."""
        self._store = store
        self._addresses = addresses
        self._browsers = browsers
        self._keys = keys
        self._end_grant = end_grant

    async def show(self, request: Request) -> Response:
        """GET: the connections of the browser's key."""
        return await self._page(await self._browsers.visitor(request))

    async def answer(self, request: Request) -> Response:
        """POST: sign in, sign out or disconnect."""
        try:
            form = await read_form(request)
        except BadForm:
            form = {}
        visitor = await self._browsers.visitor(request)
        if not self._browsers.is_own_form(visitor, _ABOUT, form.get("csrf_token", "")):
            return await self._page(visitor, out_of_date())
        if visitor.browser is None:
            try:
                key = await self._keys.read(form.get("key", ""), request, CONNECTIONS)
            except Problem as problem:
                return await self._page(visitor, problem)
            visitor = await self._browsers.sign_in(visitor, key)
        elif form.get("answer") == "sign-out":
            await self._browsers.sign_out(visitor)
        elif form.get("answer") == "disconnect":
            await self._disconnect(visitor.browser.workspace, form.get("connection", ""))
        response = send_back(self._addresses.of(CONNECTIONS))
        self._browsers.remember(response, visitor)
        return response

    async def _disconnect(self, workspace: str, connection: str) -> None:
        """End all grants of a connection, if it is one of the workspace's."""
        grants = await self._store.grants_of(workspace)
        if ended := [grant for grant in grants if _connection_of(grant) == connection]:
            for grant in ended:
                await self._end_grant(grant.grant_id)
            log.info("sign-in step=disconnect outcome=ok")

    async def _page(self, visitor: Visitor, problem: Problem | None = None) -> Response:
        grants: list[Grant] = []
        if visitor.browser is not None:
            grants = await self._store.grants_of(visitor.browser.workspace)
        response = page(
            "connections.html",
            "Connected apps",
            problem=problem,
            csrf_token=self._browsers.csrf_token(visitor, _ABOUT),
            action=CONNECTIONS,
            server=urlsplit(self._addresses.issuer).netloc,
            signed_in=visitor.browser is not None,
            connections=_shown(grants),
        )
        self._browsers.remember(response, visitor)
        return response


def _connection_of(grant: Grant) -> str:
    # Each sign-in adds a grant, and the older ones last: they may be on the user's other devices,
    # which a client's id does not tell apart.
    return digest(f"{grant.client_id}\n{grant.place}")


def _shown(grants: list[Grant]) -> list[_Shown]:
    """The connections that are in use; `grants` are in order, the newest first, and so are they."""
    found: dict[str, list[Grant]] = {}
    for grant in grants:
        if grant.used_at is not None:
            found.setdefault(_connection_of(grant), []).append(grant)
    return [_connection(name, alike) for name, alike in found.items()]


def _connection(name: str, grants: list[Grant]) -> _Shown:
    scopes = {scope for grant in grants for scope in grant.scopes.split()}
    more = [
        words
        for scope, words in ((SPEND, "spend credits"), (CONTACTS, "reveal contacts"))
        if scope in scopes
    ]
    return _Shown(
        id=name,
        name=grants[0].client_name,
        place=grants[0].place,
        may=", ".join(["Can see searches and candidates", *more]),
        created=_day(min(grant.created_at for grant in grants)),
        used=_day(max(grant.used_at or grant.created_at for grant in grants)),
    )


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
