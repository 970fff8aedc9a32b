"""How allauth behaves here: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# What allauth says and our catalogue says first: its French is not the French of Canada.
SAID_OUR_WAY = (
    _("Email"),
    _("Email address"),
    _("The email address and/or password you specified are not correct."),
    _("Password Reset Email"),
    _(
        "You're receiving this email because you or someone else has requested a password reset "
        "for your user account.\nIt can be safely ignored if you did not request a password "
        "reset. Click the link below to reset your password."
    ),
)


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People come by invitation, so the sign-up door is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
