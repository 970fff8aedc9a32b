"""Requests for help at the invented importers, in nearly every state; prepared answers; a contact.

Each is told as a story in business time before now, so that one is overdue and one nearly so on
whatever day the demonstration is made.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from weasyprint import HTML

from carmsvc.demo.cast import MAPLE, MAPLE_OWNER
from carmsvc.platform.dates import nth_business_day_after, toronto_day
from carmsvc.platform.tenancy import importer_scope
from clients.actions.canned_answers import write_answer
from clients.actions.contacts import answer_contact, receive_contact
from clients.actions.support import open_request, take_step, write_message
from clients.models import CannedAnswer, Contact, Importer, SupportRequest, User
from clients.queries import importer_numbered
from clients.queries.service_levels import service_levels
from clients.rules.service_levels import business_time_between
from clients.rules.support import Wish
from reconciliation.models import Variance
from statements.models import Statement

HOUR = timedelta(hours=1)
ANSWERS = (
    (
        "Second Business Account Manager",
        "registration",
        "Hello {name},\n\nPlease name a second Business Account Manager in the CARM Client "
        "Portal: whoever signs in with an own login, asks for access to {importer}, and you "
        "approve. A single one who leaves locks everybody out.\n\n{staff}",
        "Bonjour {name},\n\nVeuillez nommer un deuxième gestionnaire de compte d’entreprise dans "
        "le Portail client de la GCRA : la personne ouvre sa propre session, demande l’accès à "
        "{importer}, et vous l’approuvez. S’il n’y en a qu’un et qu’il part, plus personne "
        "n’entre.\n\n{staff}",
    ),
    (
        "What we need for an adjustment",
        "correction",
        "Hello {name},\n\nFor {number} we need the commercial invoice, the proof of payment and "
        "the reason for the change. We then prepare the adjustment and tell you its effect on "
        "your next statement.\n\n{staff}",
        "Bonjour {name},\n\nPour {number}, il nous faut la facture commerciale, la preuve de "
        "paiement et le motif du changement. Nous préparons ensuite le rajustement et vous disons "
        "son effet sur votre prochain relevé.\n\n{staff}",
    ),
    (
        "The case is with the CBSA",
        "",
        "Hello {name},\n\nWe have put this to the CBSA (case {case}) and look after it until it "
        "is answered. You need to do nothing now.\n\n{staff}",
        "Bonjour {name},\n\nNous avons soumis la question à l’ASFC (dossier {case}) et la suivons "
        "jusqu’à sa réponse. Vous n’avez rien à faire pour l’instant.\n\n{staff}",
    ),
)


def seed_support(by: User) -> None:
    """Make what is not there yet. `by` is an analyst who looks after every importer."""
    administrator = User.objects.get(email="claire.dubois@northgate.example")
    for name, category, english, french in ANSWERS:
        if not CannedAnswer.objects.filter(name=name).exists():
            told = {"name": name, "category": category, "text_en": english, "text_fr": french}
            write_answer(answer=CannedAnswer(), by=administrator, **told)
    for bn9, tell in STORIES.items():
        importer = importer_numbered(bn9)
        with importer_scope(importer.pk):
            if not SupportRequest.objects.filter(importer=importer).exists():
                tell(importer, by, timezone.now())
    if not Contact.objects.exists():
        with importer_scope([]):
            _contacts(by, timezone.now())


def before(now: datetime, business: timedelta) -> datetime:
    """The last full hour from which at least so much business time has passed until now."""
    hours, at = service_levels().hours, now.replace(minute=0, second=0, microsecond=0)
    while business_time_between(at, now, hours) < business:
        at -= HOUR
    return at


def _maple(importer: Importer, by: User, now: datetime) -> None:
    finance = User.objects.get(email=MAPLE.finance)
    owner = User.objects.get(email=MAPLE_OWNER[0])
    _overdue(importer, owner, now)
    _near(importer, finance, by, now)
    _at_cbsa(importer, finance, by, now)
    _waits_for_client(importer, by, now)
    _solved(importer, owner, by, now)


def _overdue(importer: Importer, owner: User, now: datetime) -> None:
    """Nobody has answered, and eight business hours are over."""
    open_request(
        importer=importer,
        by=owner,
        source="page",
        now=before(now, 11 * HOUR),
        title="Who of us is a Business Account Manager?",
        category="registration",
        text="Our controller leaves at the end of the month. Is she the only one who can approve "
        "access in the portal? What do we have to do before she goes?",
    )


def _near(importer: Importer, finance: User, by: User, now: datetime) -> None:
    """About a variance of the newest statement; the first answer is due within the hour."""
    variance = Variance.objects.filter(importer=importer, kind="not_in_ledger").last()
    about = {"subject_kind": "variance", "subject_id": variance.pk} if variance else {}
    request = open_request(
        importer=importer,
        by=finance,
        source="page",
        now=before(now, 3 * HOUR),
        title="Is this line ours?",
        category="statement",
        priority="high",
        text="We do not find this number in our orders. Did another broker file it?",
        **about,
    )
    write_message(
        request=request,
        by=by,
        text="The first five digits are Harbour Street’s. Ask their desk before we answer.",
        is_staff_only=True,
        now=before(now, HOUR),
    )


def _at_cbsa(importer: Importer, finance: User, by: User, now: datetime) -> None:
    statement = Statement.objects.filter(importer=importer, superseded_by=None).last()
    about = {"subject_kind": "statement", "subject_id": statement.pk} if statement else {}
    request = open_request(
        importer=importer,
        by=finance,
        source="mail",
        now=before(now, 30 * HOUR),
        title="A payment does not show on the statement",
        category="payment",
        text="We paid online before the due date and the statement does not show it. Proof is "
        "attached.",
        files=[_page("Proof of payment, online banking")],
        **about,
    )
    at = before(now, 26 * HOUR)
    write_message(
        request=request, by=by, now=at,
        text="Thank you for the proof. We ask the CBSA where the payment was posted.",
    )  # fmt: skip
    take_step(
        request=request,
        wish=Wish.SEND_TO_CBSA,
        by=by,
        now=at + HOUR / 2,
        case_no="CCS-2026-118842",
        next_on=nth_business_day_after(toronto_day(now), 3),
    )


def _waits_for_client(importer: Importer, by: User, now: datetime) -> None:
    open_request(
        importer=importer,
        by=by,
        source="page",
        now=before(now, 6 * HOUR),
        title="Which invoice belongs to the seat frames?",
        category="correction",
        text="The value for duty on the declaration differs from the invoice we have by 1,204.10. "
        "Please send the invoice that was paid.",
    )


def _solved(importer: Importer, owner: User, by: User, now: datetime) -> None:
    request = open_request(
        importer=importer,
        by=owner,
        source="page",
        now=before(now, 60 * HOUR),
        title="When does the new permit have to be on file?",
        category="documents",
        text="The CFIA permit ends soon. By when do you need the new one?",
    )
    take_step(
        request=request, wish=Wish.SOLVE, by=by, now=before(now, 55 * HOUR),
        text="On the day the old one ends, before the next release. You are reminded 60 days "
        "ahead.",
    )  # fmt: skip


def _erabliere(importer: Importer, by: User, now: datetime) -> None:
    person = User.objects.get(email="finances@erabliere-beauce.example")
    request = open_request(
        importer=importer,
        by=person,
        source="page",
        now=before(now, 7 * HOUR),
        title="Frais d’intérêt sur le relevé",
        category="payment",
        text="Pourquoi y a-t-il de l’intérêt ce mois-ci alors que nous avons payé à temps ?",
    )
    take_step(
        request=request,
        wish=Wish.ASK_CLIENT,
        by=by,
        now=before(now, 4 * HOUR),
        text="Pouvez-vous nous envoyer la confirmation de votre banque, avec la date ?",
    )
    write_message(
        request=request,
        by=person,
        now=before(now, 2 * HOUR),
        text="La voici.",
        files=[_page("Confirmation de paiement")],
    )


def _optics(importer: Importer, by: User, now: datetime) -> None:
    person = User.objects.get(email="ap@northernoptics.example")
    open_request(
        importer=importer,
        by=person,
        source="api",
        now=before(now, HOUR),
        title="Release is refused at the border",
        category="release",
        priority="urgent",
        text="A shipment is held at Lacolle: “security insufficient”. What can we do today?",
    )


def _contacts(by: User, now: datetime) -> None:
    receive_contact(
        name="Robin Tremblay",
        address="robin.tremblay@nouvelleimport.example",
        company="Nouvelle Importation inc.",
        category="registration",
        title="Inscription à la GCRA pour une petite entreprise",
        text="Nous importons trois conteneurs par an. Pouvez-vous nous inscrire, et que "
        "faut-il préparer ?",
        language="fr",
        now=before(now, 2 * HOUR),
    )
    told = receive_contact(
        name="Alex Morgan",
        address="alex.morgan@tidewater.example",
        company="Tidewater Ceramics",
        category="delegation",
        title="Changing brokers",
        text="We want to move our CARM delegation to you. How long does it take?",
        language="en",
        now=before(now, 12 * HOUR),
    )
    answer_contact(
        contact=told,
        by=by,
        now=before(now, 9 * HOUR),
        text="Gladly. You approve our request in the portal, which takes minutes; we first need "
        "your business number and who of you is a Business Account Manager.",
    )


def _page(title: str) -> Any:
    html = f"<h1>{title}</h1><p>This document is invented.</p>"
    return ContentFile(HTML(string=html).write_pdf(), name=f"{title}.pdf")


STORIES: dict[str, Callable[[Importer, User, datetime], None]] = {
    MAPLE.bn9: _maple,
    "100000009": _optics,
    "102345675": _erabliere,
}
