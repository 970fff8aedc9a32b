"""An action that the audit tells of."""

from typing import NamedTuple

from django.utils.functional import Promise

Words = str | Promise


class Action(NamedTuple):
    """An action for people: its name, and what somebody did: `<who> <did>`."""

    name: Words
    did: Words
