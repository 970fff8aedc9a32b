"""Who pays what a program account owes, and whether the CBSA debits it by agreement."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.models import ProgramAccount


@transaction.atomic
def arrange_payer(
    *, account: ProgramAccount, payer: str, pays_by_debit: bool | None, by: Any
) -> bool:
    """Keep who pays an account and whether its pre-authorized debit is on (None: not known).

    False if nothing changes; raises `Refused` for a payer there is not.
    """
    if payer and payer not in ProgramAccount.Payer.values:
        words = ", ".join(str(label) for label in ProgramAccount.Payer.labels)
        raise Refused(_("Say who pays, one of: %(words)s.") % {"words": words})
    held = ProgramAccount.objects.select_for_update().get(pk=account.pk)
    before = {"payer": held.payer, "pays_by_debit": held.pays_by_debit}
    after = {"payer": payer, "pays_by_debit": pays_by_debit}
    if before == after:
        return False
    ProgramAccount.objects.filter(pk=held.pk).update(**after)
    account.payer, account.pays_by_debit = payer, pays_by_debit
    audit.record(
        "payer arrangement changed",
        importer_id=held.importer_id,
        by=by,
        target=held,
        before=before,
        after=after,
        program_account=held.bn15,
    )
    return True
