"""The words that portals, brokers' systems and people use, in English and French.

Each field has ranks of headings, tried in order: a heading of a later rank means the field only
when the file has none of an earlier rank. Sources: carm-files.md E3, E4, E6 and F. No official
layout is public, so the list grows with the files that clients show us.
"""

from statements.layouts.fields import FileKind
from statements.layouts.wording import normalise

Ranks = tuple[tuple[str, ...], ...]

_COMMON: dict[str, Ranks] = {
    "version": (
        (
            "Version",
            "Version no",
            "Version number",
            "CAD version",
            "Numéro de version",
            "N° de version",
            "Version de la DDC",
        ),
    ),
    "released_on": (
        (
            "Release date",
            "Date released",
            "Released on",
            "Released",
            "Date of release",
            "Date de la mainlevée",
            "Date de mainlevée",
            "Mainlevée",
        ),
    ),
    "debit": (
        (
            "Debit",
            "Debits",
            "Debit amount",
            "Charges",
            "Débit",
            "Débits",
            "Montant débit",
            "Montant au débit",
        ),
    ),
    "credit": (
        (
            "Credit",
            "Credits",
            "Credit amount",
            "Crédit",
            "Crédits",
            "Montant crédit",
            "Montant au crédit",
        ),
    ),
    "duty": (
        (
            "Duty",
            "Duties",
            "Customs duty",
            "Customs duties",
            "Duty amount",
            "Total duty",
            "Total duties",
            "TotalDutyAmt",
            "Total duty amount",
            "Total customs duties",
            "Droits",
            "Droits de douane",
            "Total des droits de douane",
            "Montant des droits",
        ),
    ),
    "sima": (
        (
            "SIMA",
            "SIMA duties",
            "SIMA amount",
            "Total SIMA",
            "Anti-dumping and countervailing",
            "LMSI",
            "Droits LMSI",
            "Montant LMSI",
        ),
    ),
    "surtax": (
        (
            "Surtax",
            "Surtaxes",
            "Surtax amount",
            "Total surtax",
            "Total surtaxes",
            "Surtaxe",
            "Montant de la surtaxe",
        ),
    ),
    "safeguard": (
        (
            "Safeguard",
            "Safeguards",
            "Safeguard amount",
            "Safeguard surtax",
            "Mesures de sauvegarde",
            "Sauvegarde",
            "Sauvegardes",
        ),
    ),
    "excise_duty": (
        ("Excise duty", "Excise duties", "Total excise duty", "Droits d'accise", "Droit d'accise"),
    ),
    "excise_tax": (
        ("Excise tax", "Excise taxes", "Total excise tax", "Taxe d'accise", "Taxes d'accise"),
        ("Excise", "Accise"),
    ),
    "gst": (
        (
            "GST",
            "GST amount",
            "Total GST",
            "TotalGSTAmt",
            "Total GST amount",
            "TPS",
            "Montant TPS",
            "Montant de la TPS",
            "Total de la TPS",
            "Total TPS",
        ),
    ),
    "pst_hst": (
        (
            "PST/HST",
            "HST/PST",
            "PST",
            "HST",
            "Provincial tax",
            "Provincial sales tax",
            "TVP/TVH",
            "TVP",
            "TVH",
            "Taxe provinciale",
        ),
    ),
    "interest": (
        (
            "Interest",
            "Interests",
            "Interest amount",
            "Total interest",
            "Intérêts",
            "Intérêt",
            "Montant des intérêts",
        ),
    ),
    "penalty": (
        (
            "Penalty",
            "Penalties",
            "Penalty amount",
            "Total penalties",
            "Pénalité",
            "Pénalités",
            "Montant des pénalités",
        ),
    ),
}

_PROGRAM_ACCOUNT = (
    "Program account", "Program account no", "Program account number", "Programme account",
    "RM account", "RM", "BN15", "BN 15", "RM number", "RM no", "Importer program account",
    "Compte de programme", "N° de compte de programme", "Numéro de compte de programme", "NE15",
    "NE 15", "Compte RM",
)  # fmt: skip
_TRANSACTION_NO = (
    "Transaction number", "Transaction no", "Transaction num", "Transaction #", "Trans no",
    "Transaction ID", "CAD transaction no", "CAD transaction number", "CAD number", "CAD no",
    "Numéro de transaction", "N° de transaction", "No de transaction", "N° transaction",
    "No transaction", "Numéro transaction", "DDC n° de transaction", "N° de transaction DDC",
)  # fmt: skip

