"""How the stories of readiness put one thing right: in one line, as people tell it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import translation

from clients.actions.documents import keep_document
from clients.actions.importer_profiles import change_account, change_profile
from clients.actions.portal import give_role, record_portal_user
from clients.actions.readiness_answers import answer_question
from clients.actions.security import note_release_status, record_security
from clients.models import (
    Document,
    Importer,
    ImporterContact,
    PortalUser,
    ProgramAccount,
    ReadinessAnswer,
    SecurityInstrument,
    User,
)
from clients.queries.readiness import Judged, readiness_of
from clients.queries.readiness_words import facts_told, sentence
from reconciliation.actions import sign_off
from tests.books import reconciled, soa
from tests.delegation.stories import active, signed
from tests.documents.conftest import pdf, upload

TODAY = date(2026, 11, 23)
OCTOBER = date(2026, 10, 17)  # the statement of the 25th of October, due on the 30th
FIRST, SECOND = "123456782RM0001", "123456782RM0002"
Said = tuple[str, str]


def judged(importer: Importer, code: str, bn15: str = "", today: date = TODAY) -> Judged:
    """What a check says of an importer, or of one of its accounts; in words, too."""
    found = readiness_of(importer.pk, today).judged
    [one] = [
        one
        for one in found
        if one.check.code == code and (one.account.bn15 if one.account else "") == bn15
    ]
    for language in ("en", "fr"):
        with translation.override(language):
            assert sentence(one.check, one.outcome)  # every fact in it is there
            facts_told(one.check, one.outcome)
    return one


def said(importer: Importer, code: str, bn15: str = "", today: date = TODAY) -> Said:
    """What a check says, in two words: the result and the reason."""
    one = judged(importer, code, bn15, today)
    return one.result.value, one.outcome.reason


def weight(importer: Importer, code: str, bn15: str = "", today: date = TODAY) -> str:
    """What a check weighs as things stand."""
    return judged(importer, code, bn15, today).severity.value


def person(
    importer: Importer, name: str, by: User, role: str = "bam", days_ago: int = 0, **days: Any
) -> PortalUser:
    """Somebody in the portal, with a role that was seen so many days ago."""
    told: dict[str, Any] = {"by": by, "today": TODAY - timedelta(days=days_ago)}
    address = name.lower().replace(" ", ".") + "@maple.example"
    made = record_portal_user(importer=importer, name=name, email=address, kind="employee", **told)
    give_role(portal_user=made, role=role, **told, **days)
    return made


def bond(
    account: ProgramAccount, by: User, amount: str = "10000.00", **told: Any
) -> SecurityInstrument:
    """A bond since January without a last day, looked at since the review of October."""
    usual = {"form": "bond", "valid_from": date(2026, 2, 1), "reviewed_on": date(2026, 11, 2)}
    return record_security(account=account, amount=Decimal(amount), by=by, **(usual | told))


def release(account: ProgramAccount, by: User, status: str = "enrolled") -> None:
    """What the portal showed of release prior to payment, today."""
    note_release_status(account=account, status=status, seen_on=TODAY, by=by)


def pays(account: ProgramAccount, payer: str, by_debit: bool | None = None) -> None:
    """Who pays, and whether the debit is on."""
    ProgramAccount.objects.filter(pk=account.pk).update(payer=payer, pays_by_debit=by_debit)


def reachable(importer: Importer, *functions: str) -> None:
    """Somebody to reach for each function."""
    for function in functions:
        ImporterContact.objects.create(
            importer=importer, name="Olivia Chen", function=function, email="o@maple.example",
            language="en",
        )  # fmt: skip


def answer(
    importer: Importer,
    code: str,
    by: User,
    account: ProgramAccount | None = None,
    **told: Any,
) -> ReadinessAnswer:
    """Somebody looked today, found that it is so, and says where."""
    usual = {
        "is_met": True,
        "statement": "It is as it should be.",
        "evidence_reference": "Portal",
        "said_on": TODAY,
        "today": TODAY,
    }
    return answer_question(
        importer=importer, question=code, account=account, by=by, **(usual | told)
    )


def document(importer: Importer, by: User) -> Document:
    """A paper of the importer that proves something."""
    content = upload(pdf("Records are in Halifax"), "records.pdf")
    told = {"importer": importer, "by": by, "kind": "cargo_control", "title": "Where records are"}
    return keep_document(content=content, **told).document


def put_business_right(importer: Importer, by: User) -> None:
    """Everything that is asked of an importer as a whole."""
    change_profile(importer=importer, by=by, name_at_cbsa=importer.legal_name, name_seen_on=TODAY)
    for name in ("Rosa Roy", "Ben Brook"):
        person(importer, name, by)
    reachable(importer, "finance", "operations", "customs")
    parties = {"importer_name": importer.legal_name, "importer_bn9": importer.bn9}
    signed(importer, by, **parties)
    active(importer)
    for code in ("R03", "R04", "R17", "R21"):
        answer(importer, code, by)


def put_account_right(account: ProgramAccount, by: User, reviewer: User) -> None:
    """Everything that is asked of one of its accounts."""
    change_account(account=account, by=by, profile="importer")
    pays(account, "importer", by_debit=True)
    release(account, by)
    bond(account, by)
    run = reconciled(soa(account, last=OCTOBER))
    sign_off(run=run, by=by)
    sign_off(run=run, by=reviewer)
    importer = Importer.objects.get(pk=account.importer_id)
    answer(importer, "R22", by, account)
