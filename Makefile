# Every command of the project; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := var/demo
SEED ?= 1358

.DEFAULT_GOAL := help
.PHONY: help dev demo serve check fast lint bench law db docs browser clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 12

# --- environments -----------------------------------------------------------------------------
# .venv/.app holds the program, .venv/.dev the tools of the tests as well. Where there is no C
# compiler the ziglang wheel compiles the kernels.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=23'

define install
	@if command -v cc >/dev/null 2>&1; then $(BIN)/pip install --quiet -e "$(1)"; \
	else $(BIN)/pip install --quiet ziglang && CC="$(CURDIR)/scripts/zig-cc" $(BIN)/pip install --quiet -e "$(1)"; fi
	@touch $@
endef

$(VENV)/.app: $(BIN)/python pyproject.toml CMakeLists.txt $(wildcard matching/kernels/*.c matching/kernels/*.h)
	$(call install,.)

$(VENV)/.dev: $(BIN)/python pyproject.toml CMakeLists.txt $(wildcard matching/kernels/*.c matching/kernels/*.h)
	$(call install,.[dev])
	@touch $(VENV)/.app

dev: $(VENV)/.dev ## create the environment with everything the tests need

# --- the main job -----------------------------------------------------------------------------
demo: $(VENV)/.app ## enrol a synthetic population in an SQLite registry and show one person's case
	$(BIN)/eurodac demo --directory $(DEMO) --seed $(SEED)

serve: $(VENV)/.app ## open the officer pages on the registry of the demo
	@test -f $(DEMO)/registry.db || { echo "no registry in $(DEMO): run 'make demo' first"; exit 2; }
	EURODAC_HOME=$(DEMO) EURODAC_DEVELOPMENT_IDENTITIES=true $(BIN)/eurodac serve

# --- checks -----------------------------------------------------------------------------------
check: $(VENV)/.dev browser lint ## everything CI runs: linters, types, import contracts, all tests
	$(BIN)/pytest -q -n 2

lint: $(VENV)/.dev ## ruff, mypy --strict and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fast: $(VENV)/.dev ## the tests that need neither PostgreSQL nor a browser
	EURODAC_TEST_FAST=true $(BIN)/pytest -q -x

browser:
	@scripts/ensure-browser

bench: $(VENV)/.dev ## list the benchmarks (real prints: set EURODAC_BENCH_DATA; peers: pip install .[peers])
	$(BIN)/python -m benchmarks --help

law: $(VENV)/.app ## print article <-> rule <-> code <-> tests
	$(BIN)/eurodac law

db: $(VENV)/.app ## bring the database of EURODAC_HOME to the newest revision
	$(BIN)/eurodac db upgrade

docs: $(VENV)/.dev ## regenerate the committed documents (OpenAPI, settings, commands, tables of benchmarks)
	$(BIN)/python scripts/generate_docs.py

clean: ## remove the environment and everything built or demonstrated
	rm -rf $(VENV) build var artefacts .mypy_cache .ruff_cache .pytest_cache .hypothesis
