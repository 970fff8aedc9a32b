"""Both sides' documents, and what was paid."""

from statements.models.documents import (
    COMPONENTS,
    AmountByComponent,
    FiledBy,
    FileKind,
    KnownFiler,
    LedgerEntry,
    LedgerFile,
    MappingProfile,
    RowProblem,
    Statement,
    StatementFile,
    StatementLine,
    TransactionType,
    UploadedFile,
    original_path,
    private_storage,
)
from statements.models.payments import Payment, proof_path

__all__ = [
    "COMPONENTS",
    "AmountByComponent",
    "FileKind",
    "FiledBy",
    "KnownFiler",
    "LedgerEntry",
    "LedgerFile",
    "MappingProfile",
    "Payment",
    "RowProblem",
    "Statement",
    "StatementFile",
    "StatementLine",
    "TransactionType",
    "UploadedFile",
    "original_path",
    "private_storage",
    "proof_path",
]
