"""How one layout is read: the saved profile, the proposal for a new file, and what to ask.

Nothing ambiguous is decided here: it becomes a `Question`, and a person's answers make the
profile that applies itself the next time the same headings come.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from carmsvc.platform.tables import FileRefused, Table
from statements.layouts.context import ReadingContext
from statements.layouts.evidence import Evidence, gather
from statements.layouts.fields import (
    CANONICAL_TYPES,
    DATE_FIELDS,
    DAY_FIRST,
    MONTH_FIRST,
    SIGNED,
    SIGNED_CREDIT_POSITIVE,
    TWO_COLUMNS,
    TWO_COLUMNS_CREDIT_NEGATIVE,
    YEAR_FIRST,
    FileKind,
)
from statements.layouts.headings import Mapped, likeness, map_headings, repeated
from statements.layouts.synonyms import squeezed
from statements.layouts.wording import normalise

__all__ = ["HeaderDiff", "MappingProfile", "Proposal", "Question", "answer", "propose"]

_MAX_TYPE_QUESTIONS = 50
_ALIKE = 0.5  # share of headings that makes another profile a relative of this file


@dataclass(frozen=True)
class MappingProfile:
    """How the files of one layout are read.

    `decimal_mark` and `date_format` are "" while no file has needed them.
    """

    kind: FileKind
    name: str
    headers: tuple[str, ...]
    column_map: Mapping[str, str]  # canonical field -> header text
    date_format: str  # strptime; decides only where the text itself does not
    decimal_mark: str
    sign_rule: str
    type_map: Mapping[str, str] = field(default_factory=dict)  # raw, casefolded -> canonical

    @property
    def signature(self) -> str:
        """The same for files with the same headings in the same order."""
        words = "\n".join([self.kind, *map(normalise, self.headers)])
        return hashlib.sha256(words.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        known = {**stored, "kind": FileKind(stored["kind"]), "headers": tuple(stored["headers"])}
        return cls(**known)


@dataclass(frozen=True)
class Question:
    """Something only a person can decide; the answer is one of `choices`, given under `key`."""

    code: str
    key: str
    choices: tuple[str, ...]
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class HeaderDiff:
    """How a file's headings differ from those of the known profile most like it."""

    profile: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()  # (before, now)


