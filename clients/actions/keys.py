"""Keys for integrations."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from carmsvc.platform import api_keys, audit
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from clients.queries import importer_ids_for


def issue_api_key(
    *,
    name: str,
    user: User,
    importers: Iterable[Importer],
    may_write: bool,
    by: object,
    expires_at: datetime | None = None,
) -> tuple[api_keys.ApiKey, str]:
    """Make a key for importers its user sees; the second value is shown once, never again."""
    chosen = list(importers)
    seen = set(importer_ids_for(user))
    reasons = [
        _("%(user)s does not see importer %(bn9)s.") % {"user": user, "bn9": importer.bn9}
        for importer in chosen
        if importer.pk not in seen
    ]
    if reasons:
        raise Refused(*reasons)
    ids = [importer.pk for importer in chosen]
    with transaction.atomic():
        key, text = api_keys.create_api_key(
            name=name, user=user, importer_ids=ids, may_write=may_write, expires_at=expires_at
        )
        for importer_id in ids:
            with importer_scope(importer_id):
                told = {"name": name, "user": user.email, "may_write": may_write}
                audit.record("API key created", importer_id=importer_id, by=by, target=key, **told)
    return key, text
