"""What stands in an importer's profile: names, a contact; a list of clients of the brokerage's."""

from datetime import date
from typing import Any

from clients.models import ClientList, Importer, ImporterContact, User

ON = date(2026, 10, 1)


def settle_profile(tenant: Any, analyst: User) -> None:
    """Names that tell whose they are, somebody to reach, and a list somebody sent."""
    word = tenant.word
    Importer.objects.filter(pk=tenant.importer.pk).update(
        trade_names=f"Trading {word}", name_at_cbsa=f"Known as {word}", name_seen_on=ON
    )
    contact = ImporterContact.objects.create(
        importer=tenant.importer,
        name=f"Contact {word}",
        function="finance",
        title=f"Title {word}",
        email=f"contact@{word.lower()}.example",
        phone=f"Phone {word}",
        language="en",
    )
    sent = ClientList.objects.get_or_create(
        sha256="0" * 64, defaults={"file_name": "list.csv", "row_count": 0, "sent_by": analyst}
    )[0]
    tenant.ids |= {"importer_contact_id": contact.pk, "list_id": sent.pk}
