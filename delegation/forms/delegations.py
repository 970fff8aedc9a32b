"""What people say of a delegation: terms, steps, evidence, roles; and what they look for."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.forms.staff import StaffChoice
from clients.models import ClientGroup, GroupedImporter, User
from clients.queries.staff import assignable_staff
from delegation.actions import Approval
from delegation.models import DelegatedRole
from delegation.rules import NEEDS_REASON, Level, ProviderKind, Wish
from delegation.wording import LEVEL_SENTENCES, LEVELS, PROVIDERS, STATES, TICKS, choices


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class _LevelLabel:
    """A level and how far it reaches, put together in the reader's language."""

    def __init__(self, level: Level) -> None:
        self.level = level

    def __str__(self) -> str:
        return f"{LEVELS[self.level]} – {LEVEL_SENTENCES[self.level]}"


def _levels() -> list[tuple[str, Any]]:
    return [(level.value, _LevelLabel(level)) for level in Level]


def _optional_day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DayInput(), help_text=help_text)


class ReachForm(forms.Form):
    """Level, program accounts and visibility: agreed, or approved."""

    level = forms.ChoiceField(label=_("Level"), choices=_levels, widget=forms.RadioSelect)
    accounts = forms.MultipleChoiceField(
        label=_("Program accounts"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For program management only."),
    )
    ticks = forms.TypedMultipleChoiceField(
        label=_("Visibility"),
        coerce=int,
        required=False,
        choices=list(TICKS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "The portal has three ticks. The names of the second and the third are not verified: "
            "count them from the top."
        ),
    )

    def __init__(self, *arguments: Any, accounts: Iterable[Any], **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        self.fields["accounts"].choices = [  # type: ignore[attr-defined]
            (one.bn15, f"{one.bn15} {one.name}".strip()) for one in accounts
        ]


class TermsForm(ReachForm):
    """What was agreed with the importer, and our own days."""

    effective_from = _optional_day(_("Effective from"))
    effective_to = _optional_day(_("Effective to"), _("The last day. Empty: no end is agreed."))
    review_on = _optional_day(_("Review on"), _("When somebody should look at it again."))

    @property
    def terms(self) -> dict[str, Any]:
        """As the actions take them."""
        said = self.cleaned_data
        days = {name: said[name] for name in ("effective_from", "effective_to", "review_on")}
        return days | {
            "agreed_level": said["level"],
            "agreed_accounts": said["accounts"],
            "agreed_ticks": said["ticks"],
        }


class NewDelegationForm(TermsForm):
    """A provider, and what is agreed with the importer."""

    provider_kind = forms.ChoiceField(
        label=_("Provider"), choices=choices(PROVIDERS), initial=ProviderKind.OUR_BROKERAGE
    )
    provider_name = forms.CharField(
        label=_("Provider’s name"),
        max_length=200,
        required=False,
        help_text=_("For our own brokerage it may stay empty."),
    )
    provider_bn9 = forms.RegexField(
        r"^\d{9}$",
        label=_("Provider’s business number"),
        required=False,
        help_text=_("Nine digits. For our own brokerage it may stay empty."),
        error_messages={"invalid": _("A business number has nine digits.")},
    )
    field_order = ("provider_kind", "provider_name", "provider_bn9")

    @property
    def wish(self) -> dict[str, Any]:
        said = self.cleaned_data
        provider = {n: said[n] for n in ("provider_kind", "provider_name", "provider_bn9")}
        return self.terms | provider


class StepForm(forms.Form):
    """A step that needs no more than its day and, for some, why."""

    on = forms.DateField(label=pgettext_lazy("day", "On"), widget=DayInput())
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        help_text=_("The importer’s people can read it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *arguments: Any, wish: Wish, today: date, **named: Any) -> None:
        named.setdefault("initial", {"on": today})
        super().__init__(*arguments, **{"label_suffix": "", **named})
        self.fields["reason"].required = wish in NEEDS_REASON
        self.approval: Approval | None = None


class ApprovalForm(ReachForm):
    """What the importer approved, or changed, in the portal."""

    on = forms.DateField(label=pgettext_lazy("day", "On"), widget=DayInput())
    approved_by_name = forms.CharField(
        label=_("Approved by"),
        max_length=200,
        help_text=_("The importer’s business account manager, or program account manager."),
    )
    reason = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *arguments: Any, wish: Wish, today: date, **named: Any) -> None:
        named.setdefault("initial", {"on": today})
        super().__init__(*arguments, **named)

    @property
    def approval(self) -> Approval:
        said = self.cleaned_data
        return Approval(
            approved_level=said["level"],
            approved_accounts=tuple(said["accounts"]),
            approved_ticks=tuple(said["ticks"]),
            approved_by_name=said["approved_by_name"],
            approved_on=said["on"],
        )


class EvidenceForm(forms.Form):
    """What proves a delegation."""

    reference = forms.CharField(
        label=_("Evidence"),
        max_length=300,
        help_text=_("What it is and where it is written: a portal e-mail, a screenshot, a report."),
    )
    evidence_on = forms.DateField(label=_("Date of the evidence"), widget=DayInput())
    content = forms.FileField(
        label=_("Scan"),
        required=False,
        help_text=_("PDF, PNG or JPEG, up to 20 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )


class RoleForm(forms.Form):
    """A proxy role of one of our staff."""

    person = StaffChoice(queryset=User.objects.none(), label=_("Person"), empty_label=_("Choose"))
    role = forms.ChoiceField(label=_("Role in the portal"), choices=DelegatedRole.Role.choices)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        self.fields["person"].queryset = assignable_staff()  # type: ignore[attr-defined]


class RegisterForm(forms.Form):
    """Which delegations of the register to list."""

    search = forms.CharField(label=_("Importer or provider"), max_length=100, required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    provider = forms.ChoiceField(label=_("Provider"), required=False)
    attention = forms.ChoiceField(label=_("Attention"), required=False)
    group = forms.ModelChoiceField(
        queryset=ClientGroup.objects.none(), label=_("Client group"), required=False
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        every: list[tuple[str, Any]] = [("", pgettext_lazy("delegations", "All"))]
        attention = [
            ("expiring", _("Ends within 60 days")),
            ("review", _("Review is due")),
            ("missing", _("Importers we may not act for")),
        ]
        for name, words in (
            ("state", choices(STATES)),
            ("provider", choices(PROVIDERS)),
            ("attention", attention),
        ):
            self.fields[name].choices = every + words  # type: ignore[attr-defined]
        group: Any = self.fields["group"]
        group.queryset, group.empty_label = _groups_seen(), every[0][1]

    @property
    def wish(self) -> dict[str, Any]:
        """What was asked; what is not valid was not asked."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def _groups_seen() -> Any:
    """The client groups of the importers in sight: a name may be a client's."""
    return ClientGroup.objects.filter(pk__in=GroupedImporter.objects.values("group")).order_by(
        "name"
    )
