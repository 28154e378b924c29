"""Signing in with the company's identity provider: which of its tokens are let in."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.company import Company, company, company_site
from tests.support.sign_in import READ, ShiftedClock, Site, result_of, works

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in-company")]


@pytest.fixture
def provider() -> Iterator[Company]:
    with company() as one:
        yield one


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def site(tmp_path: Path, provider: Company, clock: ShiftedClock) -> AsyncIterator[Site]:
    async with company_site(tmp_path, provider, clock) as one:
        yield one


async def tools(site: Site, token: str) -> set[str]:
    """The names of the tools that a token shows."""
    listed = result_of(await site.message("tools/list", token))["tools"]
    return {tool["name"] for tool in listed}


async def test_a_token_of_the_company_works_and_lists_what_it_allows(
    site: Site, provider: Company
) -> None:
    assert works(await site.call(provider.token()))
    every = await tools(site, provider.token())
    some = await tools(site, provider.token(scopes=READ))
    assert {"create_sourcing_session", "reveal_contacts"} <= every
    assert some < every
    assert "create_sourcing_session" not in some
    assert "reveal_contacts" not in some
