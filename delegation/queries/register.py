"""The register: delegations across importers, filtered, by pages that begin after a row."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Func, Q, TextField

from clients.models import GroupedImporter, Importer
from delegation.models import Delegation
from delegation.queries.delegations import EXPIRING
from delegation.rules import ACTING, ProviderKind, State

SOON = timedelta(days=60)


@dataclass(frozen=True)
class RegisterPage:
    """Some rows of the register, and after which row the next page begins."""

    rows: list[Any]
    after: int | None


def register(today: date, **wish: Any) -> Any:
    """Delegations of the open scope that fit, by the importer's name."""
    rows = Delegation.objects.select_related("importer")
    if "state" in wish:
        rows = rows.filter(state=wish["state"])
    if "provider" in wish:
        rows = rows.filter(provider_kind=wish["provider"])
    if wish.get("attention") == "expiring":
        rows = rows.filter(effective_to__lte=today + SOON, state__in=EXPIRING)
    if wish.get("attention") == "review":
        rows = rows.filter(review_on__lte=today).exclude(state=State.CANCELLED.value)
    if "group" in wish:
        rows = rows.filter(importer__in=_of_group(wish["group"]))
    if "search" in wish:
        words = wish["search"].strip()
        rows = rows.filter(_named("importer__", words) | Q(provider_name__icontains=words))
    return _by_name(rows)


def importers_without(**wish: Any) -> Any:
    """Importers of the open scope for which no delegation of ours works, by name."""
    acting = Delegation.objects.filter(
        provider_kind=ProviderKind.OUR_BROKERAGE, state__in=sorted(ACTING)
    )
    # asked once as a whole: row by row it takes a minute where the table was never analysed
    rows = Importer.objects.exclude(pk__in=acting.values("importer_id"))
    if "group" in wish:
        rows = rows.filter(pk__in=_of_group(wish["group"]))
    if "search" in wish:
        rows = rows.filter(_named("", wish["search"].strip()))
    return _by_name(rows)


def _of_group(group: Any) -> Any:
    return GroupedImporter.objects.filter(group=group).values("importer_id")


def _named(prefix: str, words: str) -> Q:
    return Q(**{f"{prefix}legal_name__icontains": words}) | Q(**{f"{prefix}bn9__startswith": words})


def _by_name(rows: Any) -> Any:
    """As people sort names: accents, case and punctuation aside."""
    name = "legal_name" if rows.model is Importer else "importer__legal_name"
    sorting = Func(
        F(name),
        template="regexp_replace(normalize(lower(%(expressions)s), NFD), '[^a-z0-9 ]', '', 'g')",
        output_field=TextField(),
    )
    return rows.annotate(sort_name=sorting).order_by("sort_name", "id")


def page_after(rows: Any, after: str, size: int) -> RegisterPage:
    """The rows behind one, whatever came or went meanwhile; the first ones if it is not there."""
    if after.isdecimal() and len(after) < 19:
        whole = _by_name(rows.model.objects.all())
        place = whole.filter(pk=int(after)).values_list("sort_name", "pk").first()
        if place:
            tied = Q(sort_name=place[0], pk__gt=place[1])
            rows = rows.filter(Q(sort_name__gt=place[0]) | tied)
    found = list(rows[: size + 1])
    return RegisterPage(found[:size], found[size - 1].pk if len(found) > size else None)


def tally() -> dict[str, int]:
    """How many delegations of the open scope are in each state, and how many importers have none
    of ours that works.
    """
    rows = Delegation.objects.order_by().values_list("state").annotate(count=Count("id"))
    counts = dict(rows)
    found = {state.value: counts.get(state.value, 0) for state in State}
    return found | {"missing": importers_without().count()}
