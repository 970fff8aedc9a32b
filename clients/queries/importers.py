"""Importers and their program accounts, found by number or by words."""

import re
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.utils.translation import gettext as _

from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import Importer, ProgramAccount
from clients.queries.staff import named_lead
from clients.search import BN9_RANGE, BN15_RANGE, Sought, number_range


def importer_by_bn9(bn9: str) -> Importer | None:
    """The importer with this BN9 in the open scope."""
    return Importer.objects.filter(bn9=bn9).first()


def importer_numbered(bn9: str) -> Importer:
    """The importer with this BN9 whoever may see it, for commands; raises `Refused`."""
    with importer_scope(every_importer_id()):
        importer = importer_by_bn9(bn9.strip())
    if importer is None:
        raise Refused(_("There is no importer with business number %(bn9)s.") % {"bn9": bn9})
    return importer


def account_numbered(bn15: str) -> ProgramAccount:
    """The program account with this BN15 whoever may see it, for commands; raises `Refused`."""
    with importer_scope(every_importer_id()):
        account: ProgramAccount | None = ProgramAccount.objects.filter(
            bn15=re.sub(r"\s", "", bn15).upper()
        ).first()
    if account is None:
        raise Refused(_("There is no program account %(bn15)s.") % {"bn15": bn15})
    return account


def with_leads(importers: Any) -> Any:
    """Importers, each with the name of the person of our staff it is named to."""
    return importers.annotate(lead_name=named_lead("full_name"))


def with_accounts(importers: Any) -> Any:
    """Importers, each with the numbers of its program accounts."""
    accounts = ProgramAccount.objects.filter(importer=OuterRef("pk")).order_by("bn15")
    return importers.annotate(account_numbers=ArraySubquery(accounts.values("bn15")))


def importers_seen(search: str = "") -> Any:
    """The importers in the open scope by name, those that the words fit, with their accounts."""
    importers = with_accounts(with_leads(Importer.objects.all()))
    if search.strip():
        importers = importers.filter(importers_fitting(Sought(search)))
    return importers.order_by("folded_name", "id")


def importers_fitting(sought: Sought) -> Q:
    """A condition on importers: every word stands in the legal or a trade name, accents and case
    aside, or the number begins its business number or the number of one of its accounts.
    """
    words = sought.folded.split()
    named = Q() if words else Q(pk__in=[])
    for word in words:
        named &= Q(folded_name__contains=word) | Q(folded_trade_names__contains=word)
    return named | _numbered(sought.number)


def _numbered(number: str) -> Q:
    bounds = number_range(number, BN15_RANGE)
    if bounds is None:
        return Q(pk__in=[])
    if len(number) <= len(BN9_RANGE[0]):
        return Q(bn9__range=[bound[:9] for bound in bounds])
    accounts = ProgramAccount.objects.filter(bn15__range=bounds)
    return Q(pk__in=accounts.values("importer_id"))
