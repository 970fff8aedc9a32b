"""What the demonstration knows of its importers: names, accounts, and whom to reach."""

from datetime import timedelta
from typing import Any

from carmsvc.demo.cast import CASCADE, MAPLE
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions.importer_contacts import add_contact
from clients.actions.importer_profiles import change_account, change_profile
from clients.models import Importer, ImporterContact, ProgramAccount, User

# by BN9: what is told of the importer; the day is so many days ago
NAMES: dict[str, dict[str, Any]] = {
    MAPLE.bn9: {
        "trade_names": "Maple Home\nMaple Office",
        "name_at_cbsa": "MAPLE FURNITURE INC",
        "is_resident": True,
    },
    "100000009": {"name_at_cbsa": "Northern Optics Ltd.", "is_resident": True},
    "102345675": {"trade_names": "Sucre de Beauce", "is_resident": True},
    "105678908": {"name_at_cbsa": "Distributions Lavoie Ltd.", "is_resident": True},
    "106789019": {"is_resident": False},
    CASCADE: {"name_at_cbsa": "Cascade Medical Devices Inc.", "is_resident": True},
    "111234563": {"state": Importer.State.PROSPECT},
}
SEEN_DAYS_AGO = 12
CONTACTS = (
    (MAPLE.bn9, "Olivia Chen", "management", "President", "514 555-0110"),
    (MAPLE.bn9, "Paul Girard", "finance", "Controller", "514 555-0111"),
    (MAPLE.bn9, "Night desk", "after_hours", "", "514 555-0199"),
    ("100000009", "Rita Novak", "customs", "Trade compliance", "416 555-0120"),
    ("102345675", "Luc Poulin", "finance", "Directeur des finances", "418 555-0130"),
    (CASCADE, "Priya Raman", "finance", "Chief financial officer", "604 555-0150"),
    (CASCADE, "George Whitford", "operations", "Warehouse manager", "604 555-0151"),
    (CASCADE, "Elena Soto", "customs", "Regulatory affairs", "604 555-0152"),
    ("105678908", "Manon Lavoie", "management", "Présidente", "450 555-0140"),
)
PROFILES = {f"{MAPLE.bn9}RM0001": "both", f"{MAPLE.bn9}RM0002": "importer"}


def seed_profiles(by: User) -> None:
    """Describe the importers; what is there stays."""
    with importer_scope(every_importer_id()):
        known = {one.bn9: one for one in Importer.objects.all()}
        for importer in known.values():
            _describe(importer, by)
        for bn9, name, function, title, phone in CONTACTS:
            _contact(known[bn9], by, name=name, function=function, title=title, phone=phone)
        for account in ProgramAccount.objects.all():
            profile = PROFILES.get(account.bn15, "importer")
            change_account(account=account, by=by, profile=profile, status="active")


def _describe(importer: Importer, by: User) -> None:
    told = NAMES.get(importer.bn9, {}) | {"document_language": importer.language}
    if "name_at_cbsa" in told:
        told["name_seen_on"] = importer.name_seen_on or (
            today_in_toronto() - timedelta(days=SEEN_DAYS_AGO)
        )
    change_profile(importer=importer, by=by, **told)


def _contact(importer: Importer, by: User, **told: str) -> None:
    if not ImporterContact.objects.filter(importer=importer, name=told["name"]).exists():
        add_contact(importer=importer, by=by, language=importer.language, **told)
