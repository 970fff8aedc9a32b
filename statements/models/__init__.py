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
from statements.models.rulebook import RulebookEntry

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
    "RulebookEntry",
    "Statement",
    "StatementFile",
    "StatementLine",
    "TransactionType",
    "UploadedFile",
    "original_path",
    "private_storage",
    "proof_path",
]
