"""Forms of the statements room: uploads, and what a person answers about a file."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format, get_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.models import ProgramAccount
from statements.layouts.fields import (
    DAY_FIRST,
    MONTH_FIRST,
    SIGNED,
    SIGNED_CREDIT_POSITIVE,
    TWO_COLUMNS,
    TWO_COLUMNS_CREDIT_NEGATIVE,
)
from statements.layouts.problems import CellError
from statements.layouts.profiles import Question
from statements.layouts.readers import to_cents
from statements.messages import describe
from statements.models import FiledBy, LedgerFile, TransactionType
from statements.rules.billing import BillingPeriod, period_end, period_ending

PERIODS_OFFERED = 25
MOST_FILES = 20
SPREADSHEETS = ".csv,.txt,.tsv,.xlsx,.xls,.xlsb,.ods"


class AmountField(forms.Field):
    """An amount in CAD as a person types it in their language: `1,204.10` or `1 204,10`."""

    default_error_messages: ClassVar = {
        "amount": gettext_lazy("Write an amount to the cent, for example %(example)s."),
    }

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "class": "money"}
        super().__init__(**options, widget=forms.TextInput(attrs=attributes))

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        mark = str(get_format("DECIMAL_SEPARATOR"))
        for understood in (mark, "." if mark == "," else ","):
            try:
                return to_cents(text, understood)
            except CellError:
                continue
        raise ValidationError(self.error_messages["amount"], "amount", {"example": f"1204{mark}10"})


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """One or more files; the cleaned value is a list."""

    def __init__(self, **options: Any) -> None:
        attributes = {"accept": SPREADSHEETS, "multiple": True}
        super().__init__(**options, widget=SeveralFiles(attrs=attributes))

    def clean(self, data: Any, initial: Any = None) -> Any:
        several = data if isinstance(data, list | tuple) else [data]
        files = several or [None]  # none at all is one that is missing
        if len(files) > MOST_FILES:
            message = _("Send at most %(count)s files at once.") % {"count": MOST_FILES}
            raise ValidationError(message)
        return [super(SeveralFilesField, self).clean(file, initial) for file in files]


def _account_choice(**options: Any) -> Any:
    return forms.ModelChoiceField(
        queryset=None,  # asked for inside a scope only
        label=gettext_lazy("Program account"),
        blank=True,
        **options,
    )


def period_label(period: BillingPeriod) -> str:
    """A billing period in a list: `18 Oct. – 17 Nov. 2026`, `18 oct. – 17 nov. 2026`."""
    first = date_format(period.first, "j N Y" if period.first.year != period.last.year else "j N")
    return f"{first} – {date_format(period.last, 'j N Y')}"


def period_choices(today: date) -> list[tuple[str, str]]:
    """The period that runs today and those before it, newest first."""
    choices, last = [], period_end(today)
    for _nth in range(PERIODS_OFFERED):
        period = period_ending(last)
        choices.append((last.isoformat(), period_label(period)))
        last = period.first.replace(day=17)
    return choices


def last_ended_period(today: date) -> date:
    """The end of the billing period that ended last: the one a new statement is about."""
    running = period_end(today)
    return running if running == today else period_ending(running).first.replace(day=17)


class StatementUploadForm(forms.Form):
    """One statement file: of which account, for which period, with which totals."""

    content = forms.FileField(
        label=gettext_lazy("Statement file"),
        widget=forms.FileInput(attrs={"accept": SPREADSHEETS}),
    )
    program_account = _account_choice(empty_label=None)
    period_end = forms.TypedChoiceField(
        label=gettext_lazy("Billing period"), coerce=date.fromisoformat
    )
    opening_balance = AmountField(
        label=gettext_lazy("Opening balance"),
        required=False,
        help_text=gettext_lazy("As printed; otherwise carried over from the statement before."),
    )
    total_payable = AmountField(
        label=gettext_lazy("Total payable"),
        required=False,
        help_text=gettext_lazy("As printed; the file is then checked against it to the cent."),
    )

    def __init__(
        self,
        *args: Any,
        accounts: Iterable[ProgramAccount],
        today: date,
        asked: Mapping[str, str],
        **options: Any,
    ) -> None:
        """`asked` may name the account and period, on the way from a rejected file."""
        super().__init__(*args, **options)
        account, period = self.fields["program_account"], self.fields["period_end"]
        account.queryset = accounts  # type: ignore[attr-defined]
        account.initial = asked.get("account")
        period.choices = period_choices(today)  # type: ignore[attr-defined]
        period.initial = asked.get("period_end") or last_ended_period(today).isoformat()


StatementUploads = forms.formset_factory(
    StatementUploadForm,
    extra=0,
    min_num=1,
    validate_min=True,
    max_num=MOST_FILES,
    absolute_max=MOST_FILES,
    validate_max=True,
)


class LedgerUploadForm(forms.Form):
    """The broker's own book: one or more exports."""

    content = SeveralFilesField(label=gettext_lazy("Ledger files"))
    program_account = _account_choice(
        required=False,
        empty_label=gettext_lazy("As the file says"),
        help_text=gettext_lazy("Choose one only if the file has no column for it."),
    )

    covers = forms.ChoiceField(
        label=gettext_lazy("What the file holds"),
        choices=LedgerFile.Covers.choices,
        initial=LedgerFile.Covers.FILE_TELLS,
        required=False,
        help_text=gettext_lazy(
            "What a file with everything of its days leaves out goes from the book; additions and "
            "corrections leave the rest as it is. The file tells by itself when it repeats at "
            "least half of its days."
        ),
    )

    def __init__(self, *args: Any, accounts: Iterable[ProgramAccount], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["program_account"].queryset = accounts  # type: ignore[attr-defined]

    def clean_covers(self) -> str:
        """What was chosen; left out, the file tells."""
        return self.cleaned_data["covers"] or LedgerFile.Covers.FILE_TELLS


class LinesForm(forms.Form):
    """What lines of a statement a person wants to see; anything else is ignored."""

    search = forms.CharField(required=False, max_length=60, label=gettext_lazy("Search"))
    transaction_type = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Type"),
        choices=[("", gettext_lazy("All types")), *TransactionType.choices],
    )
    filed_by = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Filed by"),
        choices=[("", gettext_lazy("All filers")), *FiledBy.choices],
    )

    def chosen(self) -> dict[str, str]:
        """The filters that make sense."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


CHOICE_WORDS: dict[str, Any] = {
    DAY_FIRST: gettext_lazy("Day first: 05/04/2026 is 5 April"),
    MONTH_FIRST: gettext_lazy("Month first: 05/04/2026 is 4 May"),
    ".": gettext_lazy("A point: 1,204.10"),
    ",": gettext_lazy("A comma: 1 204,10"),
    SIGNED: gettext_lazy("Debits are positive, credits negative"),
    SIGNED_CREDIT_POSITIVE: gettext_lazy("Credits are positive, debits negative"),
    TWO_COLUMNS: gettext_lazy("Two columns, the credit column is subtracted"),
    TWO_COLUMNS_CREDIT_NEGATIVE: gettext_lazy("Two columns, the credits carry their minus"),
    "": gettext_lazy("Not in this file"),
}
FEW = 4
ASK = ("", gettext_lazy("Choose"))


class QuestionField(forms.ChoiceField):
    """A choice that must be made; where "not in this file" is a choice, it is an answer too."""

    def __init__(self, *, none_is_an_answer: bool, **options: Any) -> None:
        super().__init__(**options)
        self.none_is_an_answer = none_is_an_answer

    def validate(self, value: Any) -> None:
        if value or not self.none_is_an_answer:
            super().validate(value)


class MappingForm(forms.Form):
    """What a person answers about a file's columns; one field for each question."""

    def __init__(self, questions: Iterable[Question], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.answered: list[str] = []
        for question in questions:
            self.answered.append(question.key)
            self.fields[question.key] = self._field_for(question)
        self.fields["name"] = forms.CharField(
            label=gettext_lazy("Name of this layout"),
            max_length=100,
            required=False,
            help_text=gettext_lazy("So that you know it again, for example “CARM export, French”."),
        )

    @staticmethod
    def _field_for(question: Question) -> forms.ChoiceField:
        what = question.key.partition(":")[0]
        words = TransactionType.choices if what == "type" else CHOICE_WORDS.items()
        known: dict[str, Any] = dict(words) if what != "column" else {"": CHOICE_WORDS[""]}
        choices = [(choice, known.get(choice, choice)) for choice in question.choices]
        none_is_an_answer = "" in question.choices
        few = len(choices) <= FEW and not none_is_an_answer
        return QuestionField(
            label=describe(question.code, dict(question.params)),
            choices=choices if few or none_is_an_answer else [ASK, *choices],
            initial=question.choices[0] if none_is_an_answer else None,
            none_is_an_answer=none_is_an_answer,
            widget=forms.RadioSelect if few else forms.Select,
        )

    def answers(self) -> dict[str, str]:
        """The answers given so far, by question."""
        given = self.data if self.is_bound else {}
        return {key: given[key] for key in self.answered if key in given}
