"""Addresses of the statements room."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from statements.views import files, forecast, payments, replay, rulebook


class FileKind(StringConverter):
    """The two kinds of files in an address: `statement-files/…`, `ledger-files/…`."""

    regex = "statement|ledger"


register_converter(FileKind, "file_kind")

PAYMENT = "payments/<int:payment_id>/"
ENTRY = "rulebook/entries/<int:entry_id>/"
FILE = "<file_kind:kind>-files/<int:file_id>/"
urlpatterns = [
    path(
        "importers/<int:importer_id>/statement-files/new/",
        files.statement_upload,
        name="statement-upload",
    ),
    path(
        "importers/<int:importer_id>/ledger-files/new/", files.ledger_upload, name="ledger-upload"
    ),
    path("rulebook/", rulebook.rulebook, name="rulebook"),
    path("rulebook/<slug:name>/", rulebook.rulebook_value, name="rulebook-value"),
    path(f"{ENTRY}approval/", rulebook.rulebook_approval, name="rulebook-approval"),
    path(f"{ENTRY}rejection/", rulebook.rulebook_rejection, name="rulebook-rejection"),
    path(f"{ENTRY}withdrawal/", rulebook.rulebook_withdrawal, name="rulebook-withdrawal"),
    path(FILE, files.file_page, name="file"),
    path(f"{FILE}progress/", files.file_progress, name="file-progress"),
    path(f"{FILE}original/", files.file_original, name="file-original"),
    path(f"{FILE}rows.csv", files.file_problems, name="file-problems"),
    path(f"{FILE}mapping/", files.file_mapping, name="file-mapping"),
    path(f"{FILE}repairs/", files.file_repairs, name="file-repairs"),
    path(f"{FILE}attempts/", files.file_attempts, name="file-attempts"),
    path("forecast/", forecast.forecast_list, name="forecast-list"),
    path(
        "importers/<int:importer_id>/forecast/",
        forecast.importer_forecast,
        name="importer-forecast",
    ),
    path("payments/", payments.payment_list, name="payment-list"),
    path("payments.csv", payments.payments_csv, name="payments-csv"),
    path(PAYMENT, payments.payment_page, name="payment"),
    path(f"{PAYMENT}proof/", payments.payment_proof, name="payment-proof"),
    path(f"{PAYMENT}voiding/", payments.payment_voiding, name="payment-voiding"),
    path(
        "importers/<int:importer_id>/payments/",
        payments.importer_payments,
        name="importer-payments",
    ),
    path(
        "importers/<int:importer_id>/payments.csv",
        payments.importer_payments_csv,
        name="importer-payments-csv",
    ),
    path("importers/<int:importer_id>/payments/new/", payments.payment_new, name="payment-new"),
    path(
        "program-accounts/<int:account_id>/allocation/",
        replay.allocation,
        name="payment-allocation",
    ),
    path(
        "program-accounts/<int:account_id>/payer/",
        payments.payer_arrangement,
        name="payer-arrangement",
    ),
    path("statements/<int:statement_id>/late-payment/", replay.late_payment, name="late-payment"),
    path("statements/<int:statement_id>/", files.statement_page, name="statement"),
]
