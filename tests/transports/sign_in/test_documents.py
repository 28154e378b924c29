"""The documents that describe apps: where they are read from, and how long they are cached."""

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from tests.support.sign_in import Documents, Person, ShiftedClock, documents, site_here

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in")]

HOST = "app.example.com"
PUBLIC, OTHER_PUBLIC = "8.8.8.8", "9.9.9.9"


class Internet:
    """The names and addresses outside of this machine, none of which is ever connected to.

    Attributes:
        answers: the addresses of the host, for each time it is looked up, the last one for good.
        refusing: addresses where nobody listens.
        looked_up: how often the host was looked up.
        connected: the addresses that were connected to; a public one leads to this machine.
    """

    def __init__(self) -> None:
        self.answers: list[list[str]] = []
        self.refusing: set[str] = set()
        self.looked_up = 0
        self.connected: list[str] = []

    def look_up(self, port: int) -> list[Any]:
        """In the form of `socket.getaddrinfo`."""
        self.looked_up += 1
        answer = self.answers[min(self.looked_up, len(self.answers)) - 1]
        return [self._place(address, port) for address in answer]

    def lead(self, address: Any) -> Any:
        """Where a connection to an address goes."""
        self.connected.append(address[0])
        if address[0] in self.refusing:
            raise ConnectionRefusedError
        return ("127.0.0.1", *address[1:]) if ip_address(address[0]).is_global else address

    def _place(self, address: str, port: int) -> Any:
        kind = socket.SOCK_STREAM, socket.IPPROTO_TCP, ""
        if ip_address(address).version == 6:
            return socket.AF_INET6, *kind, (address, port, 0, 0)
        return socket.AF_INET, *kind, (address, port)


@pytest.fixture
async def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    one = Internet()
    look_up, loop = socket.getaddrinfo, type(asyncio.get_running_loop())
    connect = loop.sock_connect

    def answer(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        return one.look_up(port) if host == HOST else look_up(host, port, *more, **options)

    async def lead(self: Any, sock: socket.socket, address: Any) -> None:
        await connect(self, sock, one.lead(address))

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(loop, "sock_connect", lead)
    return one


@pytest.fixture
def described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Documents]:
    """A server with the document of an app, which any public address leads to."""
    with documents(tmp_path, host=HOST) as one:
        monkeypatch.setenv("SSL_CERT_FILE", str(one.certificates))
        yield one


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["fd00::1"],
        [PUBLIC, "127.0.0.1"],
        ["127.0.0.1", PUBLIC],
        [PUBLIC, "::1"],
        [PUBLIC, OTHER_PUBLIC, "192.168.1.1"],
    ],
    ids=" and ".join,
)
async def test_nothing_is_connected_to_for_a_name_with_a_private_address(
    tmp_path: Path, internet: Internet, described: Documents, addresses: list[str]
) -> None:
    internet.answers = [addresses]
    async with site_here(tmp_path) as site, Person(site, "fjk_person") as person:
        page = await person.open(described.app(site).link())
    assert page.status == 400
    assert "Nothing was connected." in page.text
    assert not any(address in page.text for address in addresses)
    assert internet.looked_up == 1
    assert internet.connected == []
    assert described.asked == []


@pytest.mark.parametrize("later", ["127.0.0.1", "10.0.0.1", OTHER_PUBLIC])
async def test_the_address_that_was_checked_is_the_one_connected_to(
    tmp_path: Path, internet: Internet, described: Documents, later: str
) -> None:
    """A name server may give another address a moment later."""
    internet.answers = [[PUBLIC], [later]]
    async with site_here(tmp_path) as site, Person(site, "fjk_person") as person:
        page = await person.open(described.app(site).link())
    assert page.status == 200
    assert internet.looked_up == 1
    assert internet.connected == [PUBLIC]
    assert described.asked == ["/app.json"]


async def test_each_time_a_document_is_read_its_address_is_checked(
    tmp_path: Path, internet: Internet, described: Documents
) -> None:
    clock = ShiftedClock()
    internet.answers = [[PUBLIC], ["127.0.0.1"]]
    async with site_here(tmp_path, clock) as site, Person(site, "fjk_person") as person:
        app = described.app(site)
        assert (await person.open(app.link())).status == 200
        clock.ahead += 61
        assert (await person.open(app.link())).status == 400
    assert internet.looked_up == 2
    assert internet.connected == [PUBLIC]
    assert described.asked == ["/app.json"]


async def test_the_next_address_of_a_name_is_tried_without_looking_it_up_again(
    tmp_path: Path, internet: Internet, described: Documents
) -> None:
    internet.answers = [[PUBLIC, OTHER_PUBLIC], ["127.0.0.1"]]
    internet.refusing = {PUBLIC}
    async with site_here(tmp_path) as site, Person(site, "fjk_person") as person:
        assert (await person.open(described.app(site).link())).status == 200
    assert internet.looked_up == 1
    assert internet.connected == [PUBLIC, OTHER_PUBLIC]


MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


@pytest.mark.parametrize(
    ("control", "kept"),
    [
        (None, MINUTE),
        ("", MINUTE),
        ("max-age=3600", HOUR),
        ('public, Max-Age="3600", must-revalidate', HOUR),
        ("max-age=0", MINUTE),
        ("max-age=59", MINUTE),
        ("max-age=soon", MINUTE),
        ("max-age=-3600", MINUTE),
        ("no-store", MINUTE),
        ("no-store, max-age=3600", MINUTE),
        ("max-age=3600, no-cache", MINUTE),
        ("max-age=86400", DAY),
        ("max-age=31536000", DAY),
        ("max-age=99999999999999999999", DAY),
    ],
)
async def test_a_document_is_kept_as_long_as_it_says_from_a_minute_to_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, control: str | None, kept: float
) -> None:
    clock = ShiftedClock()
    headers = {} if control is None else {"cache-control": control}
    with documents(tmp_path, headers=headers) as described:
        monkeypatch.setenv("SSL_CERT_FILE", str(described.certificates))
        async with (
            site_here(tmp_path, clock, oauth_allow_loopback_clients=True) as site,
            Person(site, "fjk_person") as person,
        ):
            app = described.app(site)
            read = []
            # The test itself takes a few seconds at most.
            for ahead in (0.0, kept - 20, kept + 1):
                clock.ahead = ahead
                assert (await person.open(app.link())).status == 200
                read.append(len(described.asked))
    assert read == [1, 1, 2]
