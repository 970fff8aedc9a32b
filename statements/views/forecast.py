"""Pages about what is to come: an importer's forecast and security, and who is near the limit."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from carmsvc.platform.dates import today_in_toronto
from clients.models import Importer, ProgramAccount
from clients.queries.security import security_of
from clients.rules import Permission
from clients.views import demand, permissions
from statements.queries import accounts_of
from statements.queries.forecast import forecasts
from statements.queries.security import standings

A_PAGE = 50


@require_safe
def importer_forecast(request: HttpRequest, importer_id: int) -> HttpResponse:
    """What is to come on each account, its security, and twelve months by component."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.VIEW, importer_id)
    today = today_in_toronto()
    context = {
        "importer": importer,
        "may": permissions(request, importer_id),
        "today": today,
        "forecasts": forecasts(accounts_of(importer_id), today),
        "security": security_of(importer_id),
    }
    return render(request, "statements/forecast/importer.html", context)


@require_safe
def forecast_list(request: HttpRequest) -> HttpResponse:
    """Security across the importers one sees, those nearest the limit first; the staff's page."""
    if not request.user.is_staff_member:
        raise PermissionDenied
    accounts = ProgramAccount.objects.select_related("importer")
    found = standings(accounts, today_in_toronto())
    context = {
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "near": sum(1 for one in found if one.level),
    }
    return render(request, "statements/forecast/list.html", context)