@dataclass(frozen=True)
class Proposal:
    """How we would read a file, how sure we are, and what we must ask first."""

    profile: MappingProfile
    confidence: Mapping[str, str] = field(default_factory=dict)  # field -> "exact" or "fuzzy"
    questions: tuple[Question, ...] = ()
    header_diff: HeaderDiff | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave; other keys are left out."""
        questions = (Question(**{**q, "choices": tuple(q["choices"])}) for q in stored["questions"])
        diff = stored.get("header_diff")
        return cls(
            profile=MappingProfile.from_json(stored["profile"]),
            confidence=dict(stored["confidence"]),
            questions=tuple(questions),
            header_diff=HeaderDiff(**diff) if diff else None,
        )


def propose(
    table: Table,
    kind: FileKind,
    known_profiles: Sequence[MappingProfile],
    context: ReadingContext,
) -> Proposal:
    """How to read a file; reads it once to the end. Raises `FileRefused`.

    A known profile with the same headings applies itself; it asks only about what it does not
    cover, such as a type of transaction nobody has seen before.
    """
    headers = tuple(table.header)
    fresh = MappingProfile(kind, "", headers, {}, "", "", SIGNED)
    same = [p for p in known_profiles if p.kind == kind and p.signature == fresh.signature]
    if same:
        return _apply(table, same[0], context)
    relative, diff = _closest(headers, [p for p in known_profiles if p.kind == kind])
    mapped = map_headings(headers, kind, relative.column_map if relative else {})
    _refuse_repeated(mapped, headers)
    profile = replace(
        relative or fresh,
        name=table.sheet_name or "",
        headers=headers,
        column_map=mapped.column_map,
        sign_rule=_sign_rule(mapped, relative),
    )
    evidence = gather(table, kind, profile.column_map, profile.type_map)
    questions = (*_heading_questions(mapped, headers, kind), *_fact_questions(profile, evidence))
    confidence = {name: "fuzzy" if name in mapped.fuzzy else "exact" for name in mapped.column_map}
    return Proposal(
        profile=_decided(profile, evidence),
        confidence=confidence,
        questions=(*questions, *_account_question(profile, context)),
        header_diff=diff,
    )


def _apply(table: Table, profile: MappingProfile, context: ReadingContext) -> Proposal:
    """A profile that was made for these headings."""
    headers = _as_written(profile, table.header)
    profile = replace(profile, headers=tuple(table.header), column_map=headers)
    evidence = gather(table, profile.kind, profile.column_map, profile.type_map)
    return Proposal(
        profile=_decided(profile, evidence),
        confidence=dict.fromkeys(profile.column_map, "exact"),
        questions=(
            *_missing_questions(profile.column_map, table.header, profile.kind),
            *_fact_questions(profile, evidence, is_known=True),
            *_account_question(profile, context),
        ),
    )


def _as_written(profile: MappingProfile, header: Sequence[str]) -> dict[str, str]:
    """The profile's column map in this file's spelling of the same headings."""
    spelling = dict(zip(profile.headers, header, strict=True))
    return {name: spelling[heading] for name, heading in profile.column_map.items()}


def _closest(
    headers: tuple[str, ...], profiles: Iterable[MappingProfile]
) -> tuple[MappingProfile | None, HeaderDiff | None]:
    """The known profile that shares most headings with the file, and the difference."""
    mine = {squeezed(heading) for heading in headers}
    scored = [(_shared(mine, profile.headers), profile) for profile in profiles]
    score, best = max(scored, key=lambda one: one[0], default=(0.0, None))
    if best is None or score < _ALIKE:
        return None, None
    return best, header_diff(best, headers)


def _shared(mine: set[str], headers: Iterable[str]) -> float:
    theirs = {squeezed(heading) for heading in headers}
    return len(mine & theirs) / max(len(mine | theirs), 1)


def header_diff(profile: MappingProfile, headers: Sequence[str]) -> HeaderDiff:
    """Which headings came, went, or seem to have got a new name since the profile."""
    removed = [old for old in profile.headers if old and old not in headers]
    added = [new for new in headers if new and new not in profile.headers]
    renamed = []
    for old in list(removed):
        alike = max(((likeness(squeezed(old), squeezed(new)), new) for new in added), default=None)
        if alike and alike[0] > 0:
            renamed.append((old, alike[1]))
            removed.remove(old)
            added.remove(alike[1])
    return HeaderDiff(profile.name, tuple(added), tuple(removed), tuple(renamed))


def _refuse_repeated(mapped: Mapped, headers: Sequence[str]) -> None:
    """A heading that stands twice cannot be told apart by a person either."""
    for heading in sorted(repeated(headers) & mapped.taken):
        raise FileRefused("same_heading_twice", heading=heading)


def _sign_rule(mapped: Mapped, relative: MappingProfile | None) -> str:
    if "amount" not in mapped.column_map and {"debit", "credit"} & mapped.column_map.keys():
        return TWO_COLUMNS
    if relative and not relative.sign_rule.startswith(TWO_COLUMNS):
        return relative.sign_rule
    return SIGNED


def _heading_questions(
    mapped: Mapped, headers: Sequence[str], kind: FileKind
) -> Iterable[Question]:
    free = tuple(h for h in dict.fromkeys(headers) if h and h not in mapped.taken)
    for name, heading in mapped.fuzzy.items():
        choices = (heading, *free, "")
        yield Question(
            "fuzzy_header", f"column:{name}", choices, {"field": name, "header": heading}
        )
    for name, several in mapped.several.items():
        params = {"field": name, "headers": list(several)}
        yield Question("two_headers_for_one_field", f"column:{name}", several, params)
    if {"amount", "debit", "credit"} <= mapped.column_map.keys():
        yield _amount_or_two_columns(mapped.column_map)
    yield from _missing_questions(mapped.column_map, free, kind)


def _amount_or_two_columns(column_map: Mapping[str, str]) -> Question:
    params = {name: column_map[name] for name in ("amount", "debit", "credit")}
    return Question("amount_or_two_columns", "sign_rule", (SIGNED, TWO_COLUMNS), params)


def _missing_questions(
    column_map: Mapping[str, str], headers: Sequence[str], kind: FileKind
) -> Iterable[Question]:
    """A table needs an amount and a date."""
    choices = tuple(h for h in headers if h and h not in column_map.values())
    if not {"amount", "debit", "credit"} & column_map.keys():
        yield Question("missing_amount", "column:amount", choices)
    if not column_map.keys() & set(DATE_FIELDS[kind]):
        yield Question("missing_date", "column:posted_on", choices)


def _fact_questions(
    profile: MappingProfile, evidence: Evidence, is_known: bool = False
) -> Iterable[Question]:
    yield from _date_question(profile, evidence)
    yield from _mark_question(profile, evidence)
    if not is_known:
        yield from _sign_questions(profile, evidence)
    yield from _type_questions(evidence)


def _date_question(profile: MappingProfile, evidence: Evidence) -> Iterable[Question]:
    is_open = profile.date_format in ("", YEAR_FIRST)
    if is_open and evidence.either_order and not (evidence.day_first or evidence.month_first):
        params = {"example": evidence.either_order}
        yield Question("date_order_ambiguous", "date_format", (DAY_FIRST, MONTH_FIRST), params)


def _mark_question(profile: MappingProfile, evidence: Evidence) -> Iterable[Question]:
    example = evidence.either_mark
    if example and not evidence.decimal_marks and not profile.decimal_mark:
        yield Question("decimal_mark_ambiguous", "decimal_mark", (".", ","), {"example": example})


def _sign_questions(profile: MappingProfile, evidence: Evidence) -> Iterable[Question]:
    """Ask where the signs in the file speak against debit positive, credit negative."""
    signs = evidence.signs
    if profile.sign_rule == TWO_COLUMNS and signs["credit", "-"] and not signs["credit", "+"]:
        choices = (TWO_COLUMNS_CREDIT_NEGATIVE, TWO_COLUMNS)
        yield Question("credits_are_negative", "sign_rule", choices)
    elif profile.sign_rule == SIGNED and signs["PAYMENT", "+"] and not signs["PAYMENT", "-"]:
        choices = (SIGNED_CREDIT_POSITIVE, SIGNED)
        yield Question("payments_are_positive", "sign_rule", choices)


def _type_questions(evidence: Evidence) -> Iterable[Question]:
    for raw, count in evidence.unknown_types.most_common(_MAX_TYPE_QUESTIONS):
        params = {"type": raw, "rows": count, "types": sorted(evidence.unknown_types)[:1000]}
        yield Question("unknown_types", f"type:{raw.casefold()}", CANONICAL_TYPES, params)


def _account_question(profile: MappingProfile, context: ReadingContext) -> Iterable[Question]:
    if "program_account" not in profile.column_map and context.default_account is None:
        choices = tuple(sorted(context.program_accounts))
        yield Question("program_account_needed", "program_account", choices)


def _decided(profile: MappingProfile, evidence: Evidence) -> MappingProfile:
    """The profile with what the file itself settles."""
    date_format, mark = profile.date_format, profile.decimal_mark
    if date_format in ("", YEAR_FIRST) and (evidence.day_first or evidence.month_first):
        date_format = DAY_FIRST if evidence.day_first else MONTH_FIRST
    if evidence.decimal_marks and mark not in evidence.decimal_marks:
        mark = "." if "." in evidence.decimal_marks else ","
    return replace(profile, date_format=date_format, decimal_mark=mark)


def answer(proposal: Proposal, answers: Mapping[str, str]) -> MappingProfile:
    """The profile a person confirmed: what was proposed, with their answers by question key.

    Raises `ValueError` naming the key of a question that has no answer among its choices. The
    program account is no part of a profile and may be left out.
    """
    column_map = dict(proposal.profile.column_map)
    type_map = dict(proposal.profile.type_map)
    settled: dict[str, Any] = {}
    for question in proposal.questions:
        what, _, which = question.key.partition(":")
        if what == "program_account":
            continue
        chosen = answers.get(question.key)
        if chosen not in question.choices:
            raise ValueError(question.key)
        if what == "type":
            type_map[which] = chosen
        elif what == "column":
            column_map = _with_column(column_map, which, chosen)
        else:
            settled[what] = chosen
    return replace(proposal.profile, column_map=column_map, type_map=type_map, **settled)


def _with_column(column_map: dict[str, str], name: str, heading: str) -> dict[str, str]:
    """The map with a field's heading, "" for none; a heading serves one field only."""
    others = {n: h for n, h in column_map.items() if n != name and h != heading}
    return {**others, name: heading} if heading else others
