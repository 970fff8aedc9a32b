"""An importer's answers to a verification round: a form for each line, and for those missing."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.actions.portal_verifications import Said
from clients.forms.documents import DayField
from clients.models import PortalVerificationLine, ProgramAccount
from clients.models.portal import ANSWER_WORDS, ROLE_WORDS, choices
from clients.rules.portal import Answer

MISSING_ROWS = 3
ASKED = [(one.value, ANSWER_WORDS[one]) for one in Answer if one is not Answer.MISSING]


class SaidForm(forms.Form):
    """Who somebody is and which role they hold, as the importer sees it."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    role = forms.ChoiceField(
        label=_("Role in the portal"),
        required=False,
        choices=[("", _("Not known yet")), *choices(ROLE_WORDS)],
    )
    account = forms.ChoiceField(label=_("Program account"), required=False)

    def __init__(self, *arguments: Any, accounts: Iterable[ProgramAccount], **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        account: Any = self.fields["account"]
        numbers = [(one.bn15, f"{one.bn15} {one.name}".strip()) for one in accounts]
        account.choices = [("", _("Whole business, or not known")), *numbers]

    def said_of_role(self) -> dict[str, Any]:
        """Name, address and role, as an answer takes them."""
        return {one: self.cleaned_data[one] for one in ("name", "email", "role", "account")}


class LineForm(SaidForm):
    """What the importer says to one line."""

    answer = forms.ChoiceField(
        label=_("Your answer"), choices=ASKED, widget=forms.RadioSelect, required=False
    )
    left_on = DayField(label=_("Left on"), required=False)
    is_removed = forms.BooleanField(
        label=_("The access is taken away in the portal already"), required=False
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=500)

    def __init__(self, *arguments: Any, line: PortalVerificationLine, **named: Any) -> None:
        asked = {
            "name": line.asked_name,
            "email": line.asked_email,
            "role": line.asked_role,
            "account": line.asked_account,
        }
        super().__init__(*arguments, prefix=f"line-{line.pk}", initial=asked, **named)
        self.line = line

    @property
    def said(self) -> Said:
        """The answer; of a line that is not corrected the other fields are not sent on."""
        told = self.cleaned_data
        names = ("answer", "left_on", "is_removed", "note")
        role = self.said_of_role() if told["answer"] == Answer.CORRECT else {}
        return Said(line=self.line.pk, **role, **{name: told[name] for name in names})


class MissingForm(SaidForm):
    """Somebody with access who was not on the list."""

    @property
    def is_empty(self) -> bool:
        return not any(self.cleaned_data.values())

    @property
    def said(self) -> Said:
        """The person, as an answer."""
        return Said(answer=Answer.MISSING.value, **self.said_of_role())


class AnswerForms:
    """All of a round's forms as one."""

    def __init__(
        self,
        data: Any,
        lines: Iterable[PortalVerificationLine],
        accounts: list[ProgramAccount],
    ) -> None:
        self.lines = [LineForm(data, line=one, accounts=accounts) for one in lines]
        self.missing = [
            MissingForm(data, prefix=f"missing-{number}", accounts=accounts)
            for number in range(MISSING_ROWS)
        ]

    def is_valid(self) -> bool:
        """Whether every field holds what it can; the action says what else is wrong."""
        wrong = [one for one in (*self.lines, *self.missing) if not one.is_valid()]
        return not wrong

    @property
    def said(self) -> Iterator[Said]:
        """Every answer."""
        yield from (one.said for one in self.lines)
        yield from (one.said for one in self.missing if not one.is_empty)
