# Every target sets up what it needs; `make demo` and `make test` work on a fresh
# machine that has Python 3.11+, make and the package registries.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
LOG    ?=

.DEFAULT_GOAL := help
.PHONY: help install demo serve test check format fuzz bench docs clean

help:  ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A marker file, newer than pyproject.toml, says that the environment is complete.
$(STAMP): pyproject.toml
	@echo "==> Setting up $(VENV) (once; a few minutes on a slow connection)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "perda needs Python 3.11 or newer; set PYTHON=/path/to/python3.x"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[png,server]" --group dev
	@touch $(STAMP)

install: $(STAMP)  ## Make the virtual environment with everything in it

demo: $(STAMP)  ## Server up, logs in, client loads and plots (LOG=/path/to/log.csv for your own)
	@$(BIN)/python examples/demo.py $(if $(LOG),--log "$(LOG)")

serve: $(STAMP)  ## Leave a server running with the demo's data (Ctrl-C stops it)
	@$(BIN)/python examples/demo.py --serve

test: $(STAMP)  ## Run all tests
	$(BIN)/python -m pytest

check: $(STAMP)  ## Lint, format check and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP)  ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fuzz: $(STAMP)  ## Damage logs at random and compare the reader with a plain one (SECONDS=300)
	$(BIN)/python tests/formats/fuzz_reader.py --seconds $(or $(SECONDS),300)

bench: $(STAMP)  ## Run the benchmarks; each prints ratios against a named alternative
	@for script in benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

docs: $(STAMP)  ## Build the documentation into docs/_build/html
	$(BIN)/python -m pip install --quiet --group docs
	$(BIN)/python docs/gallery_build.py
	$(BIN)/python docs/notebooks_build.py
	$(BIN)/python -m sphinx -W -b html docs docs/_build/html

clean:  ## Remove everything that was made (environment, demo, caches)
	rm -rf $(VENV) .demo .mypy_cache .ruff_cache .pytest_cache docs/_build docs/api/_generated build dist
