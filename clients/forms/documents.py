"""What people say of documents: of a new one, of its life, of what they look for."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import DocumentKind, DocumentVersion, ProgramAccount, User
from clients.queries.documents import DocumentSearch

TAKEN = ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.xlsx,.docx,.txt"
KINDS = [("", _("All")), *DocumentKind.choices]
STATES = [
    ("", _("All that are kept")),
    ("held", _("On legal hold")),
    ("expiring", _("Expired or expiring soon")),
    ("over", _("Kept long enough")),
    ("destroyed", _("Destroyed")),
]


class DayField(forms.DateField):
    """A day as browsers let one pick it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DescriptionForm(forms.Form):
    """What a document is and how long it counts."""

    kind = forms.ChoiceField(label=_("Type"), choices=DocumentKind.choices)
    title = forms.CharField(label=_("Title"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=User.Language.choices)
    program_account: Any = forms.ModelChoiceField(
        queryset=None,  # asked for inside a scope only
        label=_("Program account"),
        required=False,
        empty_label=_("None"),
    )
    transaction_no = forms.CharField(
        label=_("Transaction number"),
        required=False,
        max_length=20,
        help_text=_("14 digits, if it is about one transaction."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    counted_from_on = DayField(
        label=_("Imported on"),
        required=False,
        help_text=_("Six years of keeping count from this day; without it nothing is destroyed."),
    )
    expires_on = DayField(
        label=_("In force to"), required=False, help_text=_("You are reminded before that day.")
    )

    def __init__(self, *args: Any, accounts: Iterable[ProgramAccount], **options: Any) -> None:
        super().__init__(*args, **options)
        account: Any = self.fields["program_account"]
        account.queryset = accounts


class FileForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, PNG, JPEG, TIFF, XLSX, DOCX or text, up to 50 MB."),
        widget=forms.FileInput(attrs={"accept": TAKEN}),
        max_length=DocumentVersion._meta.get_field("file_name").max_length,
    )


class DocumentForm(DescriptionForm, FileForm):
    """A new document with its file."""

    field_order = ["file", "kind", "title"]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Why"), max_length=500)


class SendBackForm(ReasonForm):
    """Why what was sent will not do, and by when it is asked for anew."""

    due_on = DayField(label=_("To be sent by"))


class RequestForm(forms.Form):
    """What an importer is asked to send."""

    kind = forms.ChoiceField(label=_("Type"), choices=DocumentKind.choices)
    title = forms.CharField(label=_("What is to be sent"), max_length=200)
    explanation = forms.CharField(
        label=_("Explanation"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    transaction_no = forms.CharField(
        label=_("Transaction number"),
        required=False,
        max_length=14,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    due_on = DayField(label=_("To be sent by"))


class DocumentFilterForm(forms.Form):
    """Which documents to list."""

    words = forms.CharField(
        label=_("Title, number or text"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    kind = forms.ChoiceField(label=_("Type"), required=False, choices=KINDS)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    first = DayField(label=_("Imported from"), required=False)
    last = DayField(label=_("Imported to"), required=False)

    def __init__(self, said: Any) -> None:
        super().__init__(said, label_suffix="")

    def search(self, importer_id: int | None) -> DocumentSearch:
        """What was asked; what is not valid was not asked."""
        self.is_valid()
        said: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        return DocumentSearch(importer_id=importer_id, **said)

    def told(self) -> dict[str, str]:
        """What was asked in words, for the cover of a package."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        chosen = {"kind": dict(KINDS), "state": dict(STATES)}
        return {
            str(self.fields[name].label): str(chosen.get(name, {}).get(value, value))
            for name, value in said.items()
        }


class PackageForm(forms.Form):
    """A package of the documents that were found."""

    title = forms.CharField(label=_("Title of the package"), max_length=200)
