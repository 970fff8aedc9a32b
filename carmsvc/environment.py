"""Reading the environment: what a setting may be, and what it is made of."""

import os

SHORTEST_SECRET_KEY = 50  # characters


def required(name: str) -> str:
    """A setting without which nothing starts."""
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"Set {name}; see .env.example")
    return value


def flag(name: str, default: str = "0") -> bool:
    """An on/off setting: 1 or 0, nothing else."""
    value = os.environ.get(name, default)
    if value not in {"0", "1"}:
        raise RuntimeError(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def whole(name: str, default: int) -> int:
    """A whole number."""
    return int(os.environ.get(name, str(default)))


def listed(name: str, default: str = "") -> list[str]:
    """A comma-separated setting."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def is_guessable(secret: str) -> bool:
    """Whether a key is too short or too monotonous, as Django's own deployment check has it."""
    return len(secret) < SHORTEST_SECRET_KEY or len(set(secret)) < 5


def demand_production(secret: str, hosts: list[str], *, debug: bool) -> None:
    """Refuse to start on https with what is only fit for a developer's machine."""
    if debug or "*" in hosts or is_guessable(secret):
        raise RuntimeError(
            "With an https BASE_URL: DEBUG=0, ALLOWED_HOSTS without *, and a SECRET_KEY of at "
            f"least {SHORTEST_SECRET_KEY} random characters."
        )


def celery_address(redis_url: str) -> str:
    """redis-py writes a socket as unix://, Celery as redis+socket://."""
    return redis_url.replace("unix://", "redis+socket://", 1)
