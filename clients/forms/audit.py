"""What somebody looks for in the audit."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from carmsvc.platform.audit_words import ACTIONS, KINDS
from clients.queries.audit import Sought

DAY = {"type": "date"}


class AuditForm(forms.Form):
    """Who, what, which object, when, and words; everything may be left empty."""

    person = forms.CharField(required=False, max_length=100, label=_("Person"))
    action = forms.ChoiceField(required=False, label=_("What happened"))
    kind = forms.ChoiceField(required=False, label=_("Kind of object"))
    target = forms.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, label=_("Number of the object")
    )
    since = forms.DateField(
        required=False, label=_("From"), widget=forms.DateInput(DAY, "%Y-%m-%d")
    )
    until = forms.DateField(required=False, label=_("To"), widget=forms.DateInput(DAY, "%Y-%m-%d"))
    words = forms.CharField(required=False, max_length=100, label=_("Words"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        actions = sorted((str(action.name), word) for word, action in ACTIONS.items())
        kinds = sorted((str(name), kind) for kind, name in KINDS.items())
        every = ("", _("Everything"))
        fields: dict[str, Any] = self.fields
        fields["action"].choices = [every, *((word, name) for name, word in actions)]
        fields["kind"].choices = [every, *((kind, name) for name, kind in kinds)]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        since, until = told.get("since"), told.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last day lies before the first."))
        return told

    def sought(self) -> Sought:
        """What is looked for; call when valid."""
        fields = {name: self.cleaned_data[name] for name in Sought.__dataclass_fields__}
        return Sought(**fields)


class AuditOfImportersForm(AuditForm):
    """The same over several importers."""

    importer = forms.CharField(
        required=False, max_length=100, label=pgettext_lazy("one", "Importer")
    )

    field_order = ["importer"]
