"""Refusing to store what nobody here may know."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carmsvc.platform.refusals import Refused
from clients.rules.secrets import Secret, secret_in

SEEMS = {
    Secret.PASSWORD: gettext_lazy("This seems to hold a password."),
    Secret.ONE_TIME_CODE: gettext_lazy("This seems to hold a one-time code."),
    Secret.SECURITY_ANSWER: gettext_lazy("This seems to hold the answer to a security question."),
    Secret.SIGN_IN: gettext_lazy("This seems to hold somebody’s sign-in."),
    Secret.TOKEN: gettext_lazy("This seems to hold a key or a token."),
    Secret.CARD_NUMBER: gettext_lazy("This seems to hold the number of a payment card."),
}


def refuse_secrets(*texts: str) -> None:
    """Raise `Refused` when a text seems to hold a secret; the text itself is kept nowhere."""
    if reasons := against_secrets(*texts):
        raise Refused(*reasons)


def against_secrets(*texts: str) -> list[str]:
    """The reason against texts of which one seems to hold a secret; none when none does."""
    found = next((secret for text in texts if (secret := secret_in(text))), None)
    if found is None:
        return []
    advice = _(
        "It was not stored. Nobody needs it here: write what was done and when, and if it was a "
        "real secret, change it."
    )
    return [f"{SEEMS[found]} {advice}"]
