"""The officer pages over HTTP: cookies, form tokens, what each role gets, errors as pages."""

import re
from collections.abc import Callable, Iterator
from typing import cast

import httpx
import pytest

from api.pages.words import FILTERS, POSITIONS, PURPOSES, ROLES, STATES
from eurodac import record
from eurodac.law import roles, states
from eurodac.record import Role
from tests.api.invented import dataset, impression
from tests.api.live import Live
from tests.api.story import SEED, Story

IDENTITY = {"user_id": "officer-1", "unit": "Ter Apel", "member_state": "NL"}


@pytest.fixture
def browser_like(live: Live) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live.url, follow_redirects=True, timeout=60) as client:
        yield client


def token(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def sign_in(
    client: httpx.Client, role: str = "asylum_unit", purpose: str = "a", state: str = "NL"
) -> httpx.Response:
    form = {
        **IDENTITY,
        "member_state": state,
        "role": role,
        "purpose": purpose,
        "case": "2026/1",
        "form_token": token(client.get("/officer/sign-in")),
    }
    return client.post("/officer/sign-in", data=form)


def open_person(client: httpx.Client, story: Story) -> httpx.Response:
    found = client.get("/officer/")
    form = {"form_token": token(found), "reference_number": story.reference_number}
    return client.post("/officer/lookups", data=form)


def test_every_code_has_a_word() -> None:
    assert set(ROLES) == set(Role)
    assert set(POSITIONS) == set(range(1, 11))
    assert {rule.purpose for rule in roles.RULES.values()} <= set(PURPOSES)
    assert set(STATES) == set(states.CODES)
    words = cast(Callable[[str], str], FILTERS["words"])
    for codes in (record.Category, record.Sex, record.LinkState):
        assert [code for code in codes if words(code) == code.replace("_", " ")] == []


@pytest.mark.parametrize("role", list(Role))
def test_every_role_gets_pages_and_refusals(browser_like: httpx.Client, role: Role) -> None:
    purposes = [rule.purpose for rule in roles.RULES.values() if rule.role == role]
    purpose = next(iter(purposes), "f")  # some role has none as yet
    shown = sign_in(browser_like, role, purpose)
    assert shown.status_code == 200
    assert ROLES[role] in shown.text
    form = {"form_token": token(shown), "record_id": "none"}
    refused = browser_like.post("/officer/records", data=form)
    assert 400 <= refused.status_code < 500
    assert ROLES[role] in refused.text


def test_fields_take_as_much_as_the_interface(browser_like: httpx.Client) -> None:
    page = sign_in(browser_like, "screening_officer", "f").text
    for name in ("surnames", "forenames", "text", "document_number"):
        assert f'name="{name}" maxlength="200"' in page


def test_a_date_with_zeros_and_one_of_another_calendar_are_looked_up(
    browser_like: httpx.Client,
) -> None:
    page = sign_in(browser_like, "screening_officer", "f")
    for year, month, day in (("1990", "00", "00"), ("1366", "12", "29")):
        born = {"birth_year": year, "birth_month": month, "birth_day": day}
        form = {"form_token": token(page), "text": "Zzyxquill", **born}
        assert browser_like.post("/officer/identity-lookups", data=form).status_code == 200
    form["birth_month"] = ""
    refused = browser_like.post("/officer/identity-lookups", data=form)
    assert refused.status_code == 422
    assert "a day needs its month" in refused.text


def test_the_cookie_is_out_of_reach(browser_like: httpx.Client) -> None:
    cookie = browser_like.get("/officer/sign-in").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/officer" in cookie


@pytest.mark.parametrize("path", ["/officer/", f"/officer/people/{'0' * 32}"])
def test_without_sign_in_there_is_only_the_sign_in_page(
    browser_like: httpx.Client, path: str
) -> None:
    assert browser_like.get(path).url.path == "/officer/sign-in"


def test_a_changed_cookie_is_nobody(browser_like: httpx.Client) -> None:
    sign_in(browser_like)
    cookie = browser_like.cookies["eurodac_session"]
    browser_like.cookies.clear()
    browser_like.cookies.set("eurodac_session", cookie[:-3] + "AAA", path="/officer")
    assert browser_like.get("/officer/").url.path == "/officer/sign-in"


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in",
        "/sign-out",
        "/lookups",
        "/visa-lookups",
        "/identity-lookups",
        "/records",
        "/identifications",
        f"/links/{'0' * 32}/decisions",
    ],
)
@pytest.mark.parametrize("form_token", ["", "forged"])
def test_a_form_of_another_site_is_refused(
    browser_like: httpx.Client, path: str, form_token: str
) -> None:
    sign_in(browser_like)
    answer = browser_like.post(f"/officer{path}", data={"form_token": form_token})
    assert answer.status_code == 403
    assert "form_token" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_the_form_token_changes_with_the_session(browser_like: httpx.Client) -> None:
    before = token(browser_like.get("/officer/sign-in"))
    sign_in(browser_like)
    assert token(browser_like.get("/officer/")) != before


