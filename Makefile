# Tocsin's commands. `make run` and `make test` do all the set-up they need.

PYTHON ?=# the first Python 3.11 to 3.14 on the path, unless you name one
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help run cluster setup services test check quality bench soak format lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run ## install what running needs, then start the demo
	@$(BIN)/tocsin demo

cluster: $(VENV)/.run ## Kafka, Redis and `tocsin run` on them, here, without Docker
	@sh deploy/services/get.sh kafka redis
	@$(BIN)/python deploy/local_cluster.py

setup: $(VENV)/.dev ## make .venv/ with everything, .venv/bin/tocsin among it

services: ## fetch what the tests start: Kafka's jars into .cache/, Redis and Prometheus by apt
	@sh deploy/services/get.sh

test: $(VENV)/.dev services ## all tests, with branch coverage
	$(PYTEST) --cov --cov-report=term:skip-covered

check: $(VENV)/.dev ## format, lint, types, import arrows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

quality: $(VENV)/.dev ## how good the facts found in the gold texts are (ARGS=--write-floors makes that the floor)
	$(BIN)/python -m tests.quality.measure $(ARGS)

bench: $(VENV)/.dev services ## matching, facts, latency, memory, throughput, handing over (20 minutes)
	$(BIN)/python -m tests.bench.engine_equals_reference
	$(BIN)/python -m tests.bench.matching
	$(BIN)/python -m tests.bench.facts
	$(BIN)/python -m tests.bench.facts hostile
	$(BIN)/python -m tests.bench.latency
	$(BIN)/python -m tests.bench.cluster latency
	$(BIN)/python -m tests.bench.cluster throughput
	$(BIN)/python -m tests.bench.cluster handover

soak: $(VENV)/.dev services ## kill -9 under load: 200 times in one process, 100 times on a cluster (30 minutes)
	$(BIN)/python -m tests.bench.kill9
	$(BIN)/python -m tests.bench.cluster_kill9

format: $(VENV)/.dev ## rewrite the code in our format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## resolve the dependencies again (needs uv)
	uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --quiet --extra build pyproject.toml --output-file deploy/locks/run.txt
	uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --quiet --extra dev pyproject.toml --output-file deploy/locks/dev.txt

clean: ## remove what these commands made
	rm -rf $(VENV) .cache .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# Not bin/python: it is there long before the environment is whole.
$(VENV)/.made:
	@sh deploy/make-venv.sh $(VENV) "$(PYTHON)"
	@touch $@

# --no-deps: the locks are whole, and pip before 25 looks for extras (coverage[toml]) beyond them.
$(VENV)/.run: deploy/locks/run.txt pyproject.toml $(VENV)/.made
	@echo "Installing Tocsin into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r deploy/locks/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: deploy/locks/dev.txt $(VENV)/.run
	@echo "Installing the development tools into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r deploy/locks/dev.txt
	@touch $@
