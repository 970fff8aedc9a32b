"""Registering importers, and taking the register of them out of the house."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from stdnum.ca import bn

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from carmsvc.platform.spreadsheet_safe import csv_bytes
from carmsvc.platform.tenancy import TenantKey, every_importer_id, importer_scope
from clients.models import BN9_PATTERN, BN15_PATTERN, Importer, ProgramAccount
from clients.overview import LEVEL_WORDS
from clients.queries.register import Standing


def normalised_number(text: str) -> str:
    """A business number without spaces, in capitals."""
    return re.sub(r"\s", "", text).upper()


def create_importer(
    *,
    legal_name: str,
    bn9: str,
    program_accounts: Iterable[str],
    by: object,
    state: str = Importer.State.CLIENT,
) -> Importer:
    """Create an importer with its RM accounts; raises `Refused` with every reason at once.

    `state`: a client, or a prospect, which is on its way to be one.
    """
    number = normalised_number(bn9)
    accounts = list(dict.fromkeys(map(normalised_number, program_accounts)))
    reasons = _reasons_against(legal_name, number, accounts)
    if state == Importer.State.FORMER:
        reasons.append(_("A new importer is a client or a prospect."))
    if reasons:
        raise Refused(*reasons)
    with transaction.atomic():
        key = TenantKey.objects.create()
        with importer_scope(key.pk):
            importer = Importer(id=key.pk, legal_name=legal_name.strip(), bn9=number, state=state)
            importer.save(force_insert=True)
            for bn15 in accounts:
                ProgramAccount.objects.create(importer=importer, bn15=bn15)
            after: dict[str, object] = {"legal_name": importer.legal_name, "bn9": number}
            after |= {"state": str(state), "program_accounts": accounts}
            audit.record(
                "importer created", importer_id=key.pk, by=by, target=importer, after=after
            )
    return importer


def _reasons_against(legal_name: str, bn9: str, accounts: list[str]) -> list[str]:
    reasons = []
    if not legal_name.strip():
        reasons.append(_("Give the legal name, exactly as the CBSA has it."))
    if not re.fullmatch(BN9_PATTERN, bn9):
        reasons.append(_("“%(bn9)s” is not a business number: nine digits.") % {"bn9": bn9})
    if not accounts:
        reasons.append(_("Give at least one program account, for example 123456782RM0001."))
    for account in accounts:
        if not re.fullmatch(BN15_PATTERN, account):
            reasons.append(
                _("“%(account)s” is not a program account: BN9, RM and four digits.")
                % {"account": account}
            )
        elif not account.startswith(bn9):
            reasons.append(
                _("Program account %(account)s does not belong to business number %(bn9)s.")
                % {"account": account, "bn9": bn9}
            )
    if not reasons and _exists(bn9):
        reasons.append(_("Business number %(bn9)s is already registered.") % {"bn9": bn9})
    return reasons


def warnings_about(bn9: str) -> list[str]:
    """What is odd about a business number without being a reason to refuse it."""
    if bn.is_valid(bn9):
        return []
    return [
        _("The check digit of business number %(bn9)s does not fit; look at it again.")
        % {"bn9": bn9}
    ]


def _exists(bn9: str) -> bool:
    with importer_scope(every_importer_id()):
        return Importer.objects.filter(bn9=bn9).exists()


def export_register(*, standings: Iterable[Standing], by: Any, sought: Mapping[str, Any]) -> bytes:
    """The register of importers as CSV; told on the brokerage's chain with what was looked for."""
    rows = [_register_row(one) for one in standings]
    audit.record_for_brokerage("importers exported", by=by, rows=len(rows), sought=sought)
    return csv_bytes([str(word) for word in _register_header()], rows)


def _register_header() -> list[str]:
    return [
        *(_("Legal name"), _("Trade names"), _("Business number"), _("Program accounts")),
        *(_("State"), _("Resident in Canada"), _("Language of mail"), _("Language of documents")),
        *(_("Looked after by"), _("Client groups"), _("Standing"), _("Why")),
    ]


def _register_row(one: Standing) -> list[str]:
    importer = one.importer
    residence = {None: "", True: _("Yes"), False: _("No")}
    return [
        *(importer.legal_name, "; ".join(importer.trade_name_list), importer.bn9),
        *(" ".join(importer.account_numbers), importer.get_state_display()),
        *(residence[importer.is_resident], importer.get_language_display()),
        *(importer.get_document_language_display(), importer.lead_name or ""),
        *("; ".join(importer.group_names), str(LEVEL_WORDS[one.level])),
        " ".join(str(concern.sentence) for concern in one.concerns),
    ]
