"""Agency agreements: drawn up, put on paper by a worker, signed, ended."""

import hashlib
import logging
from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from carmsvc.platform import audit, work
from carmsvc.platform.nudge import nudge
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from clients.queries import lead_for
from delegation.actions.evidence import check_scan
from delegation.models import AgencyAgreement, AgreementPaper
from delegation.paper import agreement_pdf
from delegation.rules import Act

logger = logging.getLogger(__name__)
TOLD: tuple[str, ...] = (
    *("importer_name", "importer_bn9", "broker_name", "broker_bn9", "scope", "effective_on"),
    *("ends_on", "allows_sub_agents", "importer_signatory", "broker_signatory"),
)


def draw_up_agreement(
    *, importer: Importer, scope: Collection[str], by: User | None, **parties: Any
) -> AgencyAgreement:
    """Draw up an agreement and have its paper made. Raises `Refused`."""
    agreement = AgencyAgreement(importer=importer, created_by=by, **parties)
    agreement.scope = [act.value for act in Act if act.value in set(scope)]
    reasons = [
        _("There is no such act: %(act)s.") % {"act": one}
        for one in sorted(set(scope) - set(agreement.scope))
    ]
    if not scope:
        reasons.append(_("Choose at least one thing that the agreement lets us do."))
    if agreement.ends_on and agreement.ends_on < agreement.effective_on:
        reasons.append(_("The last day lies before the first day."))
    reasons += _wrong_fields(agreement)
    if reasons:
        raise Refused(*reasons)
    agreement.save()
    after = {name: getattr(agreement, name) for name in TOLD}
    _tell("agency agreement drawn up", agreement, by, after=after)
    request_paper(agreement=agreement, by=by)
    return agreement


def _wrong_fields(agreement: AgencyAgreement) -> list[str]:
    """What is missing or wrong of the parties and their signatories, by its name."""
    try:
        agreement.clean_fields(exclude=("importer", "created_by", "scope"))
    except ValidationError as error:
        named = {field.name: capfirst(field.verbose_name) for field in agreement._meta.fields}
        return [
            f"{_('%(words)s:') % {'words': named[name]}} {told}"
            for name, messages in error.message_dict.items()
            for told in messages
        ]
    return []


def request_paper(*, agreement: AgencyAgreement, by: User | None) -> AgreementPaper:
    """Ask for the agreement as a PDF; a worker makes it."""
    paper = AgreementPaper.objects.create(
        importer_id=agreement.importer_id, agreement=agreement, requested_by=by
    )
    _tell("agreement paper requested", agreement, by)
    nudge("delegation.tasks.write_paper", importer_id=agreement.importer_id, paper_id=paper.pk)
    return paper


def write_paper(*, importer_id: int, paper_id: int) -> bool:
    """Make the PDF of one agreement; False if another worker has it, it is done, or it failed."""
    with importer_scope(importer_id):
        token = work.claim(AgreementPaper, paper_id)
    if token is None:
        return False
    try:
        _write(importer_id, paper_id, token)
    except work.LostClaim:
        logger.warning("paper %s was taken over by another worker", paper_id)
        return False
    except Exception as failure:
        logger.exception("paper %s failed", paper_id)
        _give_back(importer_id, paper_id, token, failure)
        return False
    return True


def _write(importer_id: int, paper_id: int, token: Any) -> None:
    with importer_scope(importer_id):
        agreement = AgreementPaper.objects.select_related("agreement").get(pk=paper_id).agreement
    content = agreement_pdf(agreement)
    with importer_scope(importer_id):
        paper = work.hold(AgreementPaper, paper_id, token)
        paper.file.save("agreement.pdf", ContentFile(content), save=False)
        paper.sha256, paper.state = hashlib.sha256(content).hexdigest(), paper.State.WRITTEN
        paper.claim_token = paper.leased_until = None
        paper.save()
        _tell("agreement paper written", agreement, "worker", sha256=paper.sha256)