def test_sign_out_clears_the_browser(browser_like: httpx.Client) -> None:
    sign_in(browser_like)
    form = {"form_token": token(browser_like.get("/officer/"))}
    answer = browser_like.post("/officer/sign-out", data=form, follow_redirects=False)
    assert "cookies" in answer.headers["clear-site-data"]
    assert browser_like.get("/officer/").url.path == "/officer/sign-in"


def test_the_person_page_tells_the_story(browser_like: httpx.Client, story: Story) -> None:
    sign_in(browser_like)
    page = open_person(browser_like, story)
    assert page.status_code == 200
    assert page.url.path.startswith("/officer/people/")
    assert story.reference_number not in str(page.url)
    assert story.surname in page.text
    for words in ("Asylum unit", "Netherlands", "Italy", "Germany", "Spain", "differs"):
        assert words in page.text
    for rule in ("rule UM1", "rule UM4", "rule PR1", "rule UM11"):
        assert rule in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.text.index("Findings") < page.text.index("What happened")


def test_an_overstay_shows_to_the_immigration_unit_only(
    browser_like: httpx.Client, story: Story
) -> None:
    sign_in(browser_like)
    seen = open_person(browser_like, story).text
    assert "rule UM14" not in seen
    assert "EES" not in seen
    sign_in(browser_like, role="immigration_unit")
    assert "rule UM14" in open_person(browser_like, story).text


def test_search_by_one_file_per_finger(browser_like: httpx.Client, story: Story) -> None:
    sign_in(browser_like)
    form = {"form_token": token(browser_like.get("/officer/"))}
    files = {
        f"finger_{position}": ("f.fmr", impression(SEED, position, 9)) for position in (1, 2, 3, 4)
    }
    page = browser_like.post("/officer/identifications", data=form, files=files)
    assert page.status_code == 200, page.text
    assert story.surname in page.text
    assert "Open this person" in page.text
    assert "searched, at most one search in" in page.text
    assert "shows a stranger as strong as this" in page.text
    assert "Check first" not in page.text
    strangers = {"finger_2": ("f.fmr", impression(SEED + 7, 2, 9))}
    none = browser_like.post("/officer/identifications", data=form, files=strangers)
    assert "No match" in none.text
    assert "So few usable fingers cannot reach the threshold" in none.text


def unplaced(position: int) -> bytes:
    """A finger of the story whose template does not say which it is."""
    template = impression(SEED, position, 9)
    return template[:24] + b"\x00" + template[25:]


def test_swapped_hands_and_a_finger_taken_twice_are_named(
    browser_like: httpx.Client, story: Story
) -> None:
    sign_in(browser_like)
    form = {"form_token": token(browser_like.get("/officer/"))}
    files = {f"finger_{position + 5}": ("f.fmr", unplaced(position)) for position in (1, 2, 3, 4)}
    swapped = browser_like.post("/officer/identifications", data=form, files=files).text
    assert story.surname in swapped
    assert "the prints fit only with left and right hand swapped" in swapped
    files = {f"finger_{position}": ("f.fmr", unplaced(2)) for position in (2, 7)}
    twice = browser_like.post("/officer/identifications", data=form, files=files).text
    assert "Left index finger and right index finger look like one finger" in twice


def test_a_screening_officer_sees_identity_only(browser_like: httpx.Client, story: Story) -> None:
    sign_in(browser_like, role="screening_officer", purpose="f")
    form = {"form_token": token(browser_like.get("/officer/"))}
    files = {
        f"finger_{position}": ("f.fmr", impression(SEED, position, 9)) for position in (1, 2, 3, 4)
    }
    page = browser_like.post("/officer/identifications", data=form, files=files).text
    assert story.surname in page
    hints = ("Score", "Open this person", "Reference number", "at most one search")
    for hidden in (story.reference_number, *hints):
        assert hidden not in page


def test_an_expert_decides_on_a_link(browser_like: httpx.Client, story: Story) -> None:
    sign_in(browser_like, role="fingerprint_expert")
    page = browser_like.get(f"/officer/people/{story.record_id}")
    decision = re.search(r'action="(/officer/links/[0-9a-f]{32}/decisions)"', page.text)
    assert decision, page.text
    form = {
        "form_token": token(page),
        "record_id": story.record_id,
        "decision": "confirmed",
        "reason": "Twelve minutiae agree.",
    }
    after = browser_like.post(decision[1], data=form)
    assert after.url.path == f"/officer/people/{story.record_id}"
    assert "Twelve minutiae agree." in after.text
    without = browser_like.post(decision[1], data={**form, "reason": ""})
    assert without.status_code == 422


