# Everything a person does with this repository. `make` alone lists it.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --no-input install --quiet --require-hashes
COMPILE := .venv-lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --quiet pyproject.toml

# What is compiled once is read by every process: a start then takes half the time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test prove demo check bench lock clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.run-stamp ## Start everything and print where it is; ARGS="--port 8080 --var var" to choose
	@$(BIN)/python app.py run $(ARGS)

test: check ## Check, then run the tests but for races and those that take long; ARGS="-k seats" to choose
	$(BIN)/python -m pytest -n 2 --dist worksteal -m 'not long' --ignore-glob='*races.py' $(ARGS)

prove: .venv/.dev-stamp ## Run the long tests, the races at full size, and see each go red without its guard
	$(BIN)/python -m pytest -n 2 --dist worksteal -m long --ignore-glob='*races.py'
	ALLOTMENT_THOROUGH=yes $(BIN)/python -m pytest $$(find tests -name 'test_*races.py')
	ALLOTMENT_THOROUGH=yes $(BIN)/python -m pytest -n 2 --dist worksteal -m 'not long' \
		$$(grep -rl --include='test_*.py' --exclude='*races.py' 'thorough import' tests)
	$(BIN)/python -m tests.mutants

demo: .venv/.run-stamp ## Walk the whole path over HTTP on a fresh instance and show the receipts
	@$(BIN)/python app.py demo $(ARGS)

check: .venv/.dev-stamp ## Check format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict

bench: .venv/.bench-stamp ## Run a benchmark: make bench NAME=...
	@$(BIN)/python -m bench $(NAME) $(ARGS)

lock: .venv-lock/bin/uv ## Write the locks anew from pyproject.toml
	$(COMPILE) --output-file requirements/run.lock
	$(COMPILE) --extra dev --output-file requirements/dev.lock
	$(COMPILE) --extra dev --extra bench --output-file requirements/bench.lock

clean: ## Remove caches and what tests left; an instance's data in var/ and .venv stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .venv-lock var/test* build *.egg-info
	rm -rf /dev/shm/allotment-$$(id -u)$(subst /,-,$(CURDIR))-var-test*
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

.venv/.run-stamp: requirements/run.lock | $(BIN)/python
	@echo "Installing what Allotment needs to run ..."
	@$(PIP) --requirement requirements/run.lock
	@touch $@

# The second lock holds all of the first.
.venv/.dev-stamp: requirements/dev.lock | $(BIN)/python
	@echo "Installing what Allotment needs to run and to be tested ..."
	@$(PIP) --requirement requirements/dev.lock
	@touch .venv/.run-stamp $@

# The third lock holds all of the second, and the libraries that benchmarks compare with.
.venv/.bench-stamp: requirements/bench.lock | $(BIN)/python
	@echo "Installing what Allotment is measured against ..."
	@$(PIP) --requirement requirements/bench.lock
	@touch .venv/.run-stamp .venv/.dev-stamp $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Allotment needs Python 3.11 or newer: make PYTHON=/path/to/python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv || { \
		rm -rf .venv; echo "Python's venv module is missing: on Debian, apt install python3-venv"; exit 1; }

.venv-lock/bin/uv:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip --disable-pip-version-check install --quiet 'uv~=0.13'