def _give_back(importer_id: int, paper_id: int, token: Any, failure: Exception) -> None:
    with importer_scope(importer_id):
        person = lead_for(importer_id)
        if work.give_back(AgreementPaper, paper_id, token, repr(failure), person):
            _tell_parked(paper_id, person)


def _tell_parked(paper_id: int, person: User | None) -> None:
    paper = AgreementPaper.objects.select_related("agreement").get(pk=paper_id)
    after = {"parked_for": person.email if person else None}
    _tell("agreement paper parked", paper.agreement, "worker", after=after)


def park_exhausted_papers(importers: Collection[int]) -> int:
    """Park papers whose worker died three times without a word; returns how many."""
    parked: list[tuple[int, User | None]] = []

    def person_for(paper: AgreementPaper) -> User | None:
        person = lead_for(paper.importer_id)
        parked.append((paper.pk, person))
        return person

    with importer_scope(importers):
        work.park_exhausted(AgreementPaper, person_for)
        for paper_id, person in parked:
            _tell_parked(paper_id, person)
    return len(parked)


@transaction.atomic
def keep_signed_copy(
    *,
    agreement: AgencyAgreement,
    content: "File[bytes]",
    file_name: str,
    signed_on: date,
    today: date,
    by: User,
) -> None:
    """Keep the copy that both parties signed, with its hash. Raises `Refused`.

    A signed agreement is not signed again: another one is drawn up.
    """
    held = _held(agreement)
    if held.signed_copy:
        raise Refused(_("A signed copy is kept already; draw up another agreement to replace it."))
    if held.terminated_on:
        raise Refused(_("This agreement has been ended; draw up another."))
    if signed_on > today:
        raise Refused(_("The day it was signed has not come yet."))
    digest = check_scan(content)
    held.signed_copy.save(file_name, content, save=False)
    held.signed_copy_name, held.signed_copy_sha256 = file_name[-255:], digest
    held.signed_on = signed_on
    held.save()
    after = {"signed_on": signed_on, "file_name": held.signed_copy_name, "sha256": digest}
    _tell("agency agreement signed", held, by, before={"signed_on": None}, after=after)


@transaction.atomic
def end_agreement(
    *, agreement: AgencyAgreement, on: date, today: date, reason: str, by: User
) -> None:
    """Record that either party ended the agreement on a day. Raises `Refused`."""
    held, reason = _held(agreement), " ".join(reason.split())
    if held.terminated_on:
        raise Refused(_("It ended on %(day)s already.") % {"day": held.terminated_on})
    if on > today:
        raise Refused(_("%(day)s has not come yet.") % {"day": on})
    if not reason:
        raise Refused(_("Say why: the reason stays in the history."))
    held.terminated_on, held.termination_reason = on, reason[:500]
    held.save()
    before, after = {"terminated_on": None}, {"terminated_on": on}
    _tell("agency agreement ended", held, by, before=before, after=after, reason=reason)


def open_signed_copy(*, agreement: AgencyAgreement, by: User) -> Any:
    """The signed copy, for whoever may see it; who took it is told. Raises `Refused`."""
    if not agreement.signed_copy:
        raise Refused(_("No signed copy is kept yet."))
    told = {"file_name": agreement.signed_copy_name, "sha256": agreement.signed_copy_sha256}
    _tell("signed agreement opened", agreement, by, **told)
    return agreement.signed_copy.open("rb")


def open_paper(*, paper: AgreementPaper, by: User) -> Any:
    """The PDF for signing; who took it is told. Raises `Refused` until it is ready."""
    if paper.state != paper.State.WRITTEN:
        raise Refused(_("The paper is still being made; try again in a minute."))
    _tell("agreement paper opened", paper.agreement, by, sha256=paper.sha256)
    return paper.file.open("rb")


def _held(agreement: AgencyAgreement) -> AgencyAgreement:
    rows = AgencyAgreement.objects.select_for_update(of=("self",))
    held: AgencyAgreement = rows.get(pk=agreement.pk)
    return held


def _tell(action: str, agreement: AgencyAgreement, by: object, **told: Any) -> None:
    audit.record(
        action, importer_id=agreement.importer_id, by=by or "command", target=agreement, **told
    )
