"""What must hold for the repository itself."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import polib
import yaml

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINNED = re.compile(r"^([a-z0-9._-]+)==", re.MULTILINE)


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines()]


def names_of(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=]", line)[0].lower().replace("_", "-") for line in requirements}


def test_the_lock_files_pin_what_the_project_asks_for_and_name_no_registry():
    runtime = (ROOT / "requirements.lock").read_text()
    everything = (ROOT / "requirements-dev.lock").read_text()
    groups = [line for group in PROJECT["dependency-groups"].values() for line in group]

    assert names_of(PROJECT["project"]["dependencies"]) <= set(PINNED.findall(runtime))
    assert names_of(groups) | set(PINNED.findall(runtime)) <= set(PINNED.findall(everything))
    assert "://" not in runtime + everything


def test_every_dependency_says_why_it_is_there():
    text = (ROOT / "pyproject.toml").read_text()
    start, end = text.index("dependencies = ["), text.index("[tool.")
    lines = [line for line in text[start:end].splitlines() if line.strip().startswith('"')]

    assert lines
    assert [line for line in lines if "# " not in line] == []


def test_compose_runs_what_production_needs_as_the_right_roles():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services = compose["services"]

    assert set(services) == {"database", "broker", "migrate", "web", "worker", "beat"}
    for name in ("web", "worker", "beat"):
        assert services[name]["environment"]["DATABASE_URL"].startswith("postgres://carm_app:")
        assert "DATABASE_OWNER_URL" not in services[name]["environment"]
        assert services[name]["user"] != "root"
        assert services[name]["read_only"] is True
    owner = services["migrate"]["environment"]["DATABASE_OWNER_URL"]
    assert owner.startswith("postgres://carm_owner:")
    roles = "./carmsvc/platform/roles.sql:/roles.sql:ro"
    assert roles in services["database"]["volumes"]


def test_the_image_does_not_run_as_root():
    assert "\nUSER carmsvc\n" in (ROOT / "Dockerfile").read_text()


def test_compose_waits_for_what_it_needs_and_keeps_what_must_stay():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services = compose["services"]

    for name in ("database", "broker"):
        assert "test" in services[name]["healthcheck"]
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }
        assert "files:/srv/files" in services[name]["volumes"]
    assert services["migrate"]["restart"] == "no"
    assert set(compose["volumes"]) == {"database", "files"}


def test_compose_keeps_no_secret_and_env_example_lists_every_variable():
    text = (ROOT / "docker-compose.yml").read_text()
    example = (ROOT / ".env.example").read_text()
    wanted = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))

    assert {name for name in wanted if f"{name}=" not in example} == set()
    for secret in ("SECRET_KEY", "CARM_OWNER_PASSWORD", "CARM_APP_PASSWORD", "POSTGRES_PASSWORD"):
        assert f"${{{secret}:?" in text
        assert f"\n{secret}=\n" in example


def test_operations_explains_every_variable_that_the_settings_read():
    settings = (ROOT / "carmsvc" / "settings.py").read_text()
    operations = (ROOT / "docs" / "operations.md").read_text()
    read = re.findall(r"""(?:required|flag|listed|whole|environ\.get)\(\s*"([A-Z_]+)""", settings)

    assert len(read) > 10
    assert [name for name in read if f"`{name}`" not in operations] == []


def test_the_repository_stands_alone():
    """Nothing reaches beside the checkout or names where packages come from."""
    outside = re.compile(
        r"\.\./shared|/work/(?:main|shared)|pypi\.org|pythonhosted|registry\.npmjs|deb\.debian"
    )
    texts = [path for path in tracked() if path.suffix not in (".png", ".woff2", ".xlsx", ".mo")]
    told = [path for path in texts if path != Path(__file__).resolve()]

    assert [str(p) for p in told if outside.search(p.read_text(errors="ignore"))] == []


def test_french_is_complete_and_its_compiled_catalogue_in_step():
    """A missing sentence would show English to a French reader, and nobody would notice."""
    for path in tracked("*.po"):
        catalogue = polib.pofile(str(path))
        compiled = polib.mofile(str(path.with_suffix(".mo")))
        translated = {(e.msgctxt, e.msgid): e.msgstr_plural or e.msgstr for e in catalogue}

        assert [e.msgid for e in catalogue.untranslated_entries()] == []
        assert [e.msgid for e in catalogue.fuzzy_entries()] == []
        assert {(e.msgctxt, e.msgid): e.msgstr_plural or e.msgstr for e in compiled} == translated


def test_ci_runs_the_readme_s_commands():
    readme, ci = (ROOT / "README.md").read_text(), (ROOT / ".ci" / "run").read_text()

    for command in ("make demo", "make test"):
        assert command in readme
        assert command in ci


def test_nothing_is_fetched_from_elsewhere_at_run_time():
    foreign = re.compile(r"""(?:src|href|url\()\s*=?\s*["']?https?://""")
    pages = tracked("templates/*.html", "static/css/*", "static/js/*")

    assert pages
    assert [p.name for p in pages if foreign.search(p.read_text(errors="ignore"))] == []


def test_no_room_without_a_name():
    unnamed = {"utils.py", "helpers.py", "common.py", "misc.py", "services.py"}

    assert [str(path) for path in tracked("*.py") if path.name in unnamed] == []


def test_templates_hold_no_inline_script_or_style():
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=")

    found = {p.name: re.sub(r"\{%.*?%\}", "", p.read_text()) for p in tracked("templates/*.html")}

    assert [name for name, markup in found.items() if inline.search(markup)] == []


def test_the_import_rules_of_the_house_hold():
    """Who may import whom: apps low to high, layers in each app, no framework in the rules."""
    told = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "0 broken" in told.stdout, told.stdout
