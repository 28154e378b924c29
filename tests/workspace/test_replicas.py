"""Servers on several machines that share one PostgreSQL: ledger, budget and rate limits."""

import asyncio
import json
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from mcp import Client
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner

from fj_mcp.commands.typer_app import app
from fj_mcp.sandbox.faults import Fault
from fj_mcp.settings.settings import read_settings
from fj_mcp.storage.database.postgres import PostgresDatabase
from fj_mcp.storage.database.tables import metadata
from tests.support.assistant import (
    CSHARP,
    ERAS,
    Assistant,
    Refused,
    connected,
    search_for,
    small_sandbox,
    text_of,
)
from tests.support.balancers import balancer, somebody
from tests.support.clocks import SteppedClock
from tests.support.conditions import eventually
from tests.support.held_sandbox import HeldSandbox
from tests.support.ledgers import PostgresServer, full, postgres_server, rows_in, small_disk
from tests.support.processes import (
    Api,
    HttpServer,
    ModernClient,
    http_process,
    sandbox_process,
)
from tests.support.relay import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("replicas")]

KEY = "fjk_replicas_secret"
SEARCH: dict[str, Any] = {"title": "Backend", "filters": CSHARP}
AT_ONCE = 12

END_CONNECTIONS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'fj-mcp'
"""


@pytest.fixture(scope="module")
def only_server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres(only_server: PostgresServer) -> PostgresServer:
    """A running server without tables."""
    only_server.start()
    with only_server.admin() as admin:
        admin.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return only_server


async def at_once(client: Client, tool: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of identical calls made at the same moment."""
    answers = await asyncio.gather(*(client.call_tool(tool, arguments) for _ in range(AT_ONCE)))
    assert not [text_of(answer) for answer in answers if answer.is_error]
    return [answer.structured_content for answer in answers]


