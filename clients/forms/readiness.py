"""What people say on readiness: an answer, and what they look for."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.forms.documents import DayField
from clients.models.readiness import VERDICT_CHOICES
from clients.queries.readiness import Judged
from clients.queries.readiness_register import NOBODY
from clients.queries.register import groups_in_scope, leads
from clients.readiness import checks

ANY = ("", pgettext_lazy("readiness", "All"))


class AnswerForm(forms.Form):
    """What somebody found out on a question that no data can answer."""

    question = forms.ChoiceField(label=_("Question"))
    is_met = forms.ChoiceField(
        label=_("Is it so?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    statement = forms.CharField(
        label=_("What you found"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    said_on = DayField(label=_("Seen on"))
    evidence_reference = forms.CharField(
        label=_("Where you saw it"),
        required=False,
        max_length=300,
        help_text=_("A page of the portal, a letter, a call. Never a password or a code."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    evidence_document: Any = forms.ModelChoiceField(
        queryset=None,
        label=_("Document that proves it"),
        required=False,
        empty_label=pgettext_lazy("document", "None"),
    )
    expires_on = DayField(
        label=_("Counts until"),
        required=False,
        help_text=_("Empty: as long as an answer to this question counts."),
    )

    def __init__(self, *arguments: Any, asked: list[Judged], documents: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        self.asked = {one.place: one for one in asked}
        question: Any = self.fields["question"]
        question.choices = [(place, _words(one)) for place, one in self.asked.items()]
        document: Any = self.fields["evidence_document"]
        document.queryset = documents

    def said(self) -> dict[str, Any]:
        """As the action takes it."""
        told = dict(self.cleaned_data)
        asked = self.asked[told.pop("question")]
        told["is_met"] = told["is_met"] == "yes"
        return {**told, "question": asked.check.code, "account": asked.account}


def _words(asked: Judged) -> str:
    account = f"{asked.account.bn15}: " if asked.account else ""
    return f"{asked.check.code} · {account}{asked.check.question}"


def first_day(today: date) -> dict[str, Any]:
    """What a form begins with."""
    return {"said_on": today, "is_met": "yes"}


class PersonChoice(forms.ChoiceField):
    """One of the staff, or nobody."""

    def __init__(self, people: Any) -> None:
        named = [(str(one.pk), one.full_name or one.email) for one in people]
        choices = [ANY, (NOBODY, pgettext_lazy("lead", "Nobody")), *named]
        super().__init__(label=_("Looked after by"), required=False, choices=choices)


class RegisterForm(forms.Form):
    """Which importers to list."""

    search = forms.CharField(
        label=_("Importer or business number"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    verdict = forms.ChoiceField(
        label=_("Readiness"), required=False, choices=[ANY, *VERDICT_CHOICES]
    )
    check = forms.ChoiceField(label=_("Not met, or not known"), required=False)
    group: Any = forms.ModelChoiceField(
        queryset=None,
        label=_("Client group"),
        required=False,
        empty_label=pgettext_lazy("readiness", "All"),
    )

    def __init__(self, said: Any) -> None:
        super().__init__(said, label_suffix="")
        check: Any = self.fields["check"]
        check.choices = [ANY, *((one.code, f"{one.code} {one.title}") for one in checks())]
        group: Any = self.fields["group"]
        group.queryset = groups_in_scope()
        self.fields["lead"] = PersonChoice(leads())

    @property
    def wish(self) -> dict[str, Any]:
        """What was asked; what is not valid was not asked."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
