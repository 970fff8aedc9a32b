"""Documents put together for somebody who wants to see them: an audit, the importer, a court."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.tenancy import TenantModel
from carmsvc.platform.work import WorkRow
from clients.models.documents import document_storage
from clients.models.people import User


def package_path(instance: "DocumentPackage", file_name: str) -> str:
    """By importer, under a name that nobody chose."""
    return f"document-packages/{instance.importer_id}/{uuid.uuid4().hex}"


class DocumentPackage(TenantModel, WorkRow):
    """Chosen versions as one ZIP file, made by a worker and removed after a week.

    `version_ids` is what was chosen, fixed when it was asked for.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("Waiting")
        PACKING = "packing", _("Being made")
        WRITTEN = "written", _("Ready")
        EXPIRED = "expired", _("Removed after a week")

    waiting_state = State.REQUESTED
    working_state = State.PACKING

    id = models.BigAutoField(primary_key=True)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(max_length=2, choices=User.Language, default=User.Language.ENGLISH)
    chosen_by = models.JSONField(default=dict)  # how the documents were chosen, for the cover
    version_ids = ArrayField(models.BigIntegerField())
    packed = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    file = models.FileField(upload_to=package_path, storage=document_storage, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(null=True, blank=True)
    requested_at = models.DateTimeField(default=timezone.now)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="written")
                | (~Q(file="") & ~Q(sha256="") & Q(expires_at__isnull=False)),
                name="a_written_package_has_a_file_a_hash_and_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "-id"], name="packages_newest"),
            models.Index(
                fields=["leased_until"],
                condition=Q(state__in=["requested", "packing"], parked_at=None),
                name="packages_waiting",
            ),
            models.Index(
                fields=["expires_at"], condition=Q(state="written"), name="packages_to_remove"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_under_way(self) -> bool:
        return self.state in (self.State.REQUESTED, self.State.PACKING) and not self.parked_at