@pytest.mark.unmeasured
async def test_identical_purchases_on_two_machines_are_charged_once(
    postgres: PostgresServer, api: Api, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        front = stack.enter_context(balancer())
        servers: list[HttpServer] = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            shared = {"FJ_DATABASE_URL": postgres.address, "FJ_STATE_KEY": "k" * 32}
            shared["FJ_CONFIRM_SPEND"] = "off"
            server = http_process(tmp_path / name, api=api, measured=False, **shared)
            servers.append(stack.enter_context(server))
        front.serve(*servers)
        async with somebody(f"{front.url}/mcp", KEY) as client:
            # Long enough for all of them to arrive while the first is in flight.
            for operation in ("create_session", "update_session", "fetch_more", "reveal"):
                api.fail(operation, "delay_after", 1.0)
            made = await at_once(client, "create_sourcing_session", SEARCH)
            (session_id,) = {one["session_id"] for one in made}
            assert api.charges(KEY) == [session_id]

            of_session = {"session_id": session_id}
            await client.call_tool("wait_for_session", of_session)
            listed = (await client.call_tool("list_profiles", of_session)).structured_content
            people = [card["candidate_id"] for card in listed["candidates"][:1]]
            contact = of_session | {"candidate_ids": people, "channel": "phone"}
            await at_once(client, "reveal_contacts", contact)
            assert api.charges(KEY, "reveal") == [session_id]
            change = of_session | {"filters": {"years_of_experience": {"min": 1}}}
            await at_once(client, "update_sourcing_session", change)
            assert api.charges(KEY, "update_session") == [session_id]
            await client.call_tool("wait_for_session", of_session)
            await at_once(client, "fetch_more_profiles", of_session)
            assert api.charges(KEY, "fetch_more") == [session_id]
    states = [(row["operation"], row["state"]) for row in rows_in(postgres.address)]
    assert states == [
        ("create_session", "charged"),
        ("reveal", "charged"),
        ("update_session", "charged"),
        ("fetch_more", "charged"),
    ]


def settings(postgres: PostgresServer, **more: Any) -> dict[str, Any]:
    """Settings of a server in this process that uses the sandbox as the real API."""
    own = {"sandbox": False, "api_key": KEY, "database_url": postgres.address}
    return own | {"call_deadline_seconds": 10} | more


async def refusals(assistant: Assistant, session_id: str) -> list[str]:
    of_session = {"session_id": session_id}
    people = await assistant.call("list_profiles", **of_session)
    ids = [people["candidates"][0]["candidate_id"]]
    return [
        await assistant.refusal("create_sourcing_session", **search_for("Other")),
        await assistant.refusal("fetch_more_profiles", **of_session),
        await assistant.refusal(
            "update_sourcing_session", **of_session, filters={"open_to_work": True}
        ),
        await assistant.refusal(
            "reveal_contacts", **of_session, candidate_ids=ids, channel="email"
        ),
        await assistant.refusal("get_spending"),
        await assistant.refusal(
            "review_candidates", **of_session, candidate_ids=ids, decision="maybe"
        ),
        await assistant.refusal("export_profiles", **of_session),
    ]


@pytest.mark.parametrize("how", ["gone", "silent"])
async def test_without_the_database_nothing_is_bought_and_free_tools_still_work(
    postgres: PostgresServer, how: str
) -> None:
    sandbox = small_sandbox()
    secret = postgres.address.replace("tester@", "tester:hunter2@")
    async with connected(sandbox, **settings(postgres, database_url=secret)) as assistant:
        session_id = await assistant.search()
        charged = len(sandbox.charges)
        if how == "gone":
            postgres.stop()
        else:
            postgres.send_signal(signal.SIGSTOP)
        for text in await refusals(assistant, session_id):
            assert text.startswith("Nothing was sent or charged: the database at postgresql:")
            assert "FJ_DATABASE_URL" in text
            assert "hunter2" not in text
        assert (await assistant.call("get_session", session_id=session_id))["status"] == "done"
        assert (await assistant.call("list_sessions"))["total"] == 1
        page = await assistant.call("list_profiles", session_id=session_id)
        assert "Decisions and earlier searches cannot be shown now" in page["warning"]
        assert len(sandbox.charges) == charged
        if how == "silent":
            postgres.send_signal(signal.SIGCONT)
            again = await assistant.call("create_sourcing_session", title="Test", filters=CSHARP)
            assert again["session_id"] == session_id
            assert again["already_existed"] is True


@pytest.mark.unmeasured
async def test_a_server_ends_although_its_database_is_silent(
    postgres: PostgresServer, api: Api, tmp_path: Path
) -> None:
    shared = {"FJ_DATABASE_URL": postgres.address, "FJ_STATE_KEY": "k" * 32}
    with http_process(tmp_path, api=api, measured=False, **shared) as server:
        async with server.client("fjk_silent", ERAS[0]) as client:
            await client.call_tool("get_spending", {})
            postgres.send_signal(signal.SIGSTOP)
            try:
                refused = await client.call_tool("get_spending", {})
                assert "FJ_DATABASE_URL" in text_of(refused)
                server.process.terminate()
                assert await asyncio.to_thread(server.process.wait, timeout=18) == 0
            finally:
                postgres.send_signal(signal.SIGCONT)


@pytest.mark.unmeasured
async def test_a_purchase_of_a_killed_server_is_found_by_the_other(
    postgres: PostgresServer, api: Api, tmp_path: Path
) -> None:
    shared = {"FJ_DATABASE_URL": postgres.address, "FJ_STATE_KEY": "k" * 32}
    shared["FJ_CONFIRM_SPEND"] = "off"
    key = "fjk_killed"
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with (
        http_process(folders[0], api=api, measured=False, **shared) as one,
        http_process(folders[1], api=api, measured=False, **shared) as two,
    ):
        api.fail("create_session", "delay_after", 30)
        with ModernClient(one, key) as client:
            lost = asyncio.create_task(
                asyncio.to_thread(client.send, "create_sourcing_session", SEARCH)
            )
            (paid,) = await eventually(lambda: api.charges(key))
            one.process.kill()
            with pytest.raises(httpx.HTTPError):
                await lost
        async with two.client(key, ERAS[0]) as other:
            found = (await other.call_tool("create_sourcing_session", SEARCH)).structured_content
    assert found["session_id"] == paid
    assert api.charges(key) == [paid]


async def test_after_a_restart_of_the_database_the_next_call_works(
    postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox = small_sandbox()
    async with connected(sandbox, **settings(postgres)) as assistant:
        bought = (await assistant.call("create_sourcing_session", **SEARCH))["session_id"]
        postgres.stop()
        for _ in range(3):
            assert "FJ_DATABASE_URL" in await assistant.refusal("get_spending")
        postgres.start()
        again = await assistant.call("create_sourcing_session", **SEARCH)
        assert again["session_id"] == bought
        # Connections that were lost in between are not noticed at all.
        with postgres.admin() as admin:
            admin.execute(END_CONNECTIONS)
        assert (await assistant.call("get_spending"))["spent_today"] == 5
    assert len(sandbox.charges) == 1
    # Once for each change, however many calls there were.
    away, back = [record.getMessage() for record in caplog.records if record.name == "fj_mcp"]
    assert "cannot be used" in away
    assert "can be used again" in back


async def test_a_database_that_only_reads_refuses_purchases_until_it_writes_again(
    postgres: PostgresServer,
) -> None:
    sandbox = small_sandbox()

    def only_read(on: str) -> None:
        with postgres.admin() as admin:
            admin.execute("SET default_transaction_read_only = off")
            admin.execute(f"ALTER DATABASE postgres SET default_transaction_read_only = {on}")
            if on == "on":
                admin.execute(END_CONNECTIONS)

    async with connected(sandbox, **settings(postgres)) as assistant:
        bought = await assistant.search()
        only_read("on")
        text = await assistant.refusal("create_sourcing_session", **search_for("Other"))
        assert text.startswith("Nothing was sent or charged: the database at postgresql:")
        assert "It only accepts reads now" in text
        # Connections made meanwhile still only read, like those to the old primary of a failover.
        only_read("off")
        found = await assistant.call("create_sourcing_session", **search_for("Other"))
        assert found["session_id"] != bought
    assert len(sandbox.charges) == 2


async def test_a_full_disk_of_the_database_refuses_purchases_until_there_is_room() -> None:
    sandbox = small_sandbox()
    with small_disk(megabytes=96) as disk, postgres_server(disk) as postgres:
        async with connected(sandbox, **settings(postgres)) as assistant:
            bought = await assistant.search()
            with full(disk):
                use_up_the_log(postgres)
                text = await assistant.refusal("create_sourcing_session", **search_for("Other"))
                assert text.startswith("Nothing was sent or charged: the database at postgresql:")
                status = await assistant.call("get_session", session_id=bought)
                assert status["status"] == "done"
                assert len(sandbox.charges) == 1
            # It may be about to end by itself.
            postgres.stop()
            postgres.start()
            await assistant.call("create_sourcing_session", **search_for("Other"))
            assert (await assistant.call("get_spending"))["spent_today"] == 10
    assert len(sandbox.charges) == 2


async def test_a_full_tablespace_refuses_purchases_and_says_so() -> None:
    sandbox = small_sandbox()
    with small_disk(megabytes=8) as disk, postgres_server() as postgres:
        postgres.use_disk(disk)
        async with connected(sandbox, **settings(postgres)) as assistant:
            await assistant.call("get_spending")
            with full(disk):
                text = await assistant.refusal("create_sourcing_session", **SEARCH)
                assert text.startswith("Nothing was sent or charged: the database at postgresql:")
                assert "PostgreSQL's disk is full: its operator must free space." in text
                assert not sandbox.charges
            await assistant.call("create_sourcing_session", **SEARCH)
    assert len(sandbox.charges) == 1


async def test_a_database_that_refuses_says_why(postgres: PostgresServer) -> None:
    with postgres.admin() as admin:
        admin.execute("DROP ROLE IF EXISTS jobs")
        admin.execute("DROP ROLE IF EXISTS reader")
        admin.execute("DROP ROLE IF EXISTS guarded")
        admin.execute("CREATE ROLE jobs LOGIN")
        admin.execute("CREATE ROLE guarded LOGIN PASSWORD 'another'")
        admin.execute("CREATE ROLE reader LOGIN IN ROLE pg_read_all_data")
    for part, wrong, remedy in (
        ("/postgres", "/nowhere", "There is no database of that name"),
        ("tester@", "nobody:hunter2@", "Correct the user and the password in FJ_DATABASE_URL"),
        ("tester@", "guarded:hunter2@", "Correct the user and the password in FJ_DATABASE_URL"),
        ("tester@", "guarded@", "Correct the user and the password in FJ_DATABASE_URL"),
        ("tester@", "jobs@", "GRANT CREATE"),
        ("tester@", "reader@", "GRANT CREATE"),
    ):
        sandbox = small_sandbox()
        own = settings(postgres, database_url=postgres.address.replace(part, wrong, 1))
        async with connected(sandbox, **own) as assistant:
            text = await assistant.refusal("create_sourcing_session", **SEARCH)
        assert text.startswith("Nothing was sent or charged: the database at postgresql:")
        assert remedy in text
        assert "hunter2" not in text
        assert not sandbox.charges


def use_up_the_log(postgres: PostgresServer) -> None:
    """Write into the room that is left inside of a server's files."""
    with suppress(psycopg.Error), postgres.admin() as admin:
        while True:
            admin.execute("SELECT pg_logical_emit_message(false, '', repeat('-', 9999))")


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_connection_lost_at_any_commit_of_a_purchase_costs_nothing_twice(
    postgres: PostgresServer, when: str
) -> None:
    for commit in count(1):
        clock = SteppedClock()
        sandbox = small_sandbox(clock=clock.now)
        async with Relay(postgres, commit, when).open() as relay:
            own = settings(postgres, database_url=relay.address, api_key=f"fjk_commit{commit}")
            async with connected(sandbox, clock=clock, **own) as assistant:
                with suppress(Refused):
                    await assistant.call("create_sourcing_session", **SEARCH)
                was_cut = relay.keep()
                # What was recorded, but not known to be, counts as lost after three minutes.
                clock.time += 300
                found = await assistant.call("create_sourcing_session", **SEARCH)
        assert [charge.session_id for charge in sandbox.charges] == [found["session_id"]], commit
        if not was_cut:
            break
    # The tables, the look-ups, the claim, the request, its outcome and its delivery.
    assert commit > 5


@pytest.mark.parametrize("when", ["before", "after"])
async def test_what_was_recorded_as_sent_without_an_answer_does_not_block_the_next_call(
    postgres: PostgresServer, when: str
) -> None:
    sandbox = small_sandbox()
    async with Relay(postgres, 1, when, of=b"SET sent=").open() as relay:
        own = settings(postgres, database_url=relay.address)
        async with connected(sandbox, **own) as assistant:
            text = await assistant.refusal("create_sourcing_session", **SEARCH)
            assert text.startswith("Nothing was sent or charged: the database at postgresql:")
            assert relay.keep()
            assert not sandbox.charges
            found = await assistant.call("create_sourcing_session", **SEARCH)
            assert (await assistant.call("get_spending"))["spent_today"] == 5
    assert [charge.session_id for charge in sandbox.charges] == [found["session_id"]]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_claim_whose_answer_is_lost_is_recognized_by_the_same_call(
    postgres: PostgresServer, when: str
) -> None:
    sandbox = small_sandbox()
    async with Relay(postgres, 1, when, of=b"INSERT INTO purchases").open() as relay:
        own = settings(postgres, database_url=relay.address)
        async with connected(sandbox, **own) as assistant:
            bought = await assistant.call("create_sourcing_session", **SEARCH)
            assert relay.keep()
    assert [charge.session_id for charge in sandbox.charges] == [bought["session_id"]]
    assert [row["state"] for row in rows_in(postgres.address)] == ["charged"]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_claim_whose_answer_stays_lost_does_not_block_the_next_call(
    postgres: PostgresServer, when: str
) -> None:
    sandbox = small_sandbox()
    async with Relay(postgres, 1, when, of=b"INSERT INTO purchases", cuts=2).open() as relay:
        own = settings(postgres, database_url=relay.address)
        async with connected(sandbox, **own) as assistant:
            text = await assistant.refusal("create_sourcing_session", **SEARCH)
            assert text.startswith("Nothing was sent or charged: the database at postgresql:")
            assert relay.keep()
            assert not sandbox.charges
            found = await assistant.call("create_sourcing_session", **SEARCH)
    assert [charge.session_id for charge in sandbox.charges] == [found["session_id"]]


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])
async def test_without_the_database_a_sent_purchase_is_never_reported_as_unsent(
    postgres: PostgresServer, lost: bool
) -> None:
    sandbox = HeldSandbox(SteppedClock(), "create_session")
    async with connected(sandbox, **settings(postgres)) as assistant:
        outcomes: list[str] = []

        async def buy() -> None:
            try:
                outcomes.append(
                    (await assistant.call("create_sourcing_session", **SEARCH))["session_id"]
                )
            except Refused as refused:
                outcomes.append(str(refused))

        if lost:
            sandbox.fail("create_session", Fault("502_after"))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(buy())
            await sandbox.reached.wait()
            postgres.stop()
            sandbox.let_through.set()
    (charge,) = sandbox.charges
    if lost:
        assert "the outcome is not certain yet. Nothing will be paid for twice" in outcomes[0]
    else:
        assert outcomes == [charge.session_id]


