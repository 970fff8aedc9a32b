"""How allauth behaves here: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People come by invitation, so the sign-up door is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