_STATEMENT: dict[str, Ranks] = {
    **_COMMON,
    "program_account": (_PROGRAM_ACCOUNT,),
    "transaction_no": (
        _TRANSACTION_NO,
        ("Document number", "Document no", "Numéro de document", "N° de document"),
        ("Reference", "Reference number", "Reference no", "Référence", "Numéro de référence",
         "N° de référence"),
    ),
    "transaction_type": (
        ("Transaction type", "Type", "Type of transaction", "Type de transaction",
         "Type d'opération"),
        ("Document type", "Type de document"),
        ("Description", "Transaction description", "Description de la transaction"),
    ),
    "posted_on": (
        ("Posting date", "Transaction date", "Date posted", "Posted on", "Posted",
         "Date de comptabilisation", "Date de la transaction", "Date de transaction",
         "Date d'inscription"),
        ("Accounting date", "Date de la déclaration en détail", "Date comptable"),
        ("Date",),
    ),
    "due_on": (("Due date", "Payment due date", "Date due", "Due on", "Payment due",
                "Date d'échéance", "Échéance", "Date d'échéance du paiement"),),
    "amount": (
        ("Amount", "Total amount", "Transaction amount", "Amount CAD", "Amount (CAD)",
         "Amount in CAD", "Net amount", "Montant", "Montant total", "Montant de la transaction",
         "Montant CAD", "Montant (CAD)", "Montant en CAD"),
        ("Total",),
    ),
    "open_amount": (
        ("Open amount", "Outstanding", "Outstanding amount", "Amount outstanding",
         "Montant impayé", "Montant ouvert"),
        ("Open balance", "Balance", "Solde"),
    ),
    "status": (("Status", "Cleared", "Clearing status", "Transaction status", "État", "Statut",
                "État de la transaction"),),
    "reference": (
        ("Reference", "Reference number", "Reference no", "Référence", "Numéro de référence",
         "N° de référence"),
        ("Payment reference", "Référence de paiement", "Référence du paiement"),
        ("Clearing document", "Applied to", "Document de compensation"),
        ("Invoice number", "CBSA invoice number", "Numéro de facture", "N° de facture"),
        ("Cheque number", "Numéro de chèque"),
    ),
    "submitted_by": (
        ("Submitted by", "Soumis par"),
        ("Broker", "Broker/agent", "Agent", "Courtier", "Courtier/agent"),
    ),
}  # fmt: skip

_LEDGER: dict[str, Ranks] = {
    **_COMMON,
    "program_account": (
        (*_PROGRAM_ACCOUNT, "Importer BN15", "Importer BN", "Importer number", "Importer no",
         "Importer account", "N° de l'importateur", "Numéro de l'importateur",
         "NE15 n° de l'importateur", "N° d'importateur"),
        ("BN", "Business number", "NE", "Numéro d'entreprise"),
    ),
    "transaction_no": (
        (*_TRANSACTION_NO, "Transaction", "B3 transaction no", "B3 number", "B3 no"),
        ("Entry no", "Entry number", "Entry", "N° de déclaration", "Numéro de déclaration"),
    ),
    "transaction_type": (
        ("Transaction type", "Type", "Entry type", "Type de transaction", "Type d'écriture"),
        ("B3 type", "CAD type", "Processing type", "Type de DDC", "Type de B3"),
        ("Document type", "Type de document"),
    ),
    "accounted_on": (
        ("Accounting date", "Accounted on", "Date accounted", "CAD date", "B3Date", "B3 date",
         "Date de la déclaration en détail", "Date comptable", "Date de la DDC"),
        ("Submitted", "Submitted on", "Date submitted", "Submission date", "Date de soumission"),
        ("K84AccountingDate",),
    ),
    "posted_on": (
        ("Posting date", "Date posted", "Posted on", "Date de comptabilisation",
         "Date d'inscription"),
        ("Transaction date", "Entry date", "Invoice date", "Invoiced on",
         "Date de la transaction", "Date de transaction"),
        ("Date",),
    ),
    "amount": (
        ("Amount", "Total amount", "Amount CAD", "Amount (CAD)", "Amount in CAD",
         "Total payable", "Net amount", "Montant", "Montant total", "Montant CAD",
         "Montant (CAD)", "Montant en CAD", "Total à payer"),
        ("Total", "Total duties and taxes", "Total droits et taxes",
         "Total des droits et taxes"),
    ),
    "payer": (("Payer", "Payment mode", "Payment code", "Paid by", "Mode of payment", "Payeur",
               "Mode de paiement", "Payé par"),),
    "reference": (
        ("Reference", "Reference number", "Reference no", "Référence", "Numéro de référence",
         "N° de référence"),
        ("Payment reference", "Référence de paiement", "Référence du paiement"),
        ("Broker invoice no", "Invoice number", "Invoice no", "Numéro de facture",
         "N° de facture"),
    ),
    "job_no": (
        ("Job no", "Job number", "Job ref", "Job reference", "Job", "N° de dossier",
         "Numéro de dossier"),
        ("File no", "File number", "FileNo", "Dossier"),
    ),
    "client_name": (
        ("Client name", "Client", "Nom du client"),
        ("Importer name", "Importer", "Customer", "Customer name", "Nom de l'importateur",
         "Importateur"),
    ),
}  # fmt: skip

