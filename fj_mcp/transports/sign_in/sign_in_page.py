"""The page on which a user signs in and says what a client may do."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from fj_mcp.telemetry.logs import log
from fj_mcp.text.cleaning import quoted
from fj_mcp.transports.sign_in import redirects
from fj_mcp.transports.sign_in.browsers import Browsers, Visitor
from fj_mcp.transports.sign_in.forms import BadForm, fields_of_query, read_form, with_query
from fj_mcp.transports.sign_in.keys import KeyReader
from fj_mcp.transports.sign_in.metadata import CONNECTIONS, SIGN_IN
from fj_mcp.transports.sign_in.pages import Problem, message, out_of_date, page, send_back
from fj_mcp.transports.sign_in.provider import Provider, Question
from fj_mcp.transports.sign_in.scopes import CONTACTS, READ, SPEND, in_order

_BOXES = {"spend": SPEND, "contacts": CONTACTS}


class SignInPage:
    """Shows the page, and carries out the answer."""

    def __init__(
        self,
        provider: Provider,
        browsers: Browsers,
        keys: KeyReader,
    ) -> None:
        self._provider = provider
        self._browsers = browsers
        self._keys = keys

    async def show(self, request: Request) -> Response:
        """GET: ask the user."""
        try:
            sealed = fields_of_query(request).get("request", "")
        except BadForm:
            sealed = ""
        question = self._provider.question(sealed)
        if question is None:
            return _too_old()
        visitor = await self._browsers.visitor(request)
        return await self._page(question, sealed, visitor)

    async def answer(self, request: Request) -> Response:
        """POST: send the user back to the client, with a code or with a refusal."""
        try:
            form = await read_form(request)
        except BadForm:
            form = {}
        sealed = form.get("request", "")
        question = self._provider.question(sealed)
        if question is None:
            return _too_old()
        visitor = await self._browsers.visitor(request)
        if not self._browsers.is_own_form(visitor, sealed, form.get("csrf_token", "")):
            return await self._page(question, sealed, visitor, out_of_date())
        if form.get("answer") == "other-key":
            visitor = await self._browsers.sign_out(visitor)
            return await self._page(question, sealed, visitor)
        if form.get("answer") != "allow":
            log.info("sign-in step=answer outcome=denied")
            return self._send_back(question, [("error", "access_denied")])
        scopes = in_order(
            {READ, *(scope for box, scope in _BOXES.items() if form.get(box) == "yes")}
            & {READ, *question.scopes}
        )
        try:
            if visitor.key is None:
                key = await self._keys.read(form.get("key", ""), request, question.client_id)
                visitor = await self._browsers.sign_in(visitor, key)
            else:
                await self._keys.check_stored(visitor.key)
        except Problem as problem:
            log.info("sign-in step=key outcome=%d", problem.status)
            visitor = await self._browsers.sign_out(visitor)
            return await self._page(question, sealed, visitor, problem, scopes)
        assert visitor.key is not None
        assert visitor.browser is not None
        code = await self._provider.allow(
            question, visitor.key, visitor.browser.workspace, visitor.browser.digest, scopes
        )
        log.info("sign-in step=answer outcome=allowed scopes=%d", len(scopes))
        response = self._send_back(question, [("code", code)])
        self._browsers.remember(response, visitor)
        return response

    def _send_back(self, question: Question, fields: list[tuple[str, str | None]]) -> Response:
        more = [("state", question.state), ("iss", self._provider.addresses.issuer)]
        return send_back(with_query(question.redirect_uri, [*fields, *more]))

    async def _page(
        self,
        question: Question,
        sealed: str,
        visitor: Visitor,
        problem: Problem | None = None,
        chosen: list[str] | None = None,
    ) -> Response:
        before = None
        if visitor.browser is not None:
            before = await self._provider.allowed_before(question, visitor.browser.digest)
        if chosen is None:
            chosen = before.scopes.split() if before else question.scopes
        response = page(
            "sign_in.html",
            "Connect an app",
            problem=problem,
            form_targets=redirects.form_targets(question.redirect_uri),
            request=sealed,
            csrf_token=self._browsers.csrf_token(visitor, sealed),
            action=SIGN_IN,
            connections=CONNECTIONS,
            server=urlsplit(self._provider.addresses.issuer).netloc,
            place=redirects.place(question.redirect_uri),
            local=redirects.is_local(question.redirect_uri),
            question=question,
            # It may say more than a name, such as who has published or checked it.
            name=quoted(question.client_name),
            chosen=chosen,
            before=before is not None,
            asks_more=before is not None and not {*question.scopes} <= {*before.scopes.split()},
            signed_in=visitor.key is not None,
        )
        self._browsers.remember(response, visitor)
        return response


def _too_old() -> Response:
    return message(
        "This page has expired",
        "It was open for too long, or its address is incomplete. Nothing was connected. Go back to "
        "your app and connect again.",
        status=400,
    )
