"""What people say when they ask for help, answer, and look for requests."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.forms.documents import TAKEN, DayField
from clients.models import (
    SUPPORT_STATE_CHOICES,
    CannedAnswer,
    Importer,
    SupportCategory,
    SupportPriority,
    SupportRequest,
    User,
)
from clients.queries.support import SupportSearch
from clients.rules.support import Wish

LONGEST = 20_000
STATES = [("", _("Under way")), ("all", _("All")), *SUPPORT_STATE_CHOICES]
CATEGORIES = [("", _("Choose")), *SupportCategory.choices]
CLOCKS = [("", _("Any")), ("breached", _("Overdue")), ("near", _("Due soon"))]


class ManyFiles(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """None, one or several files."""

    widget = ManyFiles(attrs={"accept": TAKEN, "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        said = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in said if one]


def text_field(label: Any, rows: int = 6, **options: Any) -> forms.CharField:
    """Words of several lines."""
    told = {"max_length": LONGEST, "strip": True, **options}
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **told)


def files_field() -> FilesField:
    """Files that go with a message."""
    return FilesField(
        label=_("Files"),
        required=False,
        help_text=_("PDF, PNG, JPEG, TIFF, XLSX, DOCX or text, up to 50 MB; at most ten."),
    )


class AskForm(forms.Form):
    """A new request."""

    title = forms.CharField(label=_("Subject"), max_length=200)
    category = forms.ChoiceField(label=_("What it is about"), choices=CATEGORIES)
    priority = forms.ChoiceField(
        label=_("How urgent it is"), choices=SupportPriority.choices, initial="normal"
    )
    text = text_field(_("Your question"))
    attachments = files_field()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})


class MessageForm(forms.Form):
    """A message to the other side; `then` is a step that goes with it."""

    text = text_field(_("Message"))
    attachments = files_field()
    then = forms.ChoiceField(
        label=_("And then"),
        required=False,
        choices=[
            ("", _("Leave it in its state")),
            (Wish.ASK_CLIENT.value, _("It waits for the client’s answer")),
            (Wish.SOLVE.value, _("It is solved")),
        ],
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})


class NoteForm(forms.Form):
    """A note among the staff. It takes no files: documents are the importer's to see."""

    text = text_field(_("Note among the staff"), rows=3)


class StepForm(forms.Form):
    """A step, with a message where one is wanted; the CBSA's number and the next date."""

    text = text_field(_("Message"), rows=3, required=False)
    case_no = forms.CharField(label=_("CBSA case number"), max_length=40, required=False)
    next_on = DayField(label=_("Look after it next on"), required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})


class PersonChoice(forms.ModelChoiceField):
    """Somebody of the staff by name."""

    def label_from_instance(self, person: Any) -> str:
        return str(person.full_name or person.email)


class HandlingForm(forms.Form):
    """Who looks after a request, what it is, how urgent."""

    owner = PersonChoice(
        queryset=User.objects.none(),
        label=_("Looked after by"),
        required=False,
        empty_label=_("Nobody yet"),
    )
    category = forms.ChoiceField(label=_("What it is about"), choices=SupportCategory.choices)
    priority = forms.ChoiceField(label=_("How urgent it is"), choices=SupportPriority.choices)
    case_no = forms.CharField(label=_("CBSA case number"), max_length=40, required=False)
    next_on = DayField(label=_("Look after it next on"), required=False)

    def __init__(self, *arguments: Any, owners: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        owner: Any = self.fields["owner"]
        owner.queryset = owners


class ContactHandlingForm(HandlingForm):
    """The same of a contact, which has no case with the CBSA."""

    case_no = None  # type: ignore[assignment]
    next_on = None  # type: ignore[assignment]


class MoveForm(forms.Form):
    """Which importer a contact belongs to."""

    importer: Any = forms.ModelChoiceField(
        queryset=None, label=_("Importer"), empty_label=_("Choose")
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        choice: Any = self.fields["importer"]
        choice.queryset = Importer.objects.order_by("legal_name")


class SupportFilterForm(forms.Form):
    """Which requests to list."""

    words = forms.CharField(
        label=_("Number, subject or words"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    category = forms.ChoiceField(
        label=_("What it is about"),
        required=False,
        choices=[("", _("Anything")), *SupportCategory.choices],
    )
    owner = forms.ChoiceField(label=_("Looked after by"), required=False)
    clock = forms.ChoiceField(label=_("Promise"), required=False, choices=CLOCKS)

    def __init__(self, said: Any, owners: Iterable[User] = (), *, is_staff: bool = True) -> None:
        super().__init__(said, label_suffix="")
        if not is_staff:
            del self.fields["owner"], self.fields["clock"]
            return
        people = [(str(one.pk), one.full_name or one.email) for one in owners]
        owner: Any = self.fields["owner"]
        owner.choices = [
            ("", _("Anybody")),
            ("me", _("Me")),
            ("nobody", _("Nobody yet")),
            *people,
        ]

    def search(self, importer_id: int | None) -> SupportSearch:
        """What was asked; what is not valid was not asked."""
        self.is_valid()
        said: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        return SupportSearch(importer_id=importer_id, **said)


class CannedAnswerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A prepared answer in both languages."""

    class Meta:
        model = CannedAnswer
        fields = ("name", "category", "text_en", "text_fr")
        widgets = {
            "text_en": forms.Textarea(attrs={"rows": 8, "lang": "en"}),
            "text_fr": forms.Textarea(attrs={"rows": 8, "lang": "fr"}),
        }

    def _post_clean(self) -> None:
        """The action checks and writes; a form does not touch the row."""


def handling_initial(request: SupportRequest) -> dict[str, Any]:
    """What the form of a request begins with."""
    names = ("owner", "category", "priority", "case_no", "next_on")
    return {name: getattr(request, name) for name in names}