async def test_a_search_lost_by_one_machine_is_found_by_the_other(postgres: PostgresServer) -> None:
    sandbox = small_sandbox()
    async with connected(sandbox, **settings(postgres)) as one:
        sandbox.fail("create_session", Fault("drop_after"))
        # The read before it works; the look-ups after it do not.
        sandbox.fail("project_sessions", Fault("delay_before"))
        sandbox.fail("project_sessions", Fault("502_before"), times=9)
        await one.refusal("create_sourcing_session", **SEARCH)
    async with connected(sandbox, **settings(postgres)) as other:
        found = await other.call("create_sourcing_session", **SEARCH)
    assert [charge.session_id for charge in sandbox.charges] == [found["session_id"]]


async def test_machines_share_the_budget_and_keys_do_not(postgres: PostgresServer) -> None:
    sandbox = small_sandbox()
    own = settings(postgres, credit_budget=7)
    async with connected(sandbox, **own) as one, connected(sandbox, **own) as other:
        await one.call("create_sourcing_session", **search_for("1"))
        text = await other.refusal("create_sourcing_session", **search_for("2"))
        assert "5 of today's 7 credits" in text
        assert len((await other.call("get_spending"))["purchases"]) == 1
    async with connected(sandbox, **own | {"api_key": "fjk_another"}) as stranger:
        assert (await stranger.call("get_spending"))["purchases"] == []
        await stranger.call("create_sourcing_session", **search_for("2"))


