# Two commands: `make demo` and `make test`. Everything else here serves them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

SERVE ?= 1
PORT ?= 8000
LINES ?= 200000
ARGS ?=
PY := .venv/bin/python
IS_APT_ROOT := [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

demo: .venv/installed ## set up, seed, reconcile through a worker, serve (SERVE=0: stop after)
	@$(PY) manage.py demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: .venv/installed ## set up and run the whole suite (ARGS= for pytest)
	@$(MAKE) system-packages
	@$(PY) -m carmsvc.embedded run -- $(PY) -m pytest $(ARGS)

bench: .venv/installed ## compare the main job with simpler ways (LINES=200000)
	@$(PY) -m carmsvc.embedded run -- $(PY) -m tests.bench.main --lines $(LINES) $(ARGS)

lint: .venv/installed ## style, types, who imports whom, migrations, deployment checks
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@$(PY) -m carmsvc.embedded run -- .venv/bin/mypy
	@$(PY) manage.py makemigrations --check --dry-run
	@SECRET_KEY=$$(head -c 50 /dev/urandom | base64 -w0) BASE_URL=https://carm.example.ca \
	  ALLOWED_HOSTS=carm.example.ca $(PY) manage.py check --deploy --fail-level WARNING

lock: ## write the lock files anew from pyproject.toml
	@.venv/bin/uv pip compile pyproject.toml --universal --generate-hashes --no-header \
	  --no-annotate -q -o requirements.lock
	@.venv/bin/uv pip compile pyproject.toml --group dev --group bench --universal \
	  --generate-hashes --no-header --no-annotate -q -o requirements-dev.lock

clean: ## remove the virtual environment and this checkout's embedded data
	@if [ -x $(PY) ]; then $(PY) -m carmsvc.embedded clean; fi
	@rm -rf .venv

# A python3 on PATH may be a shim that fails, so each is tried before it is believed.
.venv/installed: requirements-dev.lock
	@python=""; for name in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	  if "$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	    2>/dev/null; then python="$$name"; break; fi; done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or newer with venv is needed: apt-get install python3 python3-venv" >&2; \
	  exit 1; fi; \
	if ! .venv/bin/python -c '' 2>/dev/null; then rm -rf .venv; "$$python" -m venv .venv; fi; \
	.venv/bin/python -m pip install -q --disable-pip-version-check uv 2>&1 | grep -v WARNING || true; \
	.venv/bin/python -m uv pip install -q --python .venv/bin/python --require-hashes -r requirements-dev.lock
	@touch $@

# WeasyPrint's text library and a browser, from Debian, where we may install them.
system-packages:
	@if $(IS_APT_ROOT) && ! command -v chromium >/dev/null; then \
	  echo "installing Debian's chromium for the browser tests" >&2; \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends \
	    chromium libpangoft2-1.0-0 libharfbuzz-subset0; } >/dev/null \
	  || echo "chromium could not be installed; the browser tests will skip" >&2; fi

.PHONY: help demo test bench lint lock clean system-packages