_TYPES = {
    "CAD": "CAD; B3; commercial accounting declaration; declaration; final accounting; "
    "original; CAD original; original CAD; B3 original; "
    "CAD submission; new CAD; DDC; DDC originale; "
    "déclaration en détail; déclaration en détail des marchandises commerciales; "
    "déclaration en détail commerciale; déclaration; déclaration originale",
    "CAD_CORRECTION": "CAD correction; correction; corrected CAD; CAD corrected; "
    "B3 correction; DDC correction; DDC corrigée; correction de DDC; correction de la DDC; "
    "correction DDC",
    "CAD_ADJUSTMENT": "CAD adjustment; adjustment; adjusted CAD; B2; B2-1; B2 adjustment; "
    "ajustement; rajustement; DDC ajustée; DDC ajustement; ajustement de DDC; "
    "ajustement de la DDC; ajustement DDC; rajustement de DDC; rajustement DDC; "
    "DDC rajustement",
    "LAP": "LAP; late accounting penalty; late accounting; PDT; "
    "pénalité pour déclaration tardive; pénalité de déclaration tardive; "
    "pénalité pour déclaration en détail tardive; pénalité pour comptabilisation tardive",
    "AMPS": "AMPS; NPA; notice of penalty assessment; AMPS penalty; penalty; "
    "administrative monetary penalty; RSAP; ACP; avis de cotisation de pénalité; "
    "sanction administrative pécuniaire; sanction administrative; pénalité; pénalité RSAP",
    "INTEREST": "interest; late payment interest; interest charge; interest charges; "
    "interest on late payment; interest credit; arrears interest; intérêt; intérêts; "
    "intérêts de retard; intérêts sur arriérés; intérêts sur paiement tardif",
    "PAYMENT": "payment; payments; PMT; payment received; payment credit; paiement; "
    "paiements; paiement reçu; versement",
    "DISBURSEMENT": "disbursement; refund; refund paid; refund payment; refund issued; "
    "décaissement; remboursement; remboursement versé; déboursement",
    "NSF": "NSF; returned payment; payment returned; dishonoured payment; "
    "non-sufficient funds; paiement retourné; paiement refusé; effet refusé; "
    "chèque sans provision; provision insuffisante; SPI",
    "DRAWBACK": "drawback; K32; drawback claim; duty drawback; drawback des droits; "
    "demande de drawback",
    "CBSA_INVOICE": "CBSA invoice; invoice; K9; K23; fee; fees; examination fee; "
    "unloading fee; CBSA fee; facture; facture de l'ASFC; facture ASFC; frais; "
    "frais d'examen; frais de déchargement",
    "ADJ_DEBIT": "K3; maintenance debit; debit adjustment; adjustment debit; other debit; "
    "ADJ DEBIT; débit de maintenance; autre débit; ajustement débit",
    "OTHER": "other; autre; miscellaneous; divers",
}

_TOTALS = {
    "opening_balance": "opening balance; balance forward; balance brought forward; "
    "previous balance; previous statement balance; solde d'ouverture; solde précédent; "
    "solde reporté; solde antérieur",
    "total_payable": "total payable; closing balance; total due; total amount due; amount due; "
    "balance due; amount payable; ending balance; montant total à payer; total à payer; "
    "montant à payer; solde de clôture; solde de fermeture; montant dû; total dû; solde dû",
    "activity": "total; totals; activity; total activity; net activity; total transactions; "
    "total for period; activity for the period; totaux; activité; total de la période; "
    "total des transactions; activité de la période; montant total",
    "": "grand total; subtotal; sub total; balance; current balance; total amount; "
    "sous total; total général; grand total general; solde; solde courant; total debits; "
    "total credits; total des débits; total des crédits",
}


def squeezed(text: str) -> str:
    """A heading as it is compared: `ReleaseDate`, `release_date` and `Release date` are one."""
    return normalise(text).replace(" ", "")


def _by_words(table: dict[str, str]) -> dict[str, str]:
    return {normalise(word): name for name, words in table.items() for word in words.split(";")}


HEADINGS: dict[FileKind, dict[str, tuple[frozenset[str], ...]]] = {
    kind: {
        field: tuple(frozenset(map(squeezed, rank)) for rank in ranks)
        for field, ranks in fields.items()
    }
    for kind, fields in ((FileKind.STATEMENT, _STATEMENT), (FileKind.LEDGER, _LEDGER))
}
KNOWN_HEADINGS = {
    kind: frozenset().union(*(rank for ranks in fields.values() for rank in ranks))
    for kind, fields in HEADINGS.items()
}
# a broker's book names the type code of the form; in a statement C and D could be credit and debit
_FORM_TYPES = {"CAD": "AB;AD;C;D;F;H;M;V;TT"}
_TYPE_BY_WORDS = {**_by_words(_TYPES), **{normalise(name): name for name in _TYPES}}
TYPE_BY_WORDS = {
    FileKind.STATEMENT: _TYPE_BY_WORDS,
    FileKind.LEDGER: {**_TYPE_BY_WORDS, **_by_words(_FORM_TYPES)},
}
FIGURE_BY_LABEL = _by_words(_TOTALS)
