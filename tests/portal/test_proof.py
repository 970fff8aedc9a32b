"""What proves that somebody holds a role in the portal: words, and a document that is kept."""

from datetime import date
from typing import Any

import pytest

from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.portal import change_role, give_role
from clients.models import Document, Importer, PortalRole, User

JSON = {"content_type": "application/json"}
ROOT = "/api/v1"


def screenshot(importer: Importer, title: str = "Screenshot of the portal") -> Document:
    with importer_scope(importer.pk):
        return Document.objects.create(importer=importer, kind="other", title=title)


def role_of(importer: Importer) -> PortalRole:
    with importer_scope(importer.pk):
        return PortalRole.objects.select_related("evidence_document").get()


def test_a_role_is_recorded_with_the_document_that_proves_it_and_the_page_leads_there(
    signed_in: Any, record: Any, importer: Importer, analyst: User
) -> None:
    rosa, proof = record("Rosa Roy", ""), screenshot(importer)
    client, page = signed_in(analyst), f"/portal-users/{rosa.pk}/"

    client.post(f"{page}roles/", {"role": "bam", "evidence_document": proof.pk})

    assert role_of(importer).evidence_document == proof
    shown = client.get(page).content.decode()
    assert f'href="/documents/{proof.pk}/"' in shown
    assert "Screenshot of the portal" in shown


def test_what_was_seen_anew_replaces_the_proof_and_what_is_not_said_stays(
    signed_in: Any, record: Any, importer: Importer, analyst: User, today: date
) -> None:
    record("Rosa Roy")
    client, first, second = signed_in(analyst), screenshot(importer), screenshot(importer, "Mail")
    at = f"/portal-roles/{role_of(importer).pk}/"

    client.post(f"{at}verification/", {"seen-on": today, "seen-evidence_document": first.pk})
    client.post(f"{at}verification/", {"seen-on": today, "seen-evidence": "A call"})
    kept = role_of(importer)
    client.post(f"{at}verification/", {"seen-on": today, "seen-evidence_document": second.pk})

    assert (kept.evidence, kept.evidence_document) == ("A call", first)
    assert role_of(importer).evidence_document == second


def test_the_proof_is_taken_off_where_it_is_corrected(
    signed_in: Any, record: Any, importer: Importer, analyst: User
) -> None:
    record("Rosa Roy")
    client, proof = signed_in(analyst), screenshot(importer)
    at = f"/portal-roles/{role_of(importer).pk}/"
    client.post(at, {"evidence_document": proof.pk})
    assert role_of(importer).evidence_document == proof

    client.post(at, {"evidence": "Seen", "evidence_document": ""})

    assert role_of(importer).evidence_document is None


def test_over_the_api_a_document_is_named_left_as_it_is_or_taken_off(
    signed_in: Any, record: Any, importer: Importer, analyst: User
) -> None:
    rosa, proof = record("Rosa Roy", ""), screenshot(importer)
    client = signed_in(analyst)
    given = {"role": "bam", "evidence_document": proof.pk}
    days: dict[str, Any] = {"from_on": None, "until_on": None, "evidence": "Seen"}

    made = client.post(f"{ROOT}/portal-users/{rosa.pk}/roles/", given, **JSON).json()
    at = f"{ROOT}/portal-roles/{made['id']}/days/"
    stays = client.post(at, days, **JSON).json()
    gone = client.post(at, days | {"evidence_document": None}, **JSON).json()

    proofs = [one["evidence_document"] for one in (made, stays, gone)]
    assert proofs == [proof.pk, proof.pk, None]


@pytest.mark.parametrize("whose", ["another importer’s", "destroyed"])
def test_a_document_that_is_not_there_proves_nothing(
    whose: str,
    signed_in: Any,
    record: Any,
    importer: Importer,
    stranger: Importer,
    analyst: User,
    today: date,
) -> None:
    rosa = record("Rosa Roy", "")
    proof = screenshot(stranger if whose == "another importer’s" else importer)
    if whose == "destroyed":
        with importer_scope(importer.pk):
            Document.objects.update(destroyed_at=f"{today}T12:00:00Z")
    client, given = signed_in(analyst), {"role": "bam", "evidence_document": proof.pk}

    answer = client.post(f"{ROOT}/portal-users/{rosa.pk}/roles/", given, **JSON)
    page = client.post(f"/portal-users/{rosa.pk}/roles/", given)

    assert (answer.status_code, page.status_code) == (404, 422)
    with importer_scope(importer.pk):
        assert not PortalRole.objects.exists()


def test_another_importers_document_is_refused_by_the_action_too(
    record: Any, importer: Importer, stranger: Importer, administrator: User, today: date
) -> None:
    rosa, theirs = record("Rosa Roy", ""), screenshot(stranger)
    told: dict[str, Any] = {"by": administrator, "evidence_document": theirs}

    with importer_scope([importer.pk, stranger.pk]):
        with pytest.raises(Refused, match="another importer’s"):
            give_role(portal_user=rosa, role="bam", today=today, **told)
        held = give_role(portal_user=rosa, role="bam", by=administrator, today=today)
        with pytest.raises(Refused, match="another importer’s"):
            change_role(role=held, from_on=None, until_on=None, evidence="", **told)
