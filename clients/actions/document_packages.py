"""Audit packages: asked for, put together by a worker, handed out, removed after a week."""

import hashlib
import logging
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import IO, Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from carmsvc.platform import audit, work
from carmsvc.platform.dates import toronto_day
from carmsvc.platform.nudge import nudge
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.models import DocumentPackage, DocumentVersion, Importer, User
from clients.paper import cover_pdf, index_csv, index_html
from clients.queries import lead_for
from clients.rules.documents import ENDINGS

logger = logging.getLogger(__name__)
KEPT = timedelta(days=7)
MOST_FILES = 20_000
_TELL_EVERY = 25  # files between two notes of progress


class Altered(RuntimeError):
    """The content of a version is not what its hash says."""


@transaction.atomic
def request_package(
    *,
    importer: Importer,
    title: str,
    documents: Any,
    chosen_by: dict[str, str],
    language: str,
    by: User,
) -> DocumentPackage:
    """Ask for the newest clean version of each of these documents as one file. `Refused`."""
    newest = (
        DocumentVersion.objects.filter(
            importer=importer, document__in=documents, cleared_at__isnull=False
        )
        .exclude(file="")
        .order_by("document_id", "-number")
        .distinct("document_id")
    )
    version_ids = sorted(newest.values_list("pk", flat=True))
    _refuse_unless_some(version_ids, title)
    package = DocumentPackage.objects.create(
        importer=importer,
        title=title.strip(),
        language=language,
        chosen_by=chosen_by,
        version_ids=version_ids,
        requested_by=by,
    )
    _tell("document package requested", package, by, documents=len(version_ids), chosen=chosen_by)
    nudge("clients.tasks.write_package", importer_id=importer.pk, package_id=package.pk)
    return package


def _refuse_unless_some(version_ids: list[int], title: str) -> None:
    if not title.strip() or len(title) > 200 or "\x00" in title:
        raise Refused(_("Give the package a title of at most 200 characters."))
    if not version_ids:
        raise Refused(_("No document that may be handed out fits: choose otherwise."))
    if len(version_ids) > MOST_FILES:
        limit = {"count": MOST_FILES}
        raise Refused(_("More than %(count)s documents fit: choose a shorter period.") % limit)


def write_package(*, importer_id: int, package_id: int) -> bool:
    """Put one package together; False if another worker has it, it is done, or it failed."""
    with importer_scope(importer_id):
        token = work.claim(DocumentPackage, package_id)
    if token is None:
        return False
    try:
        _write(importer_id, package_id, token)
    except work.LostClaim:
        logger.warning("package %s was taken over by another worker", package_id)
        return False
    except Exception as failure:
        logger.exception("package %s failed", package_id)
        _give_back(importer_id, package_id, token, failure)
        return False
    return True


def _give_back(importer_id: int, package_id: int, token: Any, failure: Exception) -> None:
    with importer_scope(importer_id):
        if work.give_back(DocumentPackage, package_id, token, repr(failure), lead_for(importer_id)):
            package = DocumentPackage.objects.get(pk=package_id)
            _tell("document package parked", package, "worker")


def _write(importer_id: int, package_id: int, token: Any) -> None:
    with importer_scope(importer_id):
        packages = DocumentPackage.objects.select_related("importer", "requested_by")
        package = packages.get(pk=package_id)
        rows = list(_rows(package))
    with tempfile.TemporaryFile(prefix="package-") as file:
        _pack(package, rows, file, token)
        size, digest = file.tell(), _sha256(file)
        with importer_scope(importer_id):
            held = work.hold(DocumentPackage, package_id, token)
            held.file.save("package.zip", File(file), save=False)
            held.sha256, held.size, held.state = digest, size, held.State.WRITTEN
            held.expires_at = timezone.now() + KEPT
            held.packed, held.last_failure = len(rows), ""
            held.claim_token = held.leased_until = None
            held.save()
            _tell("document package written", held, "worker", sha256=digest, documents=len(rows))


