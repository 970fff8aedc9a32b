"""The brokerage's mail: what waits, what is stuck, what was sent."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from carmsvc.platform.outbox import Letter
from clients.actions.mail import send_again
from clients.queries.mail import WAYS, letter_counts, letters
from clients.rules import Permission
from clients.views.asking import demand_here

LETTERS_A_PAGE = 50


@require_safe
def letter_list(request: HttpRequest) -> HttpResponse:
    """Letters that are stuck, waiting or sent."""
    demand_here(request, Permission.MANAGE_MAIL)
    way, search = request.GET.get("way", "stuck"), request.GET.get("search", "")
    way = way if way in WAYS else "stuck"
    page = Paginator(letters(way, search), LETTERS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "way": way, "search": search, "counts": letter_counts()}
    return render(request, "clients/mail/list.html", context)


@require_POST
def letter_sending(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Send a stuck letter again."""
    demand_here(request, Permission.MANAGE_MAIL)
    letter = get_object_or_404(Letter, pk=letter_id)
    if send_again(letter=letter, by=request.user):
        messages.success(
            request, _("The letter to %(to)s is tried again.") % {"to": letter.to_address}
        )
    else:
        messages.warning(request, _("This letter is not stuck any more."))
    return redirect("letter-list")
