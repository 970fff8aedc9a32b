"""Secrets come from the environment only, and production does not start half open."""

import ast
import re
from typing import Any

import pytest
import yaml

from tests.security.conftest import PRODUCTION, ROOT, started
from tests.test_repository import tracked

READ = re.compile(r"""(?:required|flag|listed|whole|environ\.get)\(\s*"([A-Z_]+)""")
EXAMPLE = (ROOT / ".env.example").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def read_by_settings() -> set[str]:
    return set(READ.findall((ROOT / "carmsvc" / "settings.py").read_text()))


def named_in_example() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))


def read_by_compose() -> set[str]:
    return set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))


def explained_in_operations() -> set[str]:
    table = OPERATIONS.partition("## Settings")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_the_example_names_every_variable_that_is_read_and_no_other() -> None:
    assert named_in_example() == read_by_settings() | read_by_compose()


def test_operations_explains_every_variable_that_is_read_and_no_other() -> None:
    assert explained_in_operations() == read_by_settings()


def test_compose_hands_on_every_variable_that_an_operator_may_set() -> None:
    """A variable in .env that compose does not pass on would be set in vain."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    by_the_image = {"MEDIA_ROOT", "STATIC_ROOT", "STATIC_MANIFEST"}

    for name, also in (("migrate", set()), ("web", {"DATABASE_OWNER_URL"})):
        handed_on = set(compose["services"][name]["environment"])
        assert read_by_settings() - handed_on == by_the_image | {"DEBUG"} | also


def test_nothing_else_reads_the_environment() -> None:
    """But for what starts Python, the readers that only the settings use, and the embedded
    servers, which are not for production.
    """
    allowed = {"carmsvc/settings.py", "carmsvc/celery.py", "carmsvc/wsgi.py", "manage.py"}
    found = product_files_with(r"\benviron\b|\bgetenv\b") - allowed - {"carmsvc/environment.py"}

    assert {name for name in found if not name.startswith("carmsvc/embedded/")} == set()
    assert product_files_with(r"carmsvc\.environment\b") == {"carmsvc/settings.py"}


def product_files_with(pattern: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in tracked("*.py")
        if not path.is_relative_to(ROOT / "tests") and re.search(pattern, path.read_text())
    }


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_without_it_nothing_starts_and_the_name_is_told(name: str) -> None:
    told = started(**{one: value for one, value in PRODUCTION.items() if one != name})

    assert told.returncode == 1
    assert told.stderr.splitlines()[-1] == f"RuntimeError: Set {name}; see .env.example"


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_an_empty_one_is_none(name: str) -> None:
    told = started(**PRODUCTION | {name: ""})

    assert told.returncode == 1
    assert told.stderr.splitlines()[-1] == f"RuntimeError: Set {name}; see .env.example"


@pytest.mark.parametrize(
    "half_open",
    [
        {"DEBUG": "1"},
        {"ALLOWED_HOSTS": "*"},
        {"ALLOWED_HOSTS": "carm.example.ca,*"},
        {"SECRET_KEY": "short"},
        {"SECRET_KEY": "a" * 64},
    ],
)
def test_production_does_not_start_half_open(half_open: dict[str, str]) -> None:
    told = started(**PRODUCTION | half_open)

    assert told.returncode == 1
    assert told.stderr.splitlines()[-1].startswith("RuntimeError: With an https BASE_URL:")
    assert half_open.get("SECRET_KEY", "no secret") not in told.stderr


@pytest.mark.parametrize("value", ["true", "yes", "on", "True", "2", ""])
def test_debug_is_not_switched_on_by_a_word_that_looks_like_it(value: str) -> None:
    told = started(**PRODUCTION | {"DEBUG": value, "BASE_URL": "http://127.0.0.1:8000"})

    assert told.returncode == 1
    assert told.stderr.splitlines()[-1] == f"RuntimeError: DEBUG must be 0 or 1, not {value!r}"


def test_what_is_not_set_is_closed(production_settings: dict[str, Any]) -> None:
    bare = {name: PRODUCTION[name] for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")}
    told = started(**bare)

    assert '"DEBUG": false' in told.stdout
    assert '"ALLOWED_HOSTS": []' in told.stdout
    assert production_settings["DEBUG"] is False
    assert production_settings["STAFF_SECOND_FACTOR"] is True


# Secrets in the repository: the shapes that leak most. A word of a test may look like one; it is
# named here with why, and nowhere else.
SHAPES = {
    "private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})",
    "GitLab token": r"\bglpat-[\w-]{20}",
    "Slack token": r"\bxox[abprs]-[\w-]{10,}",
    "Google key": r"\bAIza[\w-]{35}\b",
    "Stripe key": r"\b[rs]k_live_[0-9A-Za-z]{20,}",
    "SendGrid key": r"\bSG\.[\w-]{22}\.[\w-]{43}",
    "JSON web token": r"\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}",
    "key of ours": r"\bcarm_[0-9a-f]{8}_[\w-]{20,}",
    "password in an address": r"\b[a-z+]+://[\w.-]+:(?!x@|\$|…|%s|\{)[^\s:@/\"'`]{6,}@[\w.-]+",
    "password set in a file": (
        r"(?im)^\s*(?:export )?[A-Z_]*(?:PASSWORD|SECRET|TOKEN|SECRET_KEY|ACCESS_KEY)[ \t]*=[ \t]*"
        r"[\"']?(?=[^\s\"'$]*\d)[\w+/=-]{12,}[\"']?[ \t]*$"
    ),
}
NO_SECRETS: dict[str, str] = {
    "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP": "the authenticator app of the tests: 'Hello!' in base 32",
    "maple-leaf-4417": "of everybody in the demonstration, which prints it",
    "hunter22": "what the tests of the log look for",
    "Zk3xQvTq8wYb2LmN": "what the tests of the log look for",
}
OF_NO_SECRET = {
    "tests/security/test_settings.py": "the shapes themselves",
    "tests/onboarding/test_secrets.py": "what people are refused to write into a note",
}
BINARY = {".png", ".woff2", ".xlsx", ".mo", ".pdf", ".ico", ".jpg", ".zip"}


def secrets_in(text: str) -> list[tuple[str, str]]:
    found = [
        (kind, match.group())
        for kind, shape in SHAPES.items()
        for match in re.finditer(shape, text)
    ]
    return [(kind, said) for kind, said in found if not any(word in said for word in NO_SECRETS)]


def test_no_secret_is_in_the_repository() -> None:
    files = [path for path in tracked() if path.suffix not in BINARY and path.exists()]
    texts = {str(path.relative_to(ROOT)): path.read_text(errors="ignore") for path in files}

    assert len(texts) > 300
    assert set(OF_NO_SECRET) <= set(texts)
    found = {name: secrets_in(text) for name, text in texts.items() if name not in OF_NO_SECRET}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


LEAKS = {
    "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
    "AWS key": "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
    "GitHub token": "token: ghp_" + "a1B2" * 9,
    "GitLab token": "glpat-" + "a1B2c" * 4,
    "Slack token": "xoxb-1234567890-abc",
    "Google key": "AIza" + "a1B2c" * 7,
    "Stripe key": "sk_live_" + "a1B2c" * 5,
    "SendGrid key": "SG." + "a" * 22 + "." + "b" * 43,
    "JSON web token": "eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + "." + "c" * 30,
    "key of ours": "carm_0123abcd_" + "a1B2c" * 6,
    "password in an address": "DATABASE_URL=postgres://carm_app:leaked-1@db/carm",
    "password set in a file": "CARM_APP_PASSWORD=a1b2c3d4e5f6",
}


@pytest.mark.parametrize("kind", SHAPES)
def test_the_scan_would_find_it(kind: str) -> None:
    assert kind in dict(secrets_in(LEAKS[kind]))


def test_the_environment_file_itself_is_never_tracked() -> None:
    names = {path.name for path in tracked()}

    assert ".env" not in names
    assert ".env" in (ROOT / ".gitignore").read_text().split()
    assert ".env" in (ROOT / ".dockerignore").read_text().split()


def test_the_settings_hold_no_secret_of_their_own() -> None:
    """A default for a secret would be one that everybody knows."""
    tree = ast.parse((ROOT / "carmsvc" / "settings.py").read_text())
    secret = re.compile(r"SECRET|PASSWORD|TOKEN|_KEY$|DATABASE_URL|REDIS_URL")
    defaults = {
        node.args[0].value: node.args[1].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and len(node.args) == 2
        and all(isinstance(one, ast.Constant) for one in node.args)
        and secret.search(str(node.args[0].value))
    }

    assert {name: value for name, value in defaults.items() if value} == {}
