"""A list of clients as somebody keeps it in a spreadsheet: its headings, and what a row says.

Rows with the same business number are one importer with several accounts or contacts. An empty
cell says nothing; it never removes what is known.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# field -> the headings that mean it, in English and French, without accents and punctuation
HEADINGS: dict[str, tuple[str, ...]] = {
    "legal_name": (
        *("legal name", "name", "company", "company name", "importer", "client", "client name"),
        *("nom legal", "denomination sociale", "raison sociale", "nom", "importateur"),
        *("nom de l importateur", "nom du client", "entreprise"),
    ),
    "trade_names": (
        *("trade name", "trade names", "operating name", "operating as", "doing business as"),
        *("dba", "nom commercial", "noms commerciaux", "nom d exploitation"),
    ),
    "bn9": (
        *("bn9", "bn", "business number", "business no", "bn 9", "ne9", "ne"),
        *("numero d entreprise", "no d entreprise"),
    ),
    "accounts": (
        *("program account", "program accounts", "bn15", "bn 15", "rm account", "rm accounts"),
        *("rm", "importer account", "compte de programme", "comptes de programme", "ne15"),
        *("compte rm", "comptes rm", "compte d importateur"),
    ),
    "language": ("language", "preferred language", "langue", "langue preferee"),
    "is_resident": (
        *("resident", "resident in canada", "residency", "residence", "canadian resident"),
        *("resident au canada", "resident canadien"),
    ),
    "state": ("state", "status", "client status", "etat", "statut"),
    "group": ("group", "client group", "groupe", "groupe de clients"),
    "lead": (
        *("lead", "account manager", "looked after by", "responsible", "assigned to"),
        *("responsable", "charge de compte", "suivi par", "confie a"),
    ),
    "contact_name": (
        *("contact", "contact name", "contact person", "nom du contact", "personne ressource"),
    ),
    "contact_function": ("contact function", "function", "fonction", "fonction du contact"),
    "contact_email": (
        *("contact email", "contact e mail", "email", "e mail", "courriel"),
        *("courriel du contact", "adresse courriel"),
    ),
    "contact_phone": (
        *("contact phone", "phone", "telephone", "contact telephone", "telephone du contact"),
    ),
}
_MEANINGS = {heading: name for name, headings in HEADINGS.items() for heading in headings}
_LANGUAGES = {
    **dict.fromkeys(("en", "eng", "english", "anglais", "e", "a"), "en"),
    **dict.fromkeys(("fr", "fra", "fre", "french", "francais", "f"), "fr"),
}
_RESIDENCES = {
    **dict.fromkeys(("yes", "y", "true", "1", "oui", "o", "resident", "vrai"), True),
    **dict.fromkeys(("no", "n", "false", "0", "non", "non resident", "nr", "faux"), False),
}
_STATES = {
    **dict.fromkeys(("prospect", "prospective", "eventuel"), "prospect"),
    **dict.fromkeys(("client", "active", "actif", "current", "actuel"), "client"),
    **dict.fromkeys(("former", "former client", "inactive", "ancien", "ancien client"), "former"),
}
_FUNCTIONS = {
    **dict.fromkeys(("management", "direction", "owner", "ceo", "president"), "management"),
    **dict.fromkeys(("finance", "accounting", "finances", "comptabilite", "payables"), "finance"),
    **dict.fromkeys(("customs", "douane", "douanes", "compliance", "conformite"), "customs"),
    **dict.fromkeys(("operations", "exploitation", "logistics", "logistique"), "operations"),
    **dict.fromkeys(("legal", "juridique", "contentieux"), "legal"),
    **dict.fromkeys(
        ("after hours", "afterhours", "apres les heures", "hors heures", "urgence"), "after_hours"
    ),
    **dict.fromkeys(("other", "autre"), "other"),
}
_WORDS: dict[str, Mapping[str, Any]] = {
    "language": _LANGUAGES,
    "is_resident": _RESIDENCES,
    "state": _STATES,
    "contact_function": _FUNCTIONS,
}
_LEAST_HEADINGS = 2


@dataclass(frozen=True)
class Fault:
    """What cannot be taken in: the row and column, the value, and the code of what to do."""

    row: int
    column: str  # the name of the field
    value: str
    code: str


@dataclass(frozen=True)
class ListRow:
    """What one row says, and what of it cannot be read."""

    row: int
    told: Mapping[str, Any]
    faults: tuple[Fault, ...] = ()


@dataclass
class WishedImporter:
    """An importer as the rows with its number say it."""

    bn9: str
    row: int
    told: dict[str, Any] = field(default_factory=dict)
    accounts: list[str] = field(default_factory=list)
    contacts: list[dict[str, str]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


def plain(text: str) -> str:
    """Lower case without accents and punctuation, single spaces."""
    apart = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(one for one in apart if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())


def meaning_of(heading: str) -> str:
    """The field that a heading means; empty for one nobody knows."""
    parts = [heading, *re.split(r"[/|()]", heading)]
    return next((_MEANINGS[one] for part in parts if (one := plain(part)) in _MEANINGS), "")


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row holds headings of a client list: a number's and one more."""
    found = {meaning for cell in cells if (meaning := meaning_of(cell))}
    return len(found) >= _LEAST_HEADINGS and bool(found & {"bn9", "accounts"})


