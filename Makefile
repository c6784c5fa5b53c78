# Two commands from nothing: `make run` (the sandbox) and `make test` (everything that CI runs).
# They need Python 3.11+, git and make; the rest comes from the lock files, checked by hash.
.DEFAULT_GOAL := help
.PHONY: help run test lint types contracts tests faults chaos clean

PYTHON ?= python3
PORT ?= 8065
KILLS ?= 500
BIN := .venv/bin
FILES := app.py bot memory router tools sandbox bench tests

help:
	@echo "make run    start the sandbox: a local Slack workspace with the bot in it (PORT=$(PORT))"
	@echo "make test   lint, types, import contracts, tests"
	@echo "make faults the whole fault matrix; make chaos KILLS=$(KILLS) kills the bot at random moments"

.venv/run.stamp: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "IncidentOS needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m memory.weights
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

run: .venv/run.stamp
	$(BIN)/python app.py sandbox --port $(PORT)

test: lint types contracts tests

lint: .venv/dev.stamp
	$(BIN)/ruff check $(FILES)
	$(BIN)/ruff format --check $(FILES)

types: .venv/dev.stamp
	$(BIN)/mypy $(FILES)

contracts: .venv/dev.stamp
	$(BIN)/lint-imports

# what is compiled is kept for the workers and the processes that they start; no worker computes with threads of its own;
# files come in the order of their folders, for of those with few tests, which would come last, some take longest
tests: .venv/dev.stamp
	PYTHONDONTWRITEBYTECODE= OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

# the whole fault matrix, also what takes minutes: kills at every step, whole processes
faults: .venv/dev.stamp
	$(BIN)/python -m pytest tests/faults tests/lab/slow_shop.py -o 'python_files=test_*.py slow_*.py' --hypothesis-profile=thorough -n 2 --dist loadfile

chaos: .venv/dev.stamp
	$(BIN)/python -m bench.chaos --kills $(KILLS)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