def test_asylum_units_get_no_decision_form(browser_like: httpx.Client, story: Story) -> None:
    sign_in(browser_like)
    assert "/decisions" not in open_person(browser_like, story).text


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("lookups", {"reference_number": "NL1NOBODY"}, 404),
        ("lookups", {"reference_number": "<script>alert(1)</script>"}, 422),
        ("records", {"record_id": "x"}, 422),
        ("identifications", {}, 422),
    ],
)
def test_errors_are_pages(
    browser_like: httpx.Client, path: str, form: dict[str, str], status: int
) -> None:
    sign_in(browser_like)
    form_token = token(browser_like.get("/officer/"))
    page = browser_like.post(f"/officer/{path}", data={"form_token": form_token, **form})
    assert page.status_code == status
    assert "Back to the search" in page.text
    assert "<script" not in page.text


def test_a_role_without_a_search_is_told_so(browser_like: httpx.Client) -> None:
    sign_in(browser_like, role="auditor", purpose="x-audit")
    page = browser_like.get("/officer/").text
    assert "Nothing to search with this role and purpose" in page
    assert "reference_number" not in page


def test_a_visa_authority_opens_its_own_file(browser_like: httpx.Client, story: Story) -> None:
    sign_in(browser_like, role="visa_authority", purpose="h", state="ES")
    search = browser_like.get("/officer/")
    assert "reference_number" not in search.text
    form = {"form_token": token(search), "application_number": "ESP000900"}
    page = browser_like.post("/officer/visa-lookups", data=form)
    assert page.url.path.startswith("/officer/people/")
    assert story.surname in page.text
    assert "Application ESP000900" in page.text
    assert "Spain issued a visa" in page.text
    for hidden in ("Datasets side by side", "Lampedusa", story.reference_number):
        assert hidden not in page.text
    form["application_number"] = "ESP999999"
    assert browser_like.post("/officer/visa-lookups", data=form).status_code == 404


def test_hidden_characters_are_shown_and_right_to_left_is_isolated(
    live: Live, browser_like: httpx.Client
) -> None:
    message = dataset(241, "NL", 1)
    message["names"] = [{"kind": "current", "surnames": "Ali\u202eXe", "forenames": "A\u200dB"}]
    message["event"]["place"] = "Port \u2066\u05d0\u05d1 2"
    record = live.transmit(message, "NL")["record_id"]
    sign_in(browser_like)
    page = browser_like.get(f"/officer/people/{record}").text
    assert "Ali[U+202E]Xe" in page
    assert "A[U+200D]B" in page
    assert "Port [U+2066]" in page
    assert not {"\u202e", "\u200d", "\u2066"} & set(page)


def test_sentences_isolate_what_runs_from_right_to_left() -> None:
    isolated = cast("Callable[[str], str]", FILTERS["isolated"])
    shown = isolated('in \u05d0\u05d1 \u202e"<b>')
    assert shown == "in <bdi>\u05d0\u05d1</bdi> [U+202E]&#34;&lt;b&gt;"


NAMED = {"surnames": "سميرة الحلبي", "birth_year": "1991", "birth_month": "4", "nationality": "syr"}


def look_up_name(client: httpx.Client, **fields: str) -> httpx.Response:
    form = {"form_token": token(client.get("/officer/")), **fields}
    return client.post("/officer/identity-lookups", data=form)


def test_a_screening_officer_sees_no_reference(browser_like: httpx.Client, story: Story) -> None:
    sign_in(browser_like, "screening_officer", "f")
    found = look_up_name(browser_like, **NAMED)
    assert found.url.path == "/officer/identity-lookups"
    assert not found.url.query
    assert "Birth date" in found.text
    assert story.reference_number not in found.text
    assert story.record_id not in found.text
    assert "searched" not in found.text


def test_a_search_by_name_that_finds_nobody_says_so(browser_like: httpx.Client) -> None:
    sign_in(browser_like, "screening_officer", "f")
    assert "Nobody found" in look_up_name(browser_like, text="Zzyxquill Wvorn").text


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "field_format"),
        ({"text": "…"}, "name_empty"),
        ({"text": "a", "birth_year": "MCMXC"}, "field_format"),
        ({"text": "a", "birth_year": "1990", "birth_month": "13"}, "field_format"),
    ],
)
def test_a_search_by_name_that_cannot_be_made_says_why(
    browser_like: httpx.Client, fields: dict[str, str], code: str
) -> None:
    sign_in(browser_like, "screening_officer", "f")
    answer = look_up_name(browser_like, **fields)
    assert answer.status_code == 422
    assert code in answer.text
