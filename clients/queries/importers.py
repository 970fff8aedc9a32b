"""Importers and their program accounts, found by number or by words."""

import re
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, OuterRef, Q
from django.utils.translation import gettext as _

from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import Importer, ProgramAccount
from clients.queries.staff import named_lead


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


# accents, case and punctuation aside; the embedded PostgreSQL has no ICU collations
_AS_PEOPLE_SORT = Func(
    F("legal_name"),
    template="regexp_replace(normalize(lower(%(expressions)s), NFD), '[^a-z0-9 ]', '', 'g')",
)


def with_leads(importers: Any) -> Any:
    """Importers, each with the name of the person of our staff it is named to."""
    return importers.annotate(lead_name=named_lead("full_name"))


def importers_seen(search: str = "") -> Any:
    """The importers in the open scope by name, those that the words fit, with their accounts."""
    importers = with_leads(Importer.objects.all()).annotate(
        account_numbers=ArraySubquery(
            ProgramAccount.objects.filter(importer=OuterRef("pk")).values("bn15")
        ),
    )
    words = search.strip()
    if words:
        number = re.sub(r"\W", "", words).upper()
        importers = importers.filter(
            Q(legal_name__icontains=words) | Q(bn9__startswith=number[:9] or "-")
        )
    return importers.order_by(_AS_PEOPLE_SORT, "legal_name", "id")