async def test_machines_share_the_rate_limit_of_a_key(
    postgres: PostgresServer,
) -> None:
    sandbox = small_sandbox(rate_limit=2, rate_window_seconds=3600)
    async with (
        connected(sandbox, **settings(postgres)) as one,
        connected(sandbox, **settings(postgres)) as other,
        connected(sandbox, **settings(postgres, api_key="fjk_another")) as stranger,
    ):
        for _ in range(2):
            await one.call("list_sessions")
        calls = len(sandbox.calls)
        assert "is rate limiting requests" in await other.refusal("list_sessions")
        assert len(sandbox.calls) == calls
        await stranger.call("list_sessions")


async def test_the_database_stores_no_keys_contacts_or_names_of_those_shown(
    postgres: PostgresServer,
) -> None:
    sandbox = small_sandbox()
    async with connected(sandbox, **settings(postgres)) as assistant:
        session_id = await assistant.search()
        listed = await assistant.call("list_profiles", session_id=session_id, limit=10)
        ids = [card["candidate_id"] for card in listed["candidates"]]
        revealed = await assistant.call(
            "reveal_contacts", session_id=session_id, candidate_ids=ids, channel="email"
        )
        others = await assistant.call("list_profiles", session_id=session_id, limit=10, page=2)
    with postgres.admin() as admin:
        content = json.dumps(
            {name: admin.execute(f"SELECT * FROM {name}").fetchall() for name in metadata.tables}
        )
    # The search pattern works: it finds the session.
    assert session_id in content
    # Those whose contacts were revealed must be told so in time.
    secrets = {card["name"] for card in others["candidates"]}
    secrets -= {card["name"] for card in listed["candidates"]}
    secrets |= {value for one in revealed["results"] for value in one["values"]}
    assert len(secrets) > 10
    for secret in secrets | {KEY, KEY.removeprefix("fjk_")}:
        assert secret not in content, secret


