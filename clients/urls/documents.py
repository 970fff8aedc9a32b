"""Documents, requests for them, audit packages."""

from django.urls import path

from clients.urls.places import OF_IMPORTER
from clients.views import (
    document_requests,
    documents,
)

DOCUMENT = "documents/<int:document_id>/"
WISH = "document-requests/<int:request_id>/"
urlpatterns = [
    path("documents/", documents.document_list, name="document-list"),
    path(f"{OF_IMPORTER}documents/", documents.importer_documents, name="importer-documents"),
    path(f"{OF_IMPORTER}documents/new/", documents.document_new, name="document-new"),
    path(
        f"{OF_IMPORTER}document-requests/new/",
        document_requests.request_new,
        name="document-request-new",
    ),
    path(
        f"{OF_IMPORTER}document-packages/",
        document_requests.importer_packages,
        name="importer-packages",
    ),
    path(DOCUMENT, documents.document_page, name="document"),
    path(f"{DOCUMENT}description/", documents.document_description, name="document-description"),
    path(f"{DOCUMENT}versions/", documents.document_versions, name="document-versions"),
    path(f"{DOCUMENT}holds/", documents.document_holds, name="document-holds"),
    path(f"{DOCUMENT}destructions/", documents.document_destructions, name="document-destructions"),
    path("document-versions/<int:version_id>/file/", documents.version_file, name="version-file"),
    path(
        "document-versions/<int:version_id>/pages/<int:page>/",
        documents.version_preview,
        name="version-preview",
    ),
    path("document-holds/<int:hold_id>/release/", documents.hold_release, name="hold-release"),
    path(
        "document-destructions/<int:destruction_id>/approval/",
        documents.destruction_approval,
        name="destruction-approval",
    ),
    path(
        "document-destructions/<int:destruction_id>/refusal/",
        documents.destruction_refusal,
        name="destruction-refusal",
    ),
    path(WISH, document_requests.request_page, name="document-request"),
    path(f"{WISH}answer/", document_requests.request_answer, name="document-request-answer"),
    path(
        f"{WISH}acceptance/",
        document_requests.request_acceptance,
        name="document-request-acceptance",
    ),
    path(f"{WISH}return/", document_requests.request_return, name="document-request-return"),
    path(
        f"{WISH}withdrawal/",
        document_requests.request_withdrawal,
        name="document-request-withdrawal",
    ),
    path(
        "document-packages/<int:package_id>/",
        document_requests.package_page,
        name="document-package",
    ),
    path(
        "document-packages/<int:package_id>/file/",
        document_requests.package_file,
        name="document-package-file",
    ),
]
