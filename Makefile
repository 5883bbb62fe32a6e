# What a developer or an operator types. Assumes Python 3.11+ and make; takes npm from the system or, failing that, from a wheel.
# Everything that set-up makes is a file target, so that nothing is done twice: .venv, node_modules, compiled translations.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

BIN := .venv/bin
BABEL := $(BIN)/python -m babel.messages.frontend --quiet
# Twice quiet: errors only, not what pip thinks of the machine's configuration.
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --require-hashes
NO_PACKAGES = { echo "Atrium's Python packages could not be installed: pip's reason is above." >&2; exit 1; }
MO := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))

.PHONY: help run test lint bench setup setup-dev lock translations screenshots clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: setup ## Start Atrium: PostgreSQL, migrations, demo data on the first start, web and jobs (PORT=8080)
	@$(BIN)/python run.py

# Races and what ends processes run alone, the rest beside each other; with ARGS all that they choose, one by one.
test: setup-dev lint ## Everything that is checked: lint, then all tests, browser journeys among them
	@$(BIN)/python -m tests.chromium
	@if [ "$(ARGS)" ]; then $(BIN)/python -m pytest $(ARGS); \
	  else $(BIN)/python -m pytest -n auto --maxprocesses 4 -m 'not alone' && $(BIN)/python -m pytest -m alone; fi

lint: setup-dev ## ruff, mypy (strict on app and models), import-linter
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check --quiet .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-logo

bench: setup-dev ## Measure against the budgets of tests/bench (not part of the tests)
	@$(BIN)/python -m pytest tests/bench --override-ini python_files='bench_*.py' --timeout 0 --capture no --quiet $(ARGS)

setup: .venv/run.stamp node_modules/run.stamp $(MO) ## Make or refresh what running needs; quick when nothing changed
	@:

setup-dev: .venv/dev.stamp node_modules/dev.stamp $(MO) ## The same and what the checks need
	@:

translations: setup-dev ## Collect new texts into translations/*.po (and drop those that are gone)
	@$(BABEL) extract --no-location --sort-output --width 110 --project Atrium -F pyproject.toml -k lazy_gettext -k _l -k lazy_pgettext:1c,2 -k _lp:1c,2 -o .venv/messages.pot .
	@for po in translations/*/LC_MESSAGES/messages.po; do language=$${po#translations/}; \
	  $(BABEL) update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 110 \
	    -l $${language%%/*} -i .venv/messages.pot -o $$po || exit 1; done

screenshots: setup-dev ## Make the README's pictures from the demo data
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m tests.screenshots

# uv resolves for every platform at once and names no registry. It is needed here only, so it lives in a throw-away environment.
lock: .venv/bin/python ## Choose versions anew within pyproject.toml and package.json, and write the locks
	@$(BIN)/python -m venv --clear .venv/lock && .venv/lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	@lock() { .venv/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-annotate --no-header "$$@"; }; \
	  lock pyproject.toml -o requirements/run.txt \
	  && lock pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt \
	  && lock --group node -o requirements/node.txt
	@rm -rf .venv/lock
	@npm update --package-lock-only --ignore-scripts --loglevel error

clean: ## Remove what set-up made (not var/, where the data are)
	@rm -rf .venv node_modules $(MO) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/bin/python:
	@python=; for p in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	    if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$p; break; fi; done; \
	  [ "$$python" ] || { echo "Atrium needs Python 3.11 or newer, and found none (PYTHON=/path/to/python names one)." >&2; exit 1; }; \
	  $$python -c 'import ensurepip, venv' 2>/dev/null \
	    || { echo "Atrium needs Python's venv module (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }; \
	  echo "Setting up: Python packages and browser libraries, once"; \
	  $$python -m venv .venv

.venv/run.stamp: requirements/run.txt | .venv/bin/python
	@$(PIP) -r $< || $(NO_PACKAGES)
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	@$(PIP) -r $< || $(NO_PACKAGES)
	@touch $@

# npm of the system, else the one of the wheel; `npm ci` takes exactly what the lock says and runs no scripts of packages.
NPM_CI = npm=$$(command -v npm || echo $(BIN)/npm); \
  [ -x "$$npm" ] || $(PIP) -r requirements/node.txt \
    || { echo "Atrium needs npm for the browser libraries: neither the system has it nor could the wheel be had." >&2; exit 1; }; \
  PATH="$$PATH:$(CURDIR)/$(BIN)" $$npm ci --loglevel error $(1) >/dev/null \
    || { echo "Atrium's browser libraries could not be installed: npm's reason is above." >&2; exit 1; }

node_modules/run.stamp: package.json package-lock.json .npmrc | .venv/run.stamp
	@$(call NPM_CI,--omit dev)
	@touch $@

node_modules/dev.stamp: package.json package-lock.json .npmrc | .venv/dev.stamp
	@$(call NPM_CI)
	@touch node_modules/run.stamp $@

%.mo: %.po | .venv/run.stamp
	@$(BABEL) compile --input-file $< --output-file $@
