"""Looking at an importer as one of its roles: when it began and when it ended, and who looked."""

from datetime import datetime

from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, Membership, User
from clients.rules import Viewing


def begin_viewing(*, person: User, importer: Importer, role: str, now: datetime) -> Viewing:
    """Begin to look at an importer as one of its roles; told on its chain. Raises `Refused`."""
    if role not in Membership.Role.values:
        raise Refused(_("There is no role “%(role)s”.") % {"role": role})
    viewing = Viewing(importer.pk, role, now)
    with importer_scope(importer.pk):
        audit.record(
            "view as began",
            importer_id=importer.pk,
            by=person,
            target=importer,
            after={"role": role},
        )
    return viewing


def end_viewing(*, person: User, viewing: Viewing, because: str) -> None:
    """Tell on the importer's chain that somebody no longer looks as its role, and why:
    `ended`, `expired`, `signed out`, `right lost` or `importer lost`.
    """
    with importer_scope(viewing.importer_id):
        audit.record(
            "view as ended",
            importer_id=viewing.importer_id,
            by=person,
            target=Importer.objects.get(pk=viewing.importer_id),
            before={"role": viewing.role},
            because=because,
            since=viewing.since,
        )
