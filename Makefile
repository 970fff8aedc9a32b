# Two commands: `make demo` and `make test`. Everything else here serves them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

SERVE ?= 1
PORT ?= 8000
LINES ?= 200000
EXAMPLES ?= 100
ARGS ?=
PY := .venv/bin/python
RULES_TESTS := tests/rules tests/payments tests/forecast
RULES_COVERED := --cov=statements.rules --cov=reconciliation.rules --cov-branch \
  --cov-report=term-missing:skip-covered --cov-fail-under=100
IS_APT_ROOT := [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

demo: environment ## set up, seed, reconcile through a worker, serve (SERVE=0: stop after)
	@$(PY) manage.py demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: environment ## set up and run the whole suite (ARGS= for pytest)
	@$(MAKE) system-packages
	@$(PY) -m carmsvc.embedded run -- $(PY) -m pytest -n 2 --dist loadscope $(ARGS)

rules-coverage: environment ## every branch of the rules is tried by their own tests
	@$(PY) -m carmsvc.embedded run -- $(PY) -m pytest $(RULES_TESTS) $(RULES_COVERED) $(ARGS)

fuzz: environment ## ask the API many random things as many roles (EXAMPLES=100 of each operation)
	@FUZZ_EXAMPLES=$(EXAMPLES) $(PY) -m carmsvc.embedded run -- $(PY) -m pytest tests/walls/test_fuzz.py $(ARGS)

bench: environment ## compare the main job with simpler ways (LINES=200000)
	@$(PY) -m carmsvc.embedded run -- $(PY) -m tests.bench.main --lines $(LINES) $(ARGS)

bench-lists: environment ## every list across importers at 500 and at 5,000 of them
	@$(PY) -m carmsvc.embedded run -- $(PY) -m tests.bench.lists $(ARGS)

lint: environment ## style, types, who imports whom, migrations, deployment checks
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@$(PY) -m carmsvc.embedded run -- .venv/bin/mypy
	@$(PY) manage.py makemigrations --check --dry-run
	@SECRET_KEY=$$(head -c 50 /dev/urandom | base64 -w0) BASE_URL=https://carm.example.ca \
	  ALLOWED_HOSTS=carm.example.ca SECURITY_CONTACT=mailto:security@example.ca \
	  $(PY) manage.py check --deploy --fail-level WARNING

audit: environment ## known vulnerabilities of the packages in the lock (asks PyPI)
	@$(PY) .ci/audit.py

messages: environment ## take new strings into the French catalogue, compile it (needs gettext)
	@$(PY) manage.py makemessages -l fr --no-location --no-obsolete -i .venv -i tests
	@$(PY) manage.py compilemessages -l fr -i .venv
	@msgfmt --statistics -o /dev/null carmsvc/locale/fr/LC_MESSAGES/django.po

lock: ## write the lock files anew from pyproject.toml
	@.venv/bin/uv pip compile pyproject.toml --universal --generate-hashes --no-header \
	  --no-annotate -q -o requirements.lock
	@.venv/bin/uv pip compile pyproject.toml --group dev --group bench --universal \
	  --generate-hashes --no-header --no-annotate -q -o requirements-dev.lock

clean: ## remove the virtual environment and this checkout's embedded data
	@if [ -x $(PY) ]; then $(PY) -m carmsvc.embedded clean; fi
	@rm -rf .venv

# The packages of requirements-dev.lock in .venv, again only when the lock or the place changed.
# A python3 on PATH may be a shim that fails, so each is tried before it is believed.
environment:
	@lock="$$(sha256sum < requirements-dev.lock)"; place="$$(pwd)"; \
	{ read -r had_lock; read -r had_place; } 2>/dev/null < .venv/installed || had_lock=none had_place="$$place"; \
	works() { $(PY) -c '' 2>/dev/null && [ "$$had_place" = "$$place" ]; }; \
	if works && [ "$$had_lock" = "$$lock" ]; then exit 0; fi; \
	if ! works; then \
	  python=""; for name in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	    if "$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	      2>/dev/null; then python="$$name"; break; fi; done; \
	  if [ -z "$$python" ]; then \
	    echo "Python 3.11 or newer with venv is needed: apt-get install python3 python3-venv" >&2; \
	    exit 1; fi; \
	  rm -rf .venv; "$$python" -m venv .venv; fi; \
	echo "installing the packages of requirements-dev.lock" >&2; \
	rm -f .venv/installed; \
	$(PY) -m pip install -q --disable-pip-version-check uv; \
	$(PY) -m uv pip install -q --python $(PY) --require-hashes -r requirements-dev.lock; \
	printf '%s\n' "$$lock" "$$place" > .venv/installed

# From Debian, where we may install: text shaping for PDF, a browser, what its driver needs.
system-packages:
	@missing=""; command -v chromium >/dev/null || missing="chromium"; \
	for pair in pangoft2-1.0:libpangoft2-1.0-0 harfbuzz-subset:libharfbuzz-subset0 atomic:libatomic1; do \
	  $(PY) -c "import ctypes.util as u, sys; sys.exit(not u.find_library('$${pair%:*}'))" \
	    || missing="$$missing $${pair#*:}"; done; \
	if [ -n "$$missing" ] && $(IS_APT_ROOT); then \
	  echo "installing from Debian: $$missing" >&2; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends $$missing; } >/dev/null \
	  || echo "could not be installed; tests that need it will skip" >&2; fi

.PHONY: help demo test rules-coverage fuzz bench lint audit messages lock clean environment system-packages
