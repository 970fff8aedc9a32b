"""One wrong password counted in a process of its own: `python -m … WHO`; prints what came of it."""

import os
import sys

import django


def main(somebody: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carmsvc.settings")
    django.setup()
    from allauth.core.internal import ratelimit  # needs the settings
    from django.test import RequestFactory

    usage = ratelimit.consume(
        RequestFactory().post("/"),
        app="allauth.account",
        action="login_failed",
        config={"login_failed": "3/900s/key"},
        key=somebody,
    )
    print("counted" if usage else "locked")


if __name__ == "__main__":
    main(sys.argv[1])
