"""One box for everything: results as a page, and as one types."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clients.search import LEAST_LETTERS, Sought, kinds_for, search

A_GROUP, A_KIND, LIVE_GROUP = 6, 50, 4
LONGEST = 200


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """What was found, by kind; of one kind more of it. Asked by htmx only the list."""
    sought = Sought(request.GET.get("q", "")[:LONGEST].replace("\x00", " "))
    kinds, wanted = kinds_for(request.user), request.GET.get("kind", "")
    chosen = [one for one in kinds if one.name == wanted] or kinds
    is_live = request.headers.get("HX-Target") == "found"
    limit = LIVE_GROUP if is_live else A_KIND if len(chosen) == 1 else A_GROUP
    context = {
        "sought": sought,
        "groups": search(sought, request.user, chosen, limit),
        "kind": wanted if len(chosen) == 1 else "",
        "least": LEAST_LETTERS,
        "is_live": is_live,
    }
    template = "clients/search/_found.html" if is_live else "clients/search/results.html"
    return render(request, template, context)
