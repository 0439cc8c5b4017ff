# Everything a person or a machine needs: `make run`, `make test`, `make check`.
PYTHON ?= python3
BIN := .venv/bin
PEERS := flite libflite1 espeak-ng sox ffmpeg libopus0 baresip-core sip-tester linphone-cli chromium iproute2 kamailio kamailio-tls-modules openssl postgresql redis-server

CONSOLE := $(shell find ui -type f -not -path 'ui/node_modules/*' -not -name openapi.json -not -name schema.d.ts 2>/dev/null)

.PHONY: help run serve test check console audit bench documents format lock fuzz clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: .venv/runtime  ## set up what is missing, then serve
	@$(MAKE) -s .venv/console || echo "Going on without the console; everything else works."
	@$(BIN)/switchroom serve

console: .venv/runtime  ## build the console anew
	@rm -f .venv/console && $(MAKE) -s .venv/console

test: .venv/dev .venv/peers .venv/models .venv/console  ## set up what is missing, then run the whole suite
	@$(BIN)/pytest

check: .venv/dev  ## style, types, import contracts, size budgets and house rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python tools/house_rules.py src tests bench tools
	@$(BIN)/python tools/build_console.py --check

bench: .venv/dev .venv/peers  ## run every benchmark and rewrite the tables of docs/benchmarks.md
	@$(BIN)/python -m bench

documents: .venv/dev  ## rewrite docs/openapi.json, docs/asyncapi.json and docs/events.md
	@$(BIN)/python -m switchroom.web.documents

fuzz: .venv/dev  ## the long run of every fuzz test
	@HYPOTHESIS_PROFILE=nightly $(BIN)/pytest -m "not peer" -k fuzz --timeout=0

format: .venv/dev  ## rewrite the code in the house format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock:  ## compile the lock files anew from pyproject.toml
	@$(PYTHON) -m venv .venv/lock && .venv/lock/bin/pip install -q uv
	@.venv/lock/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock pyproject.toml
	@.venv/lock/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

audit: .venv/dev  ## ask whether anything we depend on is known to be vulnerable
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.lock
	@npm audit --prefix ui --omit=dev --audit-level=high

clean:  ## forget the environment and all local data
	@rm -rf .venv var build dist ui/node_modules src/switchroom/web/static/console

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Switchroom needs Python 3.11 or later; name one with make PYTHON=...")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || tools/install_packages python3-venv
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

# A voice makes the agent speak: flite sounds best; espeak-ng is the second choice. Without apt or root, `switchroom doctor` says what to do.
.venv/runtime: .venv/bin/python requirements.lock pyproject.toml
	@echo "Installing what Switchroom needs (a minute or two, only the first time) ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@tools/install_packages libflite1 || true
	@touch $@

.venv/console: .venv/runtime tools/build_console.py $(CONSOLE)
	@$(BIN)/python tools/build_console.py
	@touch $@

.venv/dev: .venv/runtime requirements-dev.lock
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.venv/peers: .venv/dev tools/install_packages
	@tools/install_packages $(PEERS)
	@touch $@

# The smart-turn model, for its tests only: BSD-2-Clause, inside the wheel of pipecat-ai, which is not installed. Without it they are skipped.
.venv/models: .venv/dev tests/models.txt
	@$(BIN)/pip download -q --disable-pip-version-check --no-deps --require-hashes -r tests/models.txt -d $@ || mkdir -p $@
	@touch $@
