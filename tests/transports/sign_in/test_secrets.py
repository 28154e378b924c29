"""No key and no token where it does not belong: logs, spans, errors, addresses, the database."""

import re
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from fj_mcp.transports.sign_in.sealing import digest
from tests.support.balancers import balancer
from tests.support.ledgers import PostgresServer, postgres_server
from tests.support.processes import Api, http_process
from tests.support.sign_in import STATE_KEY, Page, Person, Site, site_on, works
from tests.support.span_collector import collecting

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.anyio,
    pytest.mark.xdist_group("sign-in-processes"),
]

KEY = "fjk_Quokka7Secret"


class Run:
    """Everything that happens from adding an address to disconnecting, good and bad.

    Attributes:
        secrets: that were in use, by what they are.
        seen: the responses that the browser got.
        errors: the texts of errors that the client got.
    """

    def __init__(self, site: Site, api: Api) -> None:
        self.site = site
        self.api = api
        self.secrets = {"key": KEY, "state key": STATE_KEY}
        self.seen: list[httpx.Response] = []
        self.errors: list[str] = []

    async def work(self) -> None:
        """Go through all of it."""
        async with Person(self.site, KEY) as person:
            person.http.event_hooks = {"response": [self._keep]}
            app = await self.site.app(token_endpoint_auth_method="client_secret_basic")
            page = await person.open(app.link())
            for status, fault in (
                (400, {"kind": "status", "status": 401}),
                (503, {"kind": "html"}),
            ):
                self.api.fail("project_sessions", seconds=0, times=3, **fault)
                page = Page(await person.answer(page))
                assert page.status == status
                self.api.mend()
            back = await person.allow(app)
            tokens = (await app.redeem(back["code"])).json()
            assert works(await self.site.call(tokens["access_token"]))
            self.api.fail("project_sessions", "status", 0, status=401)
            refused = await self.site.call(tokens["access_token"], "list_sessions")
            again = (await app.refresh(tokens["refresh_token"])).json()
            unknown = await self.site.call("fjmt_unknown")
            replayed = await app.redeem(back["code"])
            self.errors += [refused.text, unknown.text, replayed.text]
            await person.http.get("/connections")
            self.secrets |= {
                "client secret": app.secret or "",
                "verifier": app.verifier,
                "code": back["code"],
                "access token": tokens["access_token"],
                "refresh token": tokens["refresh_token"],
                "next access token": again["access_token"],
                "next refresh token": again["refresh_token"],
            }
            cookies = {f"cookie {one.value}": str(one.value) for one in person.http.cookies.jar}
            self.secrets |= cookies

    async def _keep(self, response: httpx.Response) -> None:
        await response.aread()
        self.seen.append(response)

    def found_in(self, places: dict[str, str]) -> list[str]:
        """The secrets that are in some texts, by the name of each text."""
        return [
            f"{name} in {place}"
            for name, secret in self.secrets.items()
            for place, text in places.items()
            if secret.removeprefix("fjk_") in text
        ]


def in_files(folder: Path) -> dict[str, str]:
    """The bytes of a SQLite database, by file."""
    return {file.name: file.read_bytes().decode("latin-1") for file in folder.glob("*.sqlite3*")}


def in_postgres(server: PostgresServer) -> dict[str, str]:
    """The bytes of a PostgreSQL, by file, also of rows that were deleted. The server is stopped."""
    with server.admin() as admin:
        admin.execute("CHECKPOINT")
    server.stop()
    return {
        file.relative_to(server.folder).as_posix(): file.read_bytes().decode("latin-1")
        for file in server.folder.rglob("*")
        if file.is_file()
    }


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_secrets_are_where_they_belong_and_nowhere_else(
    tmp_path: Path, api: Api, database: str
) -> None:
    with ExitStack() as stack:
        front = stack.enter_context(balancer())
        collector = stack.enter_context(collecting())
        settings = {"FJ_STATE_KEY": STATE_KEY, "FJ_LOG_LEVEL": "DEBUG", **collector.variables}
        postgres = stack.enter_context(postgres_server()) if database == "postgres" else None
        settings["FJ_DATABASE_URL"] = postgres.address if postgres else ""
        server = stack.enter_context(
            http_process(tmp_path, "--public-url", front.url, api=api, **settings)
        )
        front.serve(server)
        run = Run(site_on(front.url), api)
        await run.work()
        places = {f"error {number}": text for number, text in enumerate(run.errors)}
        places |= in_postgres(postgres) if postgres else in_files(tmp_path)
        server.end()
        places["the log"] = server.log()
        places["spans"] = b"".join(collector.bodies).decode("latin-1")
    assert collector.spans()
    assert "sign-in step=token outcome=ok" in places["the log"]
    # What is stored of a token shows that the right places were looked at.
    stored = digest(run.secrets["access token"])
    found = [place for place, text in places.items() if stored in text]
    expected = r"data/base/\d+/\d+" if database == "postgres" else r"purchases\.sqlite3(-wal)?"
    assert [place for place in found if re.fullmatch(expected, place)]
    assert run.found_in(places) == []


async def test_an_address_holds_no_secret_but_the_code_and_is_named_to_nobody(
    tmp_path: Path, api: Api
) -> None:
    with ExitStack() as stack:
        front = stack.enter_context(balancer())
        server = stack.enter_context(
            http_process(
                tmp_path, "--public-url", front.url, api=api, FJ_STATE_KEY=STATE_KEY, measured=False
            )
        )
        front.serve(server)
        run = Run(site_on(front.url), api)
        await run.work()
    code = run.secrets.pop("code")
    assert any(code in response.headers.get("location", "") for response in run.seen)
    for response in run.seen:
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["cache-control"] == "no-store"
        shown = {
            "the address": unquote(str(response.url)),
            "where it leads": unquote(response.headers.get("location", "")),
            "the page": response.text,
        }
        assert run.found_in(shown) == []
        assert code not in response.text
