"""What an importer and its program accounts are: kept, changed, told with before and after."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.refusals import Refused
from clients.actions.importers import normalised_number
from clients.models import BN15_PATTERN, Importer, ProgramAccount, User

PROFILE = (
    *("legal_name", "trade_names", "name_at_cbsa", "name_seen_on", "state"),
    *("is_resident", "language", "document_language"),
)
ACCOUNT = ("name", "profile", "status")
MOST_TRADE_NAMES, LONGEST_NAME, LONGEST_ACCOUNT_NAME = 20, 200, 100


@transaction.atomic
def change_profile(*, importer: Importer, by: Any, **told: Any) -> bool:
    """Keep what is told of an importer, of the fields in `PROFILE`; others stay as they are.

    `trade_names` is a text with one name a line. False if nothing changes; raises `Refused` with
    every reason.
    """
    held = Importer.objects.select_for_update().get(pk=importer.pk)
    before = {name: getattr(held, name) for name in PROFILE}
    after = before | {name: _tidy(name, value) for name, value in told.items()}
    if not after["name_at_cbsa"]:
        after["name_seen_on"] = None
    if reasons := list(_reasons_against(after)):
        raise Refused(*reasons)
    return _kept(held, importer, before, after, "importer profile changed", by)


def _tidy(name: str, value: Any) -> Any:
    if name == "trade_names":
        lines = (" ".join(line.split()) for line in str(value).splitlines())
        return "\n".join(dict.fromkeys(line for line in lines if line))
    return value.strip() if isinstance(value, str) else value


def _reasons_against(told: Mapping[str, Any]) -> Iterator[str]:
    trade_names = told["trade_names"].splitlines()
    names = [told["legal_name"], told["name_at_cbsa"], *trade_names]
    if not told["legal_name"]:
        yield _("Give the legal name, exactly as the CBSA has it.")
    if any(len(name) > LONGEST_NAME for name in names):
        yield _("A name has at most %(count)s characters.") % {"count": LONGEST_NAME}
    if any("\x00" in name for name in names):
        yield _("A name holds a character that cannot be kept; type it again.")
    if len(trade_names) > MOST_TRADE_NAMES:
        yield _("At most %(count)s trade names.") % {"count": MOST_TRADE_NAMES}
    yield from _reasons_against_choices(told)
    yield from _reasons_against_day(told["name_at_cbsa"], told["name_seen_on"])


def _reasons_against_choices(told: Mapping[str, Any]) -> Iterator[str]:
    if told["state"] not in Importer.State.values:
        yield _("Say whether it is a prospect, a client or a former client.")
    languages = told["language"], told["document_language"]
    if not set(languages) <= set(User.Language.values):
        yield _("The languages are English and French.")


def _reasons_against_day(name: str, seen_on: date | None) -> Iterator[str]:
    if name and not seen_on:
        yield _("Say on which day the name at the CBSA was seen.")
    if seen_on and seen_on > today_in_toronto():
        yield _("The day on which the name was seen has not come yet.")


@transaction.atomic
def add_account(
    *,
    importer: Importer,
    bn15: str,
    by: Any,
    name: str = "",
    profile: str = "",
    status: str = "",
) -> ProgramAccount:
    """Add an RM account to an importer; raises `Refused` with every reason."""
    number = normalised_number(bn15)
    account = ProgramAccount(
        importer=importer, bn15=number, name=name.strip(), profile=profile, status=status
    )
    reasons = [*_reasons_against_number(number, importer), *_reasons_against_account(account)]
    if reasons:
        raise Refused(*reasons)
    account.save(force_insert=True)
    audit.record(
        "program account added",
        importer_id=importer.pk,
        by=by,
        target=account,
        after={"program_account": number, **_told_of(account)},
    )
    return account


def _reasons_against_number(number: str, importer: Importer) -> Iterator[str]:
    if not re.fullmatch(BN15_PATTERN, number):
        yield _("“%(account)s” is not a program account: BN9, RM and four digits.") % {
            "account": number[:40]
        }
    elif not number.startswith(importer.bn9):
        yield _("Program account %(account)s does not belong to business number %(bn9)s.") % {
            "account": number,
            "bn9": importer.bn9,
        }
    elif ProgramAccount.objects.filter(importer=importer, bn15=number).exists():
        yield _("Program account %(account)s is already registered.") % {"account": number}


def _reasons_against_account(account: ProgramAccount) -> Iterator[str]:
    if len(account.name) > LONGEST_ACCOUNT_NAME or "\x00" in account.name:
        yield _("The name of an account has at most %(count)s characters.") % {
            "count": LONGEST_ACCOUNT_NAME
        }
    if account.profile not in ("", *ProgramAccount.Profile.values):
        yield _("The profile of an account is importer, exporter or both.")
    if account.status not in ("", *ProgramAccount.Status.values):
        yield _("The status of an account is active, inactive or closed.")


def _told_of(account: ProgramAccount) -> dict[str, Any]:
    return {name: getattr(account, name) for name in ACCOUNT}


@transaction.atomic
def change_account(*, account: ProgramAccount, by: Any, **told: str) -> bool:
    """Keep what is told of an account, of the fields in `ACCOUNT`; empty says: not known.

    False if nothing changes; raises `Refused` with every reason.
    """
    held = ProgramAccount.objects.select_for_update().get(pk=account.pk)
    before = _told_of(held)
    after = before | {name: value.strip() for name, value in told.items()}
    wished = ProgramAccount(bn15=held.bn15, **after)
    if reasons := list(_reasons_against_account(wished)):
        raise Refused(*reasons)
    return _kept(held, account, before, after, "program account changed", by)


def _kept(
    held: Any, row: Any, before: dict[str, Any], after: dict[str, Any], action: str, by: Any
) -> bool:
    """Write what differs on the locked row and the caller's copy, and tell it."""
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return False
    for name in changed:
        setattr(held, name, after[name])
        setattr(row, name, after[name])
    held.save(update_fields=changed)
    audit.record(
        action,
        importer_id=getattr(held, "importer_id", held.pk),
        by=by,
        target=held,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return True
