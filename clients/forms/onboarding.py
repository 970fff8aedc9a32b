"""What people say of an onboarding: how it begins, its steps, what they look for."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.forms.documents import TAKEN, DayField
from clients.models import DocumentVersion, Onboarding
from clients.models.onboarding import PARTIES, VARIANTS, choices
from clients.queries.staff import assignable_staff

ANYBODY = pgettext_lazy("lead", "Anybody")
ATTENTION = [
    ("", pgettext_lazy("onboarding", "All")),
    ("stale", _("Without movement")),
    ("late", _("A step is overdue")),
]


class PersonField(forms.ModelChoiceField):
    """One of the people there are; asked for inside a scope only."""

    def __init__(self, label: Any, empty_label: Any, help_text: Any = "") -> None:
        super().__init__(
            queryset=None,
            label=label,
            required=False,
            empty_label=empty_label,
            help_text=help_text,
        )

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name or obj.email)


class PlanForm(forms.Form):
    """By when an onboarding is to be done, and who leads it."""

    target_on = DayField(
        label=_("To be done by"),
        required=False,
        help_text=_("The days of the steps are planned towards it. Empty: as the checklist says."),
    )
    lead: Any = PersonField(_("Led by"), _("Nobody yet"))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        lead: Any = self.fields["lead"]
        lead.queryset = assignable_staff().order_by("full_name", "id")


class StartForm(PlanForm):
    """The way an importer comes into the portal."""

    variant = forms.ChoiceField(
        label=_("Way into the portal"), choices=choices(VARIANTS), widget=forms.RadioSelect
    )
    field_order = ("variant",)


class StepForm(forms.Form):
    """What moves a step: its day, why, for whom it waits; what is needed the actions say."""

    on = DayField(label=pgettext_lazy("day", "On"), required=False)
    reason = forms.CharField(label=_("Why"), required=False, max_length=500)
    waiting_for = forms.ChoiceField(
        label=_("Waiting for"), required=False, choices=[("", ""), *choices(PARTIES)]
    )

    def said(self, today: date) -> dict[str, Any]:
        """As the action takes it; the day is today unless another is said."""
        told = self.cleaned_data
        return {**told, "on": told["on"] or today}


class EvidenceForm(forms.Form):
    """What proves that a step is done."""

    reference = forms.CharField(
        label=_("What proves it"),
        required=False,
        max_length=500,
        help_text=_("Words, a number, a name. Never a password, a code or an answer."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    document: Any = forms.ModelChoiceField(
        queryset=None,
        label=_("Document that is kept already"),
        required=False,
        empty_label=pgettext_lazy("document", "None"),
    )
    file = forms.FileField(
        label=_("Or a new file"),
        required=False,
        help_text=_("PDF, PNG, JPEG, TIFF, XLSX, DOCX or text, up to 50 MB."),
        widget=forms.FileInput(attrs={"accept": TAKEN}),
        max_length=DocumentVersion._meta.get_field("file_name").max_length,
    )
    evidence_on = DayField(label=_("Its date"), required=False)
    expires_on = DayField(
        label=_("Expires on"), required=False, help_text=_("We are reminded before that day.")
    )

    def __init__(self, *arguments: Any, documents: Any, may_send: bool, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        document: Any = self.fields["document"]
        document.queryset = documents
        if not may_send:
            del self.fields["file"]


class AssignmentForm(forms.Form):
    """Who sees to a step and by when."""

    assignee: Any = PersonField(_("Seen to by"), _("Nobody yet"))
    due_on = DayField(label=_("Due on"))

    def __init__(self, *arguments: Any, people: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        assignee: Any = self.fields["assignee"]
        assignee.queryset = people


class CommentForm(forms.Form):
    """What somebody writes at a step."""

    text = forms.CharField(
        label=_("Comment"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_for_staff = forms.BooleanField(label=_("For our staff only"), required=False)

    def __init__(self, *arguments: Any, is_staff: bool, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        if not is_staff:
            del self.fields["is_for_staff"]


class RegisterForm(forms.Form):
    """Which onboardings to list."""

    search = forms.CharField(
        label=_("Importer or business number"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", pgettext_lazy("onboarding", "All")), *Onboarding.State.choices],
    )
    variant = forms.ChoiceField(
        label=_("Way into the portal"),
        required=False,
        choices=[("", pgettext_lazy("onboarding", "All")), *choices(VARIANTS)],
    )
    lead: Any = PersonField(_("Led by"), ANYBODY)
    attention = forms.ChoiceField(label=_("Attention"), required=False, choices=ATTENTION)

    def __init__(self, said: Any, leads: Any) -> None:
        super().__init__(said, label_suffix="")
        lead: Any = self.fields["lead"]
        lead.queryset = leads

    @property
    def wish(self) -> dict[str, Any]:
        """What was asked; what is not valid was not asked."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