def _rows(package: DocumentPackage) -> Iterator[dict[str, Any]]:
    """What goes in, a line for each file; what was destroyed since is left out."""
    versions = DocumentVersion.objects.filter(
        importer=package.importer_id, pk__in=package.version_ids, cleared_at__isnull=False
    ).exclude(file="")
    found = versions.defer("text").select_related("document", "uploaded_by")
    for place, version in enumerate(found.order_by("document__kind", "document_id"), 1):
        document = version.document
        ending = ENDINGS.get(version.content_type, "")
        yield {
            "path": f"documents/{place:05}-{slugify(document.title)[:60] or document.kind}{ending}",
            "kind": document.get_kind_display(),
            "title": document.title,
            "number": version.number,
            "transaction_no": document.transaction_no,
            "counted_from_on": document.counted_from_on,
            "uploaded_on": toronto_day(version.uploaded_at),
            "uploaded_by": str(version.uploaded_by or ""),
            "size": version.size,
            "sha256": version.sha256,
            "file": version.file,
        }


def _pack(package: DocumentPackage, rows: list[dict[str, Any]], file: Any, token: Any) -> None:
    told = [
        ("cover.pdf", cover_pdf(package, rows)),
        ("index.html", index_html(package, rows)),
        ("index.csv", index_csv(package, rows)),
    ]
    sums = [f"{row['sha256']}  {row['path']}\n" for row in rows]
    sums += [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in told]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (*told, ("SHA256SUMS", "".join(sums).encode())):
            archive.writestr(name, content)
        for count, row in enumerate(rows, 1):
            with archive.open(row["path"], "w", force_zip64=True) as part:
                _copy(row, part)
            if count % _TELL_EVERY == 0:
                with importer_scope(package.importer_id):
                    work.renew(DocumentPackage, package.pk, token, packed=count)


def _copy(row: dict[str, Any], part: IO[bytes]) -> None:
    """One file into the archive, block by block; raises `Altered` if it is not what it was."""
    digest = hashlib.sha256()
    with row["file"].open("rb") as content:
        for block in content.chunks():
            digest.update(block)
            part.write(block)
    if digest.hexdigest() != row["sha256"]:
        raise Altered(row["path"])


def _sha256(file: Any) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def open_package(*, package: DocumentPackage, by: User) -> Any:
    """The file of a package; who took it is told. Raises `Refused`."""
    if package.state != package.State.WRITTEN or not package.file:
        raise Refused(_("This package is not there: ask for a new one."))
    _tell("document package opened", package, by, sha256=package.sha256)
    return package.file.open("rb")


def remove_old_packages(importers: Collection[int], now: datetime) -> int:
    """Remove the packages that are a week old; that they were stays. Returns how many."""
    with importer_scope(importers):
        old = DocumentPackage.objects.filter(
            importer__in=importers, state="written", expires_at__lte=now
        )
        found = list(old.select_for_update(skip_locked=True))
        for package in found:
            storage, name = package.file.storage, package.file.name
            transaction.on_commit(partial(storage.delete, name))
            package.file, package.state = "", package.State.EXPIRED
            package.save(update_fields=["file", "state"])
            _tell("document package removed", package, "worker")
    return len(found)


def packages_waiting(importers: Collection[int]) -> list[tuple[int, int]]:
    """(importer, package) of what waits for a worker."""
    with importer_scope(importers):
        waiting = DocumentPackage.objects.filter(
            DocumentPackage.is_waiting(), importer__in=importers, attempts__lt=work.MOST_ATTEMPTS
        )
        return list(waiting.order_by("id").values_list("importer_id", "id"))


def park_exhausted_packages(importers: Collection[int]) -> int:
    """Park packages whose worker died three times without a word; returns how many."""
    with importer_scope(importers):
        return work.park_exhausted(DocumentPackage, lambda one: lead_for(one.importer_id))


def _tell(action: str, package: DocumentPackage, by: object, **told: Any) -> None:
    audit.record(action, importer_id=package.importer_id, by=by, target=package, **told)
