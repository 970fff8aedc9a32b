"""What people see of an onboarding, and what its pages let them do."""

import re

import pytest
from django.test import Client
from django.utils import translation

from carmsvc.platform.audit import BrokerageEvent
from carmsvc.platform.tenancy import importer_scope
from clients.actions.onboarding_steps import write_comment
from clients.models import Importer, Notice, Onboarding, OnboardingComment, OnboardingStep, User
from tests.documents.conftest import upload
from tests.onboarding.conftest import Browser
from tests.onboarding.stories import begun, finish, finish_everything, prove, step, take

LINKS = re.compile(r'href="/onboarding-steps/(\d+)/"')


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def messages_of(client: Client, address: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text_of(client, address)))


@pytest.fixture
def running(importer: Importer, analyst: User) -> Onboarding:
    with importer_scope(importer.pk):
        return begun(importer, analyst, lead=analyst)


def test_staff_start_an_onboarding_with_a_variant_and_a_day(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    client, address = signed_in(analyst), f"/importers/{importer.pk}/onboarding/"
    assert "No onboarding has begun" in text_of(client, address)

    answer = client.post(
        f"{address}new/",
        {"variant": "non_resident", "target_on": "2027-02-26", "lead": analyst.pk},
    )

    assert answer.status_code == 302
    with importer_scope(importer.pk):
        made = Onboarding.objects.get()
        last = OnboardingStep.objects.order_by("-due_on").first()
    assert (made.variant, made.lead, made.version) == ("non_resident", analyst, 1)
    assert str(last.due_on) == "2027-02-26"
    assert "Get the BN9 from the CRA before anything else" in text_of(client, address)


def test_a_second_onboarding_and_a_day_in_the_past_are_refused(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    client, address = signed_in(analyst), f"/importers/{running.importer_id}/onboarding/new/"

    again = client.post(address, {"variant": "resident"})
    past = client.post(address, {"variant": "resident", "target_on": "2026-11-01"})

    assert (again.status_code, past.status_code) == (422, 422)
    assert "runs already" in again.content.decode()
    assert "lies before it begins" in past.content.decode()


def test_the_page_tells_how_far_it_is_what_is_next_and_who_has_the_ball(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    with importer_scope(running.importer_id):
        finish(running, analyst, "A4", "A1")
        take(running, "A2", "wait", analyst, waiting_for="cbsa")

    page = messages_of(signed_in(analyst), f"/importers/{running.importer_id}/onboarding/")

    assert "10 %" in page
    assert "2 of 20 steps" in page
    assert "Who has the ball Importer · 2 CBSA · 1" in page
    assert "Next step" in page
    assert "A5 Create a GCKey or use a sign-in partner" in page


def test_the_importers_people_see_their_own_steps_and_a_count_of_the_others(
    signed_in: Browser, importer: Importer, analyst: User, owner: User
) -> None:
    with importer_scope(importer.pk):
        manual = begun(importer, analyst, "manual_registration")
        broker_only = step(manual, "M1")
    client = signed_in(owner)

    page = text_of(client, f"/importers/{importer.pk}/onboarding/")

    assert len(set(LINKS.findall(page))) == 19
    assert "Of the broker and the authorities: 0 of 1 done." in page
    assert client.get(f"/onboarding-steps/{broker_only.pk}/").status_code == 404


def test_a_step_is_taken_to_its_end_on_its_page_by_the_client(
    signed_in: Browser, running: Onboarding, owner: User
) -> None:
    with importer_scope(running.importer_id):
        chosen = step(running, "A4")
    client, address = signed_in(owner), f"/onboarding-steps/{chosen.pk}/"
    assert "Choose who will be the first business account manager" in text_of(client, address)

    client.post(f"{address}evidence/", {"reference": "Olivia Chen, CFO", "evidence_on": ""})
    answer = client.post(f"{address}transitions/finish/", {"on": "2026-11-20"})

    assert answer.status_code == 302
    page = messages_of(client, address)
    assert "Recorded: Done." in page
    assert "Olivia Chen, CFO" in page
    assert "20 November 2026" in page


def test_a_file_that_proves_a_step_becomes_a_document_about_it(
    signed_in: Browser, running: Onboarding, owner: User
) -> None:
    with importer_scope(running.importer_id):
        chosen = step(running, "A3")
    file = upload()
    file.name = "extract.pdf"
    signed_in(owner).post(f"/onboarding-steps/{chosen.pk}/evidence/", {"file": file})

    with importer_scope(running.importer_id):
        document = step(running, "A3").evidence_document
    assert document is not None
    assert (document.subject_kind, document.subject_id) == ("onboarding_step", chosen.pk)


def test_finance_may_prove_a_step_in_words_but_sends_no_documents(
    signed_in: Browser, running: Onboarding, finance: User
) -> None:
    with importer_scope(running.importer_id):
        chosen = step(running, "A4")

    page = text_of(signed_in(finance), f"/onboarding-steps/{chosen.pk}/")

    assert 'name="reference"' in page
    assert 'name="file"' not in page


def test_a_refused_move_says_why_and_keeps_what_was_written(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    with importer_scope(running.importer_id):
        chosen = step(running, "A2")
    client = signed_in(analyst)

    early = client.post(f"/onboarding-steps/{chosen.pk}/transitions/start/")
    late = client.post(
        f"/onboarding-steps/{chosen.pk}/transitions/block/",
        {"reason": "Not theirs", "on": "2027-01-01"},
    )

    assert (early.status_code, late.status_code) == (422, 422)
    assert "First comes: A1 Have a business number (BN9)." in early.content.decode()
    assert 'value="Not theirs"' in late.content.decode()
    assert client.post(f"/onboarding-steps/{chosen.pk}/transitions/fly/").status_code == 404


SECRET = "mot de passe : Soleil2026!"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("comments", {"text": SECRET}),
        ("evidence", {"reference": SECRET}),
        ("transitions/block", {"reason": SECRET}),
    ],
)
def test_a_secret_is_refused_and_not_shown_again(
    signed_in: Browser, running: Onboarding, owner: User, part: str, said: dict[str, str]
) -> None:
    with importer_scope(running.importer_id):
        chosen = step(running, "A4")

    answer = signed_in(owner).post(f"/onboarding-steps/{chosen.pk}/{part}/", said)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This seems to hold a password." in page
    assert "Soleil2026" not in page


def test_a_secret_is_refused_in_french_too(
    signed_in: Browser, running: Onboarding, owner: User
) -> None:
    with importer_scope(running.importer_id):
        chosen = step(running, "A4")
    User.objects.filter(pk=owner.pk).update(language="fr")
    client = signed_in(owner)
    client.cookies["django_language"] = "fr"

    answer = client.post(f"/onboarding-steps/{chosen.pk}/comments/", {"text": SECRET})

    assert answer.status_code == 422
    assert "semble contenir un mot de passe" in answer.content.decode()
    with translation.override("fr"):
        assert "Choisir qui sera le premier gestionnaire" in text_of(
            client, f"/onboarding-steps/{chosen.pk}/"
        )


def test_notes_for_our_staff_are_not_shown_to_the_client(
    signed_in: Browser, running: Onboarding, owner: User, analyst: User
) -> None:
    with importer_scope(running.importer_id):
        chosen = step(running, "A4")
        write_comment(step=chosen, text="Slow payer", by=analyst, is_for_staff=True)
        write_comment(step=chosen, text="Who will sign?", by=analyst)
    address = f"/onboarding-steps/{chosen.pk}/"

    ours, theirs = text_of(signed_in(analyst), address), text_of(signed_in(owner), address)

    assert ("Slow payer" in ours, "Who will sign?" in ours) == (True, True)
    assert ("Slow payer" in theirs, "Who will sign?" in theirs) == (False, True)
    assert "For our staff only" not in theirs


def test_a_client_answers_a_comment(signed_in: Browser, running: Onboarding, owner: User) -> None:
    with importer_scope(running.importer_id):
        chosen = step(running, "A4")

    signed_in(owner).post(f"/onboarding-steps/{chosen.pk}/comments/", {"text": "Olivia does."})

    with importer_scope(running.importer_id):
        assert OnboardingComment.objects.get().text == "Olivia does."


def test_staff_give_a_step_to_somebody(
    signed_in: Browser, running: Onboarding, analyst: User, owner: User
) -> None:
    with importer_scope(running.importer_id):
        chosen = step(running, "A4")
    given = {"assignee": owner.pk, "due_on": "2026-12-04"}
    address = f"/onboarding-steps/{chosen.pk}/assignment/"

    refused = signed_in(owner).post(address, given)
    signed_in(analyst).post(address, given)

    assert refused.status_code == 403
    with importer_scope(running.importer_id):
        found = step(running, "A4")
        assert (found.assignee, str(found.due_on)) == (owner, "2026-12-04")


def test_it_is_finished_when_every_step_is_over_and_not_before(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    client, address = signed_in(analyst), f"/onboardings/{running.pk}/"
    client.post(f"{address}completion/")
    assert "Steps are still open: A1, A2, A3, A4" in messages_of(client, address)

    with importer_scope(running.importer_id):
        finish_everything(running, analyst)
    assert "Every step is over." in messages_of(client, address)
    client.post(f"{address}completion/")

    page = messages_of(client, address)
    assert "Maple Furniture Inc. is onboarded." in page
    assert "100 %" in page
    with importer_scope(running.importer_id):
        assert Onboarding.objects.get().state == "finished"


def test_what_is_over_is_not_changed_any_more(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    with importer_scope(running.importer_id):
        chosen = step(running, "A4")
    client = signed_in(analyst)
    client.post(f"/onboardings/{running.pk}/cancellation/", {"reason": "They chose another broker"})

    answer = client.post(f"/onboarding-steps/{chosen.pk}/comments/", {"text": "Too late"})

    assert answer.status_code == 422
    assert "This onboarding is over" in answer.content.decode()
    assert "They chose another broker" in text_of(client, f"/onboardings/{running.pk}/")


def test_the_importers_people_are_reminded_once_a_day(
    signed_in: Browser, running: Onboarding, analyst: User, owner: User
) -> None:
    client, address = signed_in(analyst), f"/onboardings/{running.pk}/"

    client.post(f"{address}reminder/")
    first = messages_of(client, address)
    client.post(f"{address}reminder/")

    assert "Reminded of 2 steps." in first
    assert "Nothing to remind of" in messages_of(client, address)
    with importer_scope(running.importer_id):
        told = Notice.objects.filter(user=owner).order_by("id")
        assert list(told.values_list("subject", flat=True)) == [
            "A1 Have a business number (BN9)",
            "A4 Choose who will be the first business account manager",
        ]


def test_a_new_day_plans_the_open_steps_anew(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    with importer_scope(running.importer_id):
        prove(running, "A4", analyst)
        take(running, "A4", "finish", analyst)
        done_due_on = step(running, "A4").due_on

    signed_in(analyst).post(
        f"/onboardings/{running.pk}/plan/", {"target_on": "2027-06-30", "lead": ""}
    )

    with importer_scope(running.importer_id):
        assert str(step(running, "A19").due_on) == "2027-06-30"
        assert step(running, "A4").due_on == done_due_on
        assert Onboarding.objects.get().lead is None


def test_who_may_only_look_is_offered_nothing_to_do(
    signed_in: Browser, running: Onboarding, staff_viewer: User
) -> None:
    with importer_scope(running.importer_id):
        chosen = step(running, "A4")
    client = signed_in(staff_viewer)

    pages = [
        text_of(client, f"/onboardings/{running.pk}/"),
        text_of(client, f"/onboarding-steps/{chosen.pk}/"),
    ]

    main = [page[page.index('id="main"') : page.index('class="foot"')] for page in pages]
    assert [part.count('method="post"') for part in main] == [0, 0]
    assert client.post(f"/onboarding-steps/{chosen.pk}/transitions/start/").status_code == 403


def test_a_stranger_finds_nothing(
    signed_in: Browser, running: Onboarding, other_finance: User
) -> None:
    with importer_scope(running.importer_id):
        chosen = step(running, "A4")
    client = signed_in(other_finance)

    for address in (
        f"/importers/{running.importer_id}/onboarding/",
        f"/onboardings/{running.pk}/",
        f"/onboarding-steps/{chosen.pk}/",
    ):
        assert client.get(address).status_code == 404


def test_an_export_of_the_register_is_told(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    answer = signed_in(analyst).get("/onboardings/export/?state=running")

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Maple Furniture Inc.,123456782,Being onboarded,Resident importer")
    assert len(lines) == 2
    event = BrokerageEvent.objects.get(action="onboardings exported")
    assert event.details == {"rows": 1, "wish": {"state": "running"}}


def test_the_page_stands_under_its_importers_tab(
    signed_in: Browser, running: Onboarding, owner: User
) -> None:
    page = signed_in(owner).get(f"/onboardings/{running.pk}/").content.decode()

    address = f"/importers/{running.importer_id}/onboarding/"
    assert f'<a href="{address}" aria-current="page"' in page