def read_row(row: int, cells: Mapping[str, str]) -> ListRow:
    """What a row says: `cells` are texts by field."""
    faults: list[Fault] = []
    told: dict[str, Any] = {}
    for name, text in cells.items():
        if text.strip():
            value, code = _read(name, text.strip())
            if code:
                faults.append(Fault(row, name, text.strip(), code))
            else:
                told[name] = value
    if not any(one.column == "bn9" for one in faults):
        faults += _number(row, told)
    faults += _contact(row, told)
    return ListRow(row, told, tuple(faults))


def _contact(row: int, told: Mapping[str, Any]) -> list[Fault]:
    name = told.get("contact_name", "")
    can_be_reached = bool(told.get("contact_email") or told.get("contact_phone"))
    if name and not can_be_reached:
        return [Fault(row, "contact_name", name, "contact_without_address")]
    if not name and (can_be_reached or "contact_function" in told):
        return [Fault(row, "contact_name", "", "contact_without_name")]
    return []


def _read(name: str, text: str) -> tuple[Any, str]:
    """The value of a cell, or the code of what is wrong with it."""
    if name in _WORDS:
        known = _WORDS[name].get(plain(text))
        return known, "" if known is not None else f"unknown_{name}"
    if name == "bn9":
        number = re.sub(r"[\s-]", "", text)
        return number, "" if re.fullmatch(r"\d{9}", number) else "not_a_bn9"
    if name == "accounts":
        return [re.sub(r"[\s-]", "", one).upper() for one in re.split(r"[;,|\n/]", text)], ""
    if name == "trade_names":
        return "\n".join(one.strip() for one in re.split(r"[;|\n]", text) if one.strip()), ""
    return " ".join(text.split()), ""


def _number(row: int, told: dict[str, Any]) -> list[Fault]:
    """Complete the number and the accounts of a row; what does not fit together is told."""
    accounts = [one for one in told.get("accounts", []) if one]
    bn9 = told.get("bn9") or next((one[:9] for one in accounts if re.match(r"\d{9}RM", one)), "")
    if not bn9:
        return [Fault(row, "bn9", "", "no_bn9")]
    told["bn9"] = bn9
    whole = [f"{bn9}{one}" if re.fullmatch(r"RM\d{4}", one) else one for one in accounts]
    told["accounts"] = list(dict.fromkeys(whole))
    faults = []
    for one in told["accounts"]:
        if not re.fullmatch(r"\d{9}RM\d{4}", one):
            faults.append(Fault(row, "accounts", one, "not_an_account"))
        elif not one.startswith(bn9):
            faults.append(Fault(row, "accounts", one, "account_of_another"))
    return faults


def gathered(rows: Iterable[ListRow]) -> tuple[list[WishedImporter], list[Fault]]:
    """The importers that the rows tell of, in their order; rows that contradict each other."""
    found: dict[str, WishedImporter] = {}
    faults: list[Fault] = []
    for one in rows:
        faults += one.faults
        if one.faults:
            continue
        bn9 = one.told["bn9"]
        wished = found.setdefault(bn9, WishedImporter(bn9, one.row))
        faults += _put(wished, one)
    return list(found.values()), faults


def _put(wished: WishedImporter, one: ListRow) -> list[Fault]:
    faults = []
    wished.rows.append(one.row)
    for name, value in one.told.items():
        if name in ("bn9", "accounts") or name.startswith("contact_"):
            continue
        if wished.told.setdefault(name, value) != value:
            faults.append(Fault(one.row, name, str(value), "contradicts"))
    wished.accounts += [each for each in one.told["accounts"] if each not in wished.accounts]
    if "contact_name" in one.told:
        names = ("name", "function", "email", "phone")
        contact = {name: one.told.get(f"contact_{name}", "") for name in names}
        contact["function"] = contact["function"] or "other"
        if contact not in wished.contacts:
            wished.contacts.append(contact)
    return faults
