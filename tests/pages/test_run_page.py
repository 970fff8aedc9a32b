"""The reconciliation page: what is left to explain, and what people may decide."""

import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.actions import run_match
from reconciliation.models import Decision, MatchRun, Variance
from reconciliation.queries import current_run
from tests.books import Line, decided, reconciled, soa
from tests.pages.conftest import Browser
from tests.statements import door


def text_of(response) -> str:  # type: ignore[no-untyped-def]
    """What a person reads: no tags, single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def address(run: MatchRun) -> str:
    return f"/statements/{run.statement_id}/reconciliation/"


@pytest.fixture
def page(signed_in: Browser, analyst: User) -> Client:
    return signed_in(analyst)


def open_variances(run: MatchRun) -> list[Variance]:
    with importer_scope(run.importer_id):
        return list(Variance.objects.filter(run=run, state="open").order_by("group_no"))


def said(response) -> list[str]:  # type: ignore[no-untyped-def]
    return [str(message) for message in get_messages(response.wsgi_request)]


def explain_all(page: Client, run: MatchRun, **told: str):  # type: ignore[no-untyped-def]
    numbers = [variance.group_no for variance in open_variances(run)]
    told = {"reason_code": "timing", "note": ""} | told
    return page.post(f"/runs/{run.pk}/explanations/", {"group_no": numbers, **told})


def confirm_all(run: MatchRun, by: User) -> MatchRun:
    with importer_scope(run.importer_id):
        return decided(run, by)


def test_the_bar_says_activity_less_explained_is_left(page: Client, address: str) -> None:
    text = text_of(page.get(address))

    assert "Statement activity 537.71 − Explained 1,439.37 = Left to explain −901.66" in text
    assert "4 open variances · 1 suggestion" in text


def test_the_bridge_leads_from_the_ledger_to_the_statement(page: Client, address: str) -> None:
    text = text_of(page.get(address))

    assert re.search(r"Ledger in scope 5 1,439\.35 Rounding 1 \+0\.02", text)
    assert re.search(r"Amount differs 1 \+36\.00 Interest 1 \+12\.34", text)
    assert re.search(r"Not in the ledger 1 \+50\.00 Not on the statement 1 −1,000\.00", text)
    assert re.search(r"Statement activity 6 537\.71", text)


def test_the_differing_fields_stand_on_the_row_with_both_values(page: Client, address: str) -> None:
    text = text_of(page.get(address))

    assert "Amount 240.10 204.10 +36.00 Duty 40.10 4.10 +36.00" in text
    assert "GST 200.00" not in text


def test_every_bar_of_the_bridge_leads_to_its_lines(page: Client, address: str) -> None:
    html = page.get(address).content.decode()
    for kind in ("amount_differs", "interest", "not_in_ledger", "not_on_statement"):
        assert f'href="#{kind}"' in html
        assert f'id="{kind}"' in html


def test_one_reason_explains_many_and_one_of_them_can_be_taken_back(
    page: Client, address: str, run: MatchRun, analyst: User
) -> None:
    response = explain_all(page, run, note="Moved to November.")

    assert response.url == address
    assert said(response) == ["4 variances explained."]
    assert "Left to explain 0.00 Nothing open" in text_of(page.get(address))
    with importer_scope(run.importer_id):
        one = Variance.objects.filter(run=run).first()
        assert (one.reason_code, one.note, one.decided_by) == (
            "timing",
            "Moved to November.",
            analyst,
        )
    page.post(f"/variances/{one.pk}/reopening/")
    assert [variance.pk for variance in open_variances(run)] == [one.pk]


def test_an_explanation_needs_a_reason(page: Client, run: MatchRun) -> None:
    response = explain_all(page, run, reason_code="")

    assert said(response) == ["Pick at least one variance and choose a reason."]
    assert len(open_variances(run)) == 4


def test_numbers_that_are_none_explain_nothing(page: Client, run: MatchRun) -> None:
    told = {"group_no": ["x", "99999999999999999999", "-1"], "reason_code": "timing"}

    assert page.post(f"/runs/{run.pk}/explanations/", told).status_code == 302
    assert len(open_variances(run)) == 4


def test_a_suggestion_becomes_a_match_only_when_somebody_says_so(
    page: Client, address: str, run: MatchRun, analyst: User
) -> None:
    html = page.get(address).content.decode()
    confirm = re.search(rf"/runs/{run.pk}/suggestions/\d+/confirm/", html).group()

    assert page.get(confirm).status_code == 405
    page.post(confirm)

    with importer_scope(run.importer_id):
        assert Decision.objects.get().decided_by == analyst
        asked = MatchRun.objects.get(state="requested")
    assert "Reconciling: waiting for a worker" in text_of(page.get(address))
    assert 'id="suggestions"' not in page.get(address).content.decode()
    run_match(importer_id=run.importer_id, run_id=asked.pk)
    assert "Confirmed by a person 045 1" in text_of(page.get(address))


def test_the_preparer_signs_and_only_somebody_else_reviews(
    page: Client,
    address: str,
    run: MatchRun,
    signed_in: Browser,
    analyst: User,
    reviewer: User,
) -> None:
    waits = "1 suggestion waits for somebody to confirm or refuse it."
    assert f"Before it can be signed: 4 variances are still open. {waits}" in text_of(
        page.get(address)
    )
    early = page.post(f"/runs/{run.pk}/sign-offs/")
    assert said(early) == ["4 variances are still open.", waits]
    run = confirm_all(run, analyst)
    explain_all(page, run)

    page.post(f"/runs/{run.pk}/sign-offs/")
    assert "You prepared this; somebody else reviews it." in text_of(page.get(address))
    again = page.post(f"/runs/{run.pk}/sign-offs/")
    assert said(again) == ["The reviewer must be somebody other than the preparer."]

    other = signed_in(reviewer)
    assert "Sign as reviewer" in text_of(other.get(address))
    other.post(f"/runs/{run.pk}/sign-offs/")
    text = text_of(other.get(address))
    assert "Signed off" in text
    assert "Prepared Analyst" in text
    assert "Reviewed Reviewer" in text


def test_a_signed_run_is_reopened_only_with_a_reason(
    page: Client, address: str, run: MatchRun, analyst: User
) -> None:
    run = confirm_all(run, analyst)
    explain_all(page, run)
    page.post(f"/runs/{run.pk}/sign-offs/")
    assert 'name="group_no"' not in page.get(address).content.decode()

    without = page.post(f"/runs/{run.pk}/reopening/", {"reason": " "})
    assert said(without) == ["Say why the run is reopened."]
    page.post(f"/runs/{run.pk}/reopening/", {"reason": "The ledger was corrected."})
    assert "Sign as preparer" in text_of(page.get(address))


def test_an_old_run_is_shown_as_history(page: Client, address: str, run: MatchRun) -> None:
    html = page.get(address).content.decode()
    page.post(re.search(rf"/runs/{run.pk}/suggestions/\d+/refuse/", html).group())
    with importer_scope(run.importer_id):
        asked = MatchRun.objects.get(state="requested")
    run_match(importer_id=run.importer_id, run_id=asked.pk)

    text = text_of(page.get(f"/runs/{run.pk}/"))
    assert "This run is history: a newer one stands" in text
    assert "Explain" not in text.split("Sign-off")[0].split("Left to explain")[1][:40]
    with importer_scope(run.importer_id):
        assert current_run(run.statement).pk == asked.pk


def test_progress_tells_the_page_when_a_run_has_ended(page: Client, run: MatchRun) -> None:
    response = page.get(f"/runs/{run.pk}/progress/")

    assert response["HX-Trigger"] == "run-ended"
    assert b"hx-get" not in response.content


@pytest.mark.parametrize(
    ("place", "reason", "expected"),
    [
        ("match", "010_exact", "Same number and amount"),
        ("variance", "not_in_ledger", "Not in the ledger"),
        ("expected", "expected", "This list is empty in this run."),
    ],
)
def test_every_place_has_its_list(
    page: Client, run: MatchRun, place: str, reason: str, expected: str
) -> None:
    assert expected in text_of(page.get(f"/runs/{run.pk}/{place}/{reason}/"))


@pytest.mark.parametrize("path", ["match/nothing/", "nowhere/010_exact/", "variance/010_exact/"])
def test_a_place_that_is_none_is_not_found(page: Client, run: MatchRun, path: str) -> None:
    assert page.get(f"/runs/{run.pk}/{path}").status_code == 404


def test_a_statement_nobody_reconciled_says_how_to_start(
    page: Client, run: MatchRun, address: str
) -> None:
    with importer_scope(run.importer_id):
        MatchRun.objects.filter(pk=run.pk).update(superseded_by=run.pk)

    assert "Not reconciled yet" in text_of(page.get(address))
    page.post(f"/statements/{run.statement_id}/runs/")
    assert "The statement is being reconciled" in text_of(page.get(address))


def test_a_parked_run_is_named_to_a_person_and_can_be_tried_again(
    page: Client, run: MatchRun, address: str, analyst: User
) -> None:
    page.post(f"/statements/{run.statement_id}/runs/")
    html = page.get(address).content.decode()
    page.post(re.search(rf"/runs/{run.pk}/suggestions/\d+/refuse/", html).group())
    with importer_scope(run.importer_id):
        asked = MatchRun.objects.filter(state="requested")
        asked.update(parked_at="2026-11-22T12:00Z", parked_for=analyst)
        parked = asked.get()

    text = text_of(page.get(address))
    assert "Reconciling failed three times and is parked. Analyst looks into it." in text
    page.post(f"/runs/{parked.pk}/attempts/")
    assert "Reconciling: waiting for a worker" in text_of(page.get(address))


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [("/runs/{run}/variance/interest/?after=0", "/runs/{run}/variance/interest/?after=0")]
    + [
        (elsewhere, "/statements/{statement}/reconciliation/")
        for elsewhere in ("//evil.example/", "/work/")
    ],
)
def test_explaining_leads_back_to_the_list_of_this_run_and_nowhere_else(
    page: Client, run: MatchRun, back: str, leads_to: str
) -> None:
    numbers = {"run": run.pk, "statement": run.statement_id}
    response = explain_all(page, run, back=back.format(**numbers))

    assert response.url == leads_to.format(**numbers)


def test_the_page_and_the_queue_say_that_it_was_signed_before(
    page: Client, run: MatchRun, analyst: User
) -> None:
    run = confirm_all(run, analyst)
    explain_all(page, run)
    page.post(f"/runs/{run.pk}/sign-offs/")
    with importer_scope(run.importer_id):
        door.ledger_file(run.statement.program_account, door.entry("3", "50.00"))
        after = reconciled(run.statement)

    text = text_of(page.get(f"/statements/{run.statement_id}/reconciliation/"))
    queue = text_of(page.get("/work/"))

    assert "Moved since it was signed Preparer: Analyst" in text
    assert "The ledger changed since: ledger.csv" in text
    assert "this result needs its own" in text
    assert "Not in the ledger 1 → 0 50.00 0.00 −50.00" in text
    assert "Variances that are gone 1" in text
    assert "signed before; new facts came" in queue
    assert "Moved since" not in text_of(page.get(f"/runs/{run.pk}/"))
    assert after.pk != run.pk


def test_one_reason_explains_every_variance_of_a_kind(page: Client, importer: Importer) -> None:
    """Also those that the page does not show."""
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
        run = reconciled(soa(account, *(Line(serial, "10.00") for serial in range(1, 61))))
    address = f"/statements/{run.statement_id}/reconciliation/"
    form = f"/runs/{run.pk}/kinds/not_in_ledger/explanation/"
    told = {"reason_code": "other_broker", "note": "Sage Customs filed these", "count": 60}

    assert "Explain all 60 open ones at once, +600.00" in text_of(page.get(address))
    assert form in page.get(f"/runs/{run.pk}/variance/not_in_ledger/").content.decode()
    assert said(page.post(form, told | {"reason_code": ""})) == ["Choose a reason."]
    changed = "60 variances of this kind are open now, not 59. Look at them again."
    assert said(page.post(form, told | {"count": 59}))[-1] == changed
    back = page.post(form, told | {"back": f"/runs/{run.pk}/variance/not_in_ledger/"})

    assert said(back)[-1] == "60 variances explained."
    assert back["Location"] == f"/runs/{run.pk}/variance/not_in_ledger/"
    text = text_of(page.get(address))
    assert "Sage Customs filed these" in text
    assert "open ones at once" not in text
    assert open_variances(run) == []
    assert page.post(f"/runs/{run.pk}/kinds/nonsense/explanation/", told).status_code == 404


@pytest.mark.parametrize(
    ("verdict", "word"), [("confirm", "Same · Analyst"), ("refuse", "Not the same · Analyst")]
)
def test_a_decision_on_a_pair_is_shown_with_its_rows_and_can_be_taken_back(
    page: Client, address: str, run: MatchRun, verdict: str, word: str
) -> None:
    html = page.get(address).content.decode()
    page.post(re.search(rf"/runs/{run.pk}/suggestions/\d+/{verdict}/", html).group())
    work(run)

    html = page.get(address).content.decode()
    assert word in text_of(page.get(address))
    assert "our own" in html[html.index('id="decided"') :]
    page.post(re.search(r"/decisions/\d+/withdrawal/", html).group())
    work(run)

    assert "Pairs somebody decided" not in text_of(page.get(address))
    assert "· 1 suggestion" in text_of(page.get(address))


def work(run: MatchRun) -> None:
    """What a worker does with the run that was asked for."""
    with importer_scope(run.importer_id):
        waiting = MatchRun.objects.get(statement=run.statement, state="requested")
    run_match(importer_id=run.importer_id, run_id=waiting.pk)
