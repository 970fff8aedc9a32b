"""What an administrator writes in the onboarding checklist."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models.onboarding import PARTIES, PHASES, SOURCE_KINDS, VARIANTS, choices
from clients.rules.onboarding_checklist import (
    LANGUAGES,
    LONGEST_TEXT,
    MOST_DAYS,
    MOST_STEPS,
    Party,
    Phase,
    SourceKind,
    Step,
    Variant,
)

WORDS = ("title", "task", "why", "evidence", "only_if")


def _words(label: Any, *, required: bool = True, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows > 1 else forms.TextInput()
    return forms.CharField(label=label, max_length=LONGEST_TEXT, required=required, widget=widget)


class VersionForm(forms.Form):
    """What is new in a version."""

    note = forms.CharField(label=_("What is new"), max_length=300)


class StaleForm(forms.Form):
    """After how many days without movement a step is stale."""

    days = forms.IntegerField(label=_("Days without movement"), min_value=1, max_value=MOST_DAYS)


class StepForm(forms.Form):
    """One step of a draft, in two languages."""

    code = forms.RegexField(
        r"^[A-Z]{1,3}[0-9]{1,3}$",
        label=_("Name of the step"),
        max_length=6,
        help_text=_("Up to three capitals and digits, such as B7."),
        error_messages={
            "invalid": _("A step is named by up to three capitals and digits, such as B7.")
        },
    )
    place = forms.IntegerField(label=_("Place"), min_value=1, max_value=MOST_STEPS)
    phase = forms.ChoiceField(label=_("Phase"), choices=choices(PHASES))
    days = forms.IntegerField(
        label=_("Days to do it"),
        min_value=0,
        max_value=MOST_DAYS,
        help_text=_("Counted from when the steps before it are over."),
    )
    title_en = _words(_("Title in English"), rows=1)
    title_fr = _words(_("Title in French"), rows=1)
    task_en = _words(_("What to do, in English"))
    task_fr = _words(_("What to do, in French"))
    why_en = _words(_("Why, in English"))
    why_fr = _words(_("Why, in French"))
    evidence_en = _words(_("What proves it, in English"), required=False, rows=1)
    evidence_fr = _words(_("What proves it, in French"), required=False, rows=1)
    only_if_en = _words(_("Only if, in English"), required=False, rows=1)
    only_if_fr = _words(_("Only if, in French"), required=False, rows=1)
    needs_evidence = forms.BooleanField(
        label=_("It is not done before evidence is kept"), required=False
    )
    source = forms.CharField(label=_("Source"), max_length=LONGEST_TEXT)
    source_kind = forms.ChoiceField(label=_("Kind of source"), choices=choices(SOURCE_KINDS))
    parties = forms.MultipleChoiceField(
        label=_("Who does it"),
        choices=choices(PARTIES),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The importer’s people see the steps that are theirs too."),
    )
    variants = forms.MultipleChoiceField(
        label=_("For whom"), choices=choices(VARIANTS), widget=forms.CheckboxSelectMultiple
    )
    after = forms.MultipleChoiceField(
        label=_("Comes after"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *arguments: Any, others: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        after: Any = self.fields["after"]
        after.choices = list(others)

    @property
    def step(self) -> Step:
        """As the checklist has it."""
        said = self.cleaned_data
        texts: dict[str, Any] = {
            name: {one: " ".join(said[f"{name}_{one}"].split()) for one in LANGUAGES}
            for name in WORDS
        }
        return Step(
            code=said["code"],
            phase=Phase(said["phase"]),
            parties=tuple(one for one in Party if one.value in said["parties"]),
            variants=frozenset(Variant(one) for one in said["variants"]),
            needs_evidence=said["needs_evidence"],
            source=" ".join(said["source"].split()),
            source_kind=SourceKind(said["source_kind"]),
            days=said["days"],
            after=tuple(said["after"]),
            **texts,
        )


def initial_of(step: Step, place: int) -> dict[str, Any]:
    """A step as its form begins with it."""
    texts = {
        f"{name}_{one}": getattr(step, name).get(one, "") for name in WORDS for one in LANGUAGES
    }
    return texts | {
        "code": step.code,
        "place": place,
        "phase": step.phase.value,
        "days": step.days,
        "needs_evidence": step.needs_evidence,
        "source": step.source,
        "source_kind": step.source_kind.value,
        "parties": [one.value for one in step.parties],
        "variants": [one.value for one in step.variants],
        "after": list(step.after),
    }
