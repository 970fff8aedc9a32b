"""What people see of an importer's people in the portal, and what the pages let them do."""

import re
from datetime import timedelta
from typing import Any

from django.test import Client

from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.models import (
    Importer,
    PortalRole,
    PortalUser,
    PortalVerification,
    PortalVerificationLine,
    ProgramAccount,
    User,
)


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return words_of(response)


def words_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def start_round(client: Client, importer: Importer, due_on: Any) -> PortalVerification:
    address = f"/importers/{importer.pk}/portal/rounds/new/"
    answer = client.post(address, {"due_on": str(due_on)})
    assert answer.status_code == 302
    with importer_scope(importer.pk):
        return PortalVerification.objects.get()


def lines_of(importer: Importer) -> dict[str, PortalVerificationLine]:
    with importer_scope(importer.pk):
        return {one.asked_name: one for one in PortalVerificationLine.objects.all()}


def said(line: PortalVerificationLine, answer: str, **more: str) -> dict[str, str]:
    told = {
        "name": line.asked_name,
        "email": line.asked_email,
        "role": line.asked_role,
        "account": line.asked_account,
    }
    return {
        f"line-{line.pk}-{key}": value for key, value in (told | {"answer": answer} | more).items()
    }


def test_staff_record_a_person_with_a_role_and_see_the_risks(
    signed_in: Any, importer: Importer, analyst: User
) -> None:
    client, address = signed_in(analyst), f"/importers/{importer.pk}/portal/"
    assert "Nobody is on record" in text_of(client, address)

    answer = client.post(
        f"{address}new/",
        {"name": "Rosa Roy", "email": "rosa@maple.example", "kind": "employee", "role": "bam"},
    )

    assert answer.status_code == 302
    page = text_of(client, address)
    assert "Rosa Roy" in page
    assert "Only one business account manager" in page
    assert "No business account manager" not in page


def test_a_role_that_cannot_be_leaves_no_person_behind(
    signed_in: Any, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.first()
    form = {"name": "Rosa Roy", "email": "rosa@maple.example", "kind": "employee"}

    answer = signed_in(analyst).post(
        f"/importers/{importer.pk}/portal/new/", form | {"role": "bam", "account": account.pk}
    )

    assert answer.status_code == 422
    assert "has every program account: choose none" in words_of(answer)
    with importer_scope(importer.pk):
        assert PortalUser.objects.count() == 0


def test_an_owner_answers_a_round_and_staff_apply_what_was_corrected(
    signed_in: Any, importer: Importer, analyst: User, owner: User, record: Any, today: Any
) -> None:
    record("Rosa Roy", "bam", days_ago=100)
    record("Sam Sy", "editor", account="123456782RM0001")
    record("Lea Lee", "reader", account="123456782RM0001")
    staff = signed_in(analyst)
    round_ = start_round(staff, importer, today + timedelta(days=14))
    letters = Letter.objects.filter(to_address=owner.email)
    assert [one.subject for one in letters] == [
        "Who has access to the CARM portal for Maple Furniture Inc.?"
    ]

    lines = lines_of(importer)
    answers = (
        said(lines["Rosa Roy"], "confirm")
        | said(lines["Sam Sy"], "correct", role="pam")
        | said(lines["Lea Lee"], "left", left_on="2026-10-01")
        | {
            "missing-0-name": "Bo Bell",
            "missing-0-email": "bo@maple.example",
            "missing-0-role": "bam",
        }
    )
    client, address = signed_in(owner), f"/portal-verifications/{round_.pk}/"
    assert "Sam Sy" in text_of(client, address)
    assert client.post(address, answers).status_code == 302

    page = text_of(staff, address)
    assert page.count("Leave the record as it is") == 3
    for line in lines_of(importer).values():
        if line.waits_for_us:
            decided = staff.post(
                f"/portal-verification-lines/{line.pk}/decision/",
                {"decision": "applied", "kind": "employee"},
                follow=True,
            )
            assert decided.status_code == 200
    assert "Done" in text_of(staff, address)
    with importer_scope(importer.pk):
        held = PortalRole.objects.filter(ended_on=None).order_by("portal_user__name")
        assert [(one.portal_user.name, one.role, one.verified_on == today) for one in held] == [
            ("Bo Bell", "bam", True),
            ("Lea Lee", "reader", False),
            ("Rosa Roy", "bam", True),
            ("Sam Sy", "pam", True),
        ]
        assert str(PortalUser.objects.get(name="Lea Lee").left_on) == "2026-10-01"
    assert "Left, and not removed" in text_of(staff, f"/importers/{importer.pk}/portal/")


def test_a_round_with_a_line_unanswered_keeps_nothing(
    signed_in: Any, importer: Importer, analyst: User, owner: User, record: Any, today: Any
) -> None:
    record("Rosa Roy")
    record("Sam Sy", "bam")
    round_ = start_round(signed_in(analyst), importer, today)
    lines = lines_of(importer)

    answer = signed_in(owner).post(
        f"/portal-verifications/{round_.pk}/",
        said(lines["Rosa Roy"], "confirm") | said(lines["Sam Sy"], ""),
    )

    assert answer.status_code == 422
    assert "Sam Sy: the answers are" in words_of(answer)
    with importer_scope(importer.pk):
        assert PortalRole.objects.exclude(verified_on=None).count() == 0


def test_the_table_says_unknown_where_no_source_says_anything(
    signed_in: Any, analyst: User
) -> None:
    page = text_of(signed_in(analyst), "/portal/permissions/")

    assert "Enrol in Release Prior to Payment and post security" in page
    assert "Unknown is unknown" in page
    assert "[1]" in page


def test_who_at_this_importer_can_approve_a_broker(
    signed_in: Any, importer: Importer, owner: User, record: Any
) -> None:
    record("Rosa Roy", "bam")
    record("Sam Sy", "pam", account="123456782RM0002")
    record("Lea Lee", "reader", account="123456782RM0001")

    page = text_of(
        signed_in(owner),
        f"/importers/{importer.pk}/portal/permissions/?action=approve_third_parties",
    )

    assert "Lea Lee No" in page
    assert "Rosa Roy Yes" in page
    assert "Sam Sy Yes 123456782RM0002" in page


def test_the_register_lists_risks_across_importers_and_exports_them(
    signed_in: Any, importer: Importer, stranger: Importer, administrator: User, record: Any
) -> None:
    record("Rosa Roy", "bam")
    client = signed_in(administrator)

    page = text_of(client, "/portal/?risk=single_bam")
    export = client.get("/portal/export/?risk=nobody_recorded").content.decode("utf-8-sig")

    assert "Maple Furniture Inc." in page
    assert "Northern Optics Ltd." not in page
    assert [row.split(",")[0] for row in export.splitlines()] == [
        "Importer",
        "Northern Optics Ltd.",
    ]
