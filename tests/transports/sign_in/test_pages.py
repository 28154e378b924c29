"""The page on which a user signs in, and the one that lists what is connected."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support.processes import Api
from tests.support.sign_in import (
    CALLBACK,
    PUBLIC_URL,
    Documents,
    Page,
    Person,
    ShiftedClock,
    Site,
    sent_back,
    site_here,
    works,
)

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in")]

DAY = 86_400.0


async def test_the_page_says_who_asks_for_what_and_where_it_leads(person: Person) -> None:
    app = await person.site.app(client_name="Sourcing helper")
    page = await person.open(app.link())
    assert page.status == 200
    assert "Sourcing helper wants to use your FutureJobs account." in page.text
    assert "The app chose this name itself, and nobody has checked it." in page.text
    assert re.search(r"Sends you back to\s+app\.example\.com", page.text)
    assert "Spend credits" in page.text
    assert "Reveal email addresses and phone numbers" in page.text
    assert page.checked == ["spend", "contacts"]
    assert page.fields == ["spend", "contacts", "key"]
    assert 'type="password" name="key" autocomplete="off"' in page.response.text


@pytest.mark.parametrize(
    ("callback", "place"),
    [
        ("http://127.0.0.1:7777/callback", "this computer (127.0.0.1)"),
        ("http://localhost/callback", "this computer (localhost)"),
        ("cursor://anysphere.cursor-retrieval/oauth/callback", "this computer (cursor)"),
        ("com.example.app:/callback", "this computer (com.example.app)"),
        ("https://claude.ai/api/mcp/auth_callback", "claude.ai"),
    ],
)
async def test_the_page_says_when_the_user_goes_back_to_an_app_on_this_computer(
    person: Person, callback: str, place: str
) -> None:
    app = await person.site.app(redirect_uris=[callback])
    page = await person.open(app.link())
    assert re.search(rf"Sends you back to\s+{re.escape(place)}", page.text)
    # The browser lets the form lead there.
    policy = page.response.headers["content-security-policy"]
    target = re.match(r"http[s]?://[^/]+|[\w.]+:", callback)
    assert target is not None
    assert f"form-action 'self' {target[0]}" in policy
    assert ("an app on this computer" in page.text) == (not callback.startswith("https:"))
    assert sent_back(await person.answer(page))["to"] == callback


async def test_a_name_is_text_whatever_is_in_it(person: Person) -> None:
    name = '<script>alert(1)</script>"onload="x\u202e FutureJobs {{ 7*7 }}'
    app = await person.site.app(client_name=name)
    page = await person.open(app.link())
    assert "<script" not in page.response.text
    assert "\u202e" not in page.response.text
    assert "{{ 7*7 }}" in page.text
    nameless = await person.open((await person.site.app()).link())
    assert "An unnamed app" in nameless.text


async def test_the_page_needs_no_script_and_loads_nothing(person: Person) -> None:
    page = await person.open((await person.site.app()).link())
    text = page.response.text
    assert not re.search(r"<script|<img|<link|<iframe|javascript:|\son\w+=", text)
    policy = page.response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "base-uri 'none'" in policy


async def test_the_cookie_is_the_browsers_alone(person: Person) -> None:
    page = await person.open((await person.site.app()).link())
    (cookie,) = page.response.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-fj-sign-in=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


async def test_signing_in_makes_a_new_cookie(person: Person) -> None:
    page = await person.open((await person.site.app()).link())
    before = person.http.cookies["__Host-fj-sign-in"]
    await person.answer(page)
    assert person.http.cookies["__Host-fj-sign-in"] != before


async def test_denying_sends_the_user_back_with_a_refusal(person: Person) -> None:
    app = await person.site.app()
    page = await person.open(app.link())
    back = sent_back(await person.submit(page, answer="deny", key="fjk_person"))
    assert back == {
        "to": CALLBACK,
        "error": "access_denied",
        "state": app.state,
        "iss": PUBLIC_URL,
    }


async def test_the_key_is_asked_for_once_in_a_browser(person: Person, clock: ShiftedClock) -> None:
    await person.connect(await person.site.app(client_name="First"))
    other = await person.site.app(client_name="Second")
    page = await person.open(other.link())
    assert "key" not in page.fields
    assert "Your FutureJobs key is saved for this browser." in page.text
    assert "You have connected this app before" not in page.text
    assert ">Allow<" in page.response.text
    assert works(await person.site.call((await person.connect(other))["access_token"]))
    for _ in range(2):
        # It counts from the last use.
        clock.ahead += 29 * DAY
        assert "key" not in (await person.open(other.link())).fields
    clock.ahead += 31 * DAY
    assert "key" in (await person.open(other.link())).fields


async def test_the_same_client_is_one_click_with_what_was_allowed_before(person: Person) -> None:
    app = await person.site.app()
    await person.connect(app, contacts="")
    page = await person.open(app.link())
    assert page.checked == ["spend"]
    assert "You have connected this app before." in page.text
    assert ">Continue<" in page.response.text
    assert "key" not in page.fields
    asks_more = "The app asks for more than you allowed before"
    assert asks_more in page.text
    await app.redeem(sent_back(await person.answer(page, contacts="yes"))["code"])
    assert asks_more not in (await person.open(app.link())).text


async def test_the_users_boxes_are_kept_when_the_key_is_wrong(person: Person) -> None:
    app = await person.site.app()
    page = await person.open(app.link())
    again = Page(await person.answer(page, key="sk-123", contacts=""))
    assert again.status == 400
    assert "That is not a FutureJobs key. Keys start with fjk_." in again.text
    assert "sk-123" not in again.response.text
    assert again.checked == ["spend"]
    assert sent_back(await person.answer(again))["code"]


@pytest.mark.parametrize("written", [" fjk_person\n", '"fjk_person"', "Bearer fjk_person"])
async def test_a_key_may_be_pasted_with_what_was_around_it(person: Person, written: str) -> None:
    app = await person.site.app()
    tokens = await person.connect(app, key=written)
    assert works(await person.site.call(tokens["access_token"]))


async def test_a_key_without_a_project_can_sign_in(person: Person) -> None:
    tokens = await person.connect(await person.site.app(), key="fjk_noproject_one")
    assert works(await person.site.call(tokens["access_token"]))


async def test_a_page_that_was_open_for_too_long_says_so(
    person: Person, clock: ShiftedClock
) -> None:
    page = await person.open((await person.site.app()).link())
    clock.ahead += 1_801
    late = Page(await person.answer(page))
    assert late.status == 400
    assert "It was open for too long" in late.text
    for path in ("/sign-in", "/sign-in?request=x", "/sign-in?request=a&request=b"):
        assert (await person.site.get(path)).status_code == 400


# The key is checked


async def test_a_key_that_futurejobs_refuses_is_not_kept(tmp_path: Path, api: Api) -> None:
    async with (
        site_here(tmp_path, on=api.address) as site,
        Person(site, "fjk_refused") as person,
    ):
        page = await person.open((await site.app()).link())
        api.fail("project_sessions", "status", 0, status=401)
        again = Page(await person.answer(page))
        assert again.status == 400
        assert "FutureJobs does not accept this key." in again.text
        api.fail("project_sessions", "status", 0, times=3, status=500)
        again = Page(await person.answer(again))
        assert again.status == 503
        assert "FutureJobs cannot check the key right now." in again.text
        assert "fjk_refused" not in again.response.text
        api.mend()
        assert sent_back(await person.answer(again))["code"]


async def test_a_wrong_setting_is_not_taken_for_an_outage(tmp_path: Path) -> None:
    async with (
        site_here(tmp_path, problems=("FJ_OAUTH_CLIENTS must be a JSON list",)) as site,
        Person(site, "fjk_person") as person,
    ):
        again = Page(await person.answer(await person.open((await site.app()).link())))
    assert again.status == 503
    assert "A setting of this server is wrong. Tell the person who runs it" in again.text
    assert "FJ_OAUTH_CLIENTS" not in again.text


async def test_a_stored_key_that_futurejobs_refuses_by_now_is_asked_for_again(
    tmp_path: Path, api: Api
) -> None:
    async with site_here(tmp_path, on=api.address) as site, Person(site, "fjk_old") as person:
        app = await site.app()
        tokens = await person.connect(app)
        api.fail("project_sessions", "status", 0, status=401)
        refused = await site.call(tokens["access_token"], "list_sessions")
        assert "sign in with a valid key" in refused.text
        page = await person.open(app.link())
        assert "key" not in page.fields
        api.fail("project_sessions", "status", 0, status=401)
        again = Page(await person.answer(page))
        assert again.status == 400
        assert "FutureJobs no longer accepts your key. Enter another one." in again.text
        assert "key" in again.fields
        assert sent_back(await person.answer(again, key="fjk_new"))["code"]
        # If FutureJobs cannot tell, the key is used as it is.
        page = await person.open(app.link())
        api.fail("project_sessions", "status", 0, times=3, status=500)
        assert sent_back(await person.answer(page))["code"]
        api.mend()


async def test_a_browser_can_be_given_another_key(person: Person) -> None:
    app = await person.site.app()
    await person.connect(app)
    page = await person.open(app.link())
    again = Page(await person.submit(page, answer="other-key"))
    assert (again.status, again.fields) == (200, ["spend", "contacts", "key"])
    await person.answer(again, key="fjk_other")
    assert "No apps are connected" in Page(await person.http.get("/connections")).text


# What is connected


async def test_what_is_connected_is_listed_and_disconnected(site: Site, person: Person) -> None:
    first = await site.app(client_name="First app")
    second = await site.app(client_name="Second app")
    tokens = await person.connect(first, contacts="")
    others = await person.connect(second)
    assert works(await site.call(tokens["access_token"]))
    page = Page(await person.http.get("/connections"))
    assert page.text.index("Second app") < page.text.index("First app")
    assert "Can see searches and candidates, spend credits." in page.text
    (form,) = (part for part in page.response.text.split("<li>") if "Disconnect First app" in part)
    (connection,) = re.findall(r'name="connection" value="(\w+)"', form)
    done = await person.submit(page, "/connections", answer="disconnect", connection=connection)
    assert done.status_code == 303
    page = Page(await person.http.get("/connections"))
    assert "First app" not in page.text
    # At once, although tokens are cached.
    assert (await site.call(tokens["access_token"])).status_code == 401
    assert (await first.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert works(await site.call(others["access_token"]))


async def test_an_app_that_was_connected_again_is_one_entry_and_ends_as_one(
    site: Site, person: Person, clock: ShiftedClock
) -> None:
    app = await site.app(client_name="My app")
    first = await person.connect(app)
    clock.ahead += DAY
    page = await person.open(app.link())
    assert "To take permissions away from it, disconnect it first." in page.text
    second = await person.connect(app, spend="", contacts="")
    half_way = await person.allow(app)
    other = await person.connect(await site.app(client_name="Other app"))
    shown = Page(await person.http.get("/connections"))
    assert shown.text.count("My app") == 1
    # The first tokens still allow everything.
    assert shown.text.count("Can see searches and candidates, spend credits, reveal contacts.") == 2
    (entry,) = (part for part in shown.response.text.split("<li>") if "Disconnect My app" in part)
    first_day, last_day = re.findall(r'datetime="([^"]+)"', entry)
    assert date.fromisoformat(last_day) - date.fromisoformat(first_day) == timedelta(days=1)
    (connection,) = re.findall(r'name="connection" value="(\w+)"', entry)
    await person.submit(shown, "/connections", answer="disconnect", connection=connection)
    assert "My app" not in Page(await person.http.get("/connections")).text
    for tokens in (first, second):
        assert (await site.call(tokens["access_token"])).status_code == 401
        assert (await app.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await app.redeem(half_way["code"])).json()["error"] == "invalid_grant"
    assert works(await site.call(other["access_token"]))


async def test_an_app_with_two_addresses_is_listed_by_each(site: Site, person: Person) -> None:
    elsewhere = "https://other.example.com/callback"
    app = await site.app(client_name="My app", redirect_uris=[CALLBACK, elsewhere])
    kept = await person.connect(app)
    app.callback = elsewhere
    await person.connect(app)
    page = Page(await person.http.get("/connections"))
    assert re.findall(r"My app\s?, (\S+)", page.text) == ["other.example.com", "app.example.com"]
    newest = re.findall(r'name="connection" value="(\w+)"', page.response.text)[0]
    await person.submit(page, "/connections", answer="disconnect", connection=newest)
    assert works(await site.call(kept["access_token"]))
    assert "app.example.com" in Page(await person.http.get("/connections")).text


async def test_revoking_a_token_ends_its_own_grant_alone(site: Site, person: Person) -> None:
    app = await site.app(client_name="My app")
    first, second = await person.connect(app), await person.connect(app)
    assert (await app.revoke(first["refresh_token"])).status_code == 200
    assert (await site.call(first["access_token"])).status_code == 401
    assert works(await site.call(second["access_token"]))
    assert "My app" in Page(await person.http.get("/connections")).text


async def test_another_browser_sees_the_same_once_it_has_the_key(
    site: Site, person: Person
) -> None:
    await person.connect(await site.app(client_name="My app"))
    async with Person(site, person.key) as elsewhere:
        page = Page(await elsewhere.http.get("/connections"))
        assert page.fields == ["key"]
        assert "My app" not in page.text
        wrong = Page(await elsewhere.submit(page, "/connections", answer="sign-in", key="nothing"))
        assert "That is not a FutureJobs key" in wrong.text
        await elsewhere.submit(page, "/connections", answer="sign-in", key=person.key)
        page = Page(await elsewhere.http.get("/connections"))
        assert "My app" in page.text
        await elsewhere.submit(page, "/connections", answer="sign-out")
        assert Page(await elsewhere.http.get("/connections")).fields == ["key"]
    # That was only the other browser.
    assert "My app" in Page(await person.http.get("/connections")).text


async def test_a_code_that_was_never_redeemed_is_no_connection(person: Person) -> None:
    app = await person.site.app(client_name="Half way")
    await person.allow(app, contacts="")
    assert "Half way" not in Page(await person.http.get("/connections")).text
    page = await person.open(app.link())
    assert page.checked == ["spend", "contacts"]
    assert "You have connected this app before" not in page.text


async def test_a_client_with_a_document_is_named_by_its_host(
    near: Person, described: Documents
) -> None:
    app = described.app(near.site)
    page = await near.open(app.link())
    host = described.url.split("/")[2]
    assert f"\u201cDocumented app\u201d, published by {host}" in page.text
    assert "nobody has checked it" not in page.text
    tokens = await near.connect(app)
    assert works(await near.site.call(tokens["access_token"]))
