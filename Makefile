# ELMWeb on a bare machine: `make run` installs everything into .venv and starts it.

SHELL := /bin/bash -o pipefail
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.complete
INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off
# Of pip's output only the large downloads, so that one sees it is alive.
LARGE = | { grep --line-buffered -oE '^ *(Downloading|Using cached) [^ ]*/?[^ ]+ \([0-9.]+ [MG]B\)' || true; }

.PHONY: setup run test test-all test-postgres compose-test chaos scale audit check bench clean

setup: $(STAMP)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'ELMWeb needs Python 3.11 or newer, and "$(PYTHON)" is not: install it, or name one:'; \
	  echo '  make $(or $(MAKECMDGOALS),setup) PYTHON=/path/to/python3.11'; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo '$(PYTHON) cannot make virtual environments. On Debian and Ubuntu:'; \
	  echo '  sudo apt install python3-venv'; exit 1; }
	@echo 'Installing into .venv, once. About 0.5 GB to download where the package index offers a'
	@echo 'CPU build of torch, up to 3 GB where it has only the one with GPU libraries: minutes.'
	@echo '1/4 virtual environment'
	@$(PYTHON) -m venv .venv
	@echo '2/4 web application'
	@$(INSTALL) -e . $(LARGE)
	@echo '3/4 language model (torch, transformers): the large part'
	@$(INSTALL) -e '.[model]' $(LARGE)
	@echo '4/4 database driver and test tools'
	@$(INSTALL) -e '.[model,postgres,s3,test]' $(LARGE)
	@touch $@
	@echo 'Installed.'

run: setup
	@$(BIN)/python manage.py up

# Tests that start all of ELMWeb have the machine to themselves; the others run side by side.
WHOLE = tests/browser tests/chaos
SIDE_BY_SIDE = $(WHOLE:%=--ignore=%) -n auto --maxprocesses 4 --dist loadfile

test: setup
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE)
	@$(BIN)/python -m pytest $(WHOLE)

test-all: setup
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m 'not compose'
	@$(BIN)/python -m pytest $(WHOLE) -m ''

# Builds the images, starts them under a name and port of their own and removes all but the images.
compose-test: setup
	@$(BIN)/python -m pytest -m compose -x -s -p no:cacheprovider tests/compose

chaos: setup
	@$(BIN)/python -m tests.chaos --minutes 10

scale: setup
	@$(BIN)/python -m tests.scale

ON_POSTGRES = (django_db and not slow) or postgres

# The tests of the database, on a PostgreSQL server of their own that is thrown away.
test-postgres: setup
	@$(BIN)/python -m tests.postgres $(BIN)/python -m pytest $(SIDE_BY_SIDE) -m '$(ON_POSTGRES)'

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m pytest -q $(SIDE_BY_SIDE)

bench: setup
	@$(INSTALL) -q -e '.[bench]' || echo 'No Box2D for this machine: measuring without it.'
	@$(BIN)/python manage.py bench

audit: setup
	@$(INSTALL) -q pip-audit==2.10.1
	@$(BIN)/pip-audit --skip-editable

clean:
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
