"""Some rows of a file as they would be read, before anything is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from statements.layouts.fields import (
    AMOUNT_FIELDS,
    COLUMNS,
    DATE_FIELDS,
    SIGNED_CREDIT_POSITIVE,
    TWO_COLUMNS,
    TWO_COLUMNS_CREDIT_NEGATIVE,
)
from statements.layouts.problems import CellError
from statements.layouts.profiles import MappingProfile, Proposal, answer
from statements.layouts.readers import to_cents, to_date, to_transaction_no

Value = str | date | Decimal | None


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in the file, what it is read as, or the code of why it is not."""

    text: str
    value: Value = None
    problem: str = ""


@dataclass(frozen=True)
class Preview:
    """Canonical fields, and for each sample row a cell for each of them."""

    fields: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def so_far(proposal: Proposal, answers: Mapping[str, str]) -> MappingProfile:
    """The profile with those questions answered that have an answer."""
    answered = tuple(q for q in proposal.questions if answers.get(q.key) in q.choices)
    return answer(replace(proposal, questions=answered), answers)


def preview(profile: MappingProfile, sample: Sequence[Sequence[str]]) -> Preview:
    """The sample rows under a profile; the amount comes last, after its sign rule."""
    mapped = {name: profile.headers.index(heading) for name, heading in profile.column_map.items()}
    order = [name for name in COLUMNS[profile.kind] if name in mapped and name != "amount"]
    sides = [name for name in ("debit", "credit") if name in mapped]
    fields = (*order, *sides, "amount")
    rows = (
        {name: row[at] if at < len(row) else "" for name, at in mapped.items()} for row in sample
    )
    return Preview(fields, tuple(_cells(profile, fields, texts) for texts in rows))


def _cells(
    profile: MappingProfile, fields: Sequence[str], texts: Mapping[str, str]
) -> tuple[Cell, ...]:
    cells = {name: _cell(profile, name, text) for name, text in texts.items()}
    amount = _amount(profile.sign_rule, cells)
    return tuple(amount if name == "amount" else cells[name] for name in fields)


def _cell(profile: MappingProfile, name: str, text: str) -> Cell:
    if not text.strip():
        return Cell(text)
    try:
        return Cell(text, _read(profile, name, text))
    except CellError as error:
        return Cell(text, problem=error.code)


def _read(profile: MappingProfile, name: str, text: str) -> Value:
    if name in AMOUNT_FIELDS:
        return _amount_by(profile.decimal_mark, text)
    if name in DATE_FIELDS[profile.kind]:
        return to_date(text, profile.date_format)
    return to_transaction_no(text) if name == "transaction_no" else text


def _amount_by(decimal_mark: str, text: str) -> Decimal:
    """An amount; while no mark is known, only what reads the same with either is readable."""
    if decimal_mark:
        return to_cents(text, decimal_mark)
    found = set()
    for mark in (".", ","):
        try:
            found.add(to_cents(text, mark))
        except CellError:
            continue
    if len(found) != 1:
        raise CellError("amount_not_readable", decimal_mark=decimal_mark)
    return found.pop()


def _amount(sign_rule: str, cells: Mapping[str, Cell]) -> Cell:
    """The amount with debit positive, credit negative."""
    if not sign_rule.startswith(TWO_COLUMNS):
        cell = cells.get("amount", Cell(""))
        turned = sign_rule == SIGNED_CREDIT_POSITIVE and isinstance(cell.value, Decimal)
        return replace(cell, value=-cell.value) if turned else cell  # type: ignore[operator]
    debit, credit = cells.get("debit", Cell("")), cells.get("credit", Cell(""))
    problem = debit.problem or credit.problem
    text = " / ".join(filter(None, (debit.text, credit.text)))
    if problem:
        return Cell(text, problem=problem)
    factor = 1 if sign_rule == TWO_COLUMNS_CREDIT_NEGATIVE else -1
    known = [value for value in (debit.value, credit.value) if isinstance(value, Decimal)]
    if not known:
        return Cell(text)
    plus = debit.value if isinstance(debit.value, Decimal) else Decimal("0.00")
    minus = credit.value if isinstance(credit.value, Decimal) else Decimal("0.00")
    return Cell(text, plus + factor * minus)