def test_the_doctor_shows_the_address_without_the_password(postgres: PostgresServer) -> None:
    with sandbox_process() as api:
        environment = {"FJ_API_KEY": KEY, "FJ_API_BASE_URL": api.address, "COLUMNS": "1000"}
        environment["FJ_DATABASE_URL"] = postgres.address.replace("tester@", "tester:hunter2@")
        well = CliRunner().invoke(app, ["doctor"], env=environment)
        assert well.exit_code == 0, well.output
        assert "purchases are recorded in postgresql:///postgres" in well.output
        postgres.stop()
        ill = CliRunner().invoke(app, ["doctor"], env=environment)
    assert ill.exit_code == 1
    assert "FJ_DATABASE_URL" in ill.output
    assert "hunter2" not in well.output + ill.output


@pytest.mark.parametrize(
    "address",
    [
        "http://db:5432",
        "postgresql://:hunter2@db:port/0",
        "redis://db:6379/0",
        "mysql://db/jobs",
        "postgresql://jobs:12/hunter2@db/jobs",
        "postgresql://jobs:12#hunter2@db/jobs",
        "postgresql://jobs:12?hunter2@db/jobs",
        "postgresql://jobs:12@hunter2@db/jobs",
        "postgresql://jobs:12[hunter2@db/jobs",
        "postgresql://jobs:12]hunter2@db/jobs",
        "postgresql://jobs:12%hunter2@db/jobs",
        "postgresql://db/jobs?password=12@hunter2",
    ],
)
def test_an_address_without_a_postgresql_is_named(address: str) -> None:
    with_problem = read_settings({"FJ_DATABASE_URL": address}, Path("/nowhere"))
    (problem,) = with_problem.problems
    assert problem == (
        "FJ_DATABASE_URL must be the address of a PostgreSQL, such as "
        "postgresql://user:password@host/database, with the special characters of the password "
        "percent-encoded (%40 for @)"
    )


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://jobs:secret@db.internal:5432/jobs?sslmode=verify-full",
        "postgres://db",
        "postgresql://one:5432,two:5432/jobs?target_session_attrs=read-write",
        "postgresql:///jobs?host=/run/postgresql",
        "postgresql://[::1]:5432/jobs",
        "postgresql://[FE80::1],[fe80::2]:5432/jobs",
        "POSTGRESQL://jobs@db/jobs",
        "postgresql://%2Frun%2Fpostgresql/jobs",
        "postgresql://jobs%40corp:a%2Fb%23c%3Fd%40e%5Bf@db/jobs",
    ],
)
def test_addresses_that_postgresql_knows_are_accepted(address: str) -> None:
    found = read_settings({"FJ_DATABASE_URL": address}, Path("/nowhere"))
    assert not found.problems
    assert found.database_url is not None
    conninfo_to_dict(found.database_url.get_secret_value())
    shown = PostgresDatabase(found.database_url).place
    assert re.fullmatch(r"postgres(ql)?://[^@?]*", shown)
    assert "secret" not in shown


async def test_the_setting_of_the_redis_before_names_its_successor(tmp_path: Path) -> None:
    environment = {"FJ_LEDGER_URL": "redis://:hunter2@cache:6379/0", "FJ_API_KEY": KEY}
    old = read_settings(environment, Path("/nowhere"))
    (problem,) = old.problems
    assert problem.startswith("FJ_LEDGER_URL is not used any more")
    assert "FJ_DATABASE_URL" in problem
    assert "hunter2" not in problem
    assert not old.unsafe_to_spend + old.warnings
    given = old.model_dump() | {"state_dir": tmp_path}
    async with connected(small_sandbox(), **given) as assistant:
        assert problem in await assistant.refusal("create_sourcing_session", **SEARCH)
