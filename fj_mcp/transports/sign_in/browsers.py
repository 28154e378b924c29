"""The cookie of a browser, and the proof that a form comes from it."""

import hmac
import re
import secrets
from collections.abc import Callable

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from fj_mcp.storage.sign_in.records import BROWSER_SECONDS, Browser
from fj_mcp.storage.sign_in.store import SignInStore
from fj_mcp.transports.sign_in.metadata import Addresses
from fj_mcp.transports.sign_in.sealing import Sealer, digest

_COOKIE = re.compile(r"[\w-]{43}", re.ASCII)


class Visitor(Struct, frozen=True):
    """Who looks at a page.

    Attributes:
        cookie: of the browser, which may be new.
        browser: None if it is not signed in.
        key: of FutureJobs, if it is signed in.
        from_elsewhere: whether another site made the browser send a form.
    """

    cookie: str
    browser: Browser | None = None
    key: str | None = None
    from_elsewhere: bool = False


class Browsers:
    """Knows browsers by a random cookie, of which only a digest is stored."""

    def __init__(
        self,
        store: SignInStore,
        sealer: Sealer,
        addresses: Addresses,
        workspace_of: Callable[[str], str],
        clock: Callable[[], float],
    ) -> None:
        """Args: `workspace_of` a key; `clock`: Unix seconds."""
        self._store = store
        self._sealer = sealer
        self._addresses = addresses
        self._workspace_of = workspace_of
        self._clock = clock
        self._secure = addresses.issuer.startswith("https:")
        # No other host of the domain can set a cookie with this prefix.
        self._name = "__Host-fj-sign-in" if self._secure else "fj-sign-in"

    async def visitor(self, request: Request) -> Visitor:
        """Who looks at a page. Raises `StorageUnavailable`."""
        if request.method == "POST" and self._is_from_elsewhere(request):
            return Visitor(secrets.token_urlsafe(32), from_elsewhere=True)
        cookie = request.cookies.get(self._name, "")
        if not _COOKIE.fullmatch(cookie):
            return Visitor(secrets.token_urlsafe(32))
        browser = await self._store.browser(digest(cookie))
        if browser is None:
            return Visitor(cookie)
        key = self._sealer.unseal_key(browser.sealed_key, browser.digest)
        return Visitor(cookie, browser, key) if key is not None else Visitor(cookie)

    async def sign_in(self, visitor: Visitor, key: str) -> Visitor:
        """Sign a browser in, with a new cookie. Raises `StorageUnavailable`."""
        await self.sign_out(visitor)
        cookie = secrets.token_urlsafe(32)
        name = digest(cookie)
        sealed = self._sealer.seal_key(key, name)
        browser = Browser(name, self._workspace_of(key), sealed, self._clock())
        await self._store.add_browser(browser)
        return Visitor(cookie, browser, key)

    async def sign_out(self, visitor: Visitor) -> Visitor:
        """Forget a browser, which keeps its cookie. Raises `StorageUnavailable`."""
        if visitor.browser is not None:
            await self._store.remove_browser(visitor.browser.digest)
        return Visitor(visitor.cookie)

    def remember(self, response: Response, visitor: Visitor) -> None:
        """Set the cookie, or renew it."""
        if visitor.from_elsewhere:
            # The browser has not sent its cookie, and would lose it.
            return
        response.set_cookie(
            self._name,
            visitor.cookie,
            max_age=int(BROWSER_SECONDS),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def csrf_token(self, visitor: Visitor, about: str) -> str:
        """What a form of the page `about` carries, which no other site can know."""
        return self._sealer.mark("form", f"{visitor.cookie} {about}")

    def is_own_form(self, visitor: Visitor, about: str, token: str) -> bool:
        """Whether a form was sent from the page `about`, by the browser that it was made for."""
        wanted = self.csrf_token(visitor, about)
        alike = hmac.compare_digest(token.encode("utf-8", "replace"), wanted.encode())
        return alike and not visitor.from_elsewhere

    def _is_from_elsewhere(self, request: Request) -> bool:
        # Without a referrer, browsers send "null" as the origin of the page's own forms, too.
        if request.headers.get("origin", "null") not in ("null", self._addresses.issuer):
            return True
        site = request.headers.get("sec-fetch-site", "same-origin")
        return site not in ("same-origin", "none")
