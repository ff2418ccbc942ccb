# `make` lists what there is. Needs Python 3.11 or newer, make and a package index; all else it installs into .venv.
# the first that runs and is new enough: a name on the PATH may be a shim with nothing behind it
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# one more than processors: what starts real processes waits for most of its time
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(1 + (os.cpu_count() or 1))')
LOCKED := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q

.DEFAULT_GOAL := help
.PHONY: help install demo up test test-fast test-compose test-web check fix bench-judge bench-store bench-mail bench-poll fuzz-queries training-env train-built-in train-encoder train-mixes train-stance eval-judge eval-extract lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z -]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "claimwatch needs Python 3.11 or newer, and none was found. Say: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "installing into $(VENV), once; a minute or two ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

install: $(READY) ## set up .venv

demo: $(READY) ## the whole line on sample pieces, offline, in under a minute
	@$(BIN)/claimwatch demo

up: $(READY) ## run everything on this machine; Ctrl-C ends it
	@$(BIN)/claimwatch up

test: $(READY) ## every test that needs no container engine, on SQLite, PostgreSQL and Valkey
	$(BIN)/python -m pytest -n $(WORKERS) --durations=5 --ignore tests/compose --ignore tests/web

test-fast: $(READY) ## pure rooms, SQLite and jobs only
	$(BIN)/python -m pytest -n $(WORKERS) -m "not postgres and not live and not newsroom" --ignore tests/compose --ignore tests/web

test-compose: $(READY) ## the stack of docker-compose.yml under every fault; needs a container engine, ten minutes
	@tests/compose/engine >/dev/null
	eval "$$(tests/compose/engine 2>/dev/null)" && $(BIN)/python -m pytest tests/compose -x -s -p no:randomly -p no:xdist

test-web: $(READY) .web/.ready ## evidence replays in ReplayWeb.page, in a real browser; needs chromium, node and npm
	$(BIN)/python -m pytest tests/web -s

# the player as one file each (its own dependencies are bundled in it), and what drives the browser
.web/.ready: Makefile
	@mkdir -p .web
	@cd .web && npm pack --silent replaywebpage@2.4.6 >/dev/null && tar xzf replaywebpage-2.4.6.tgz
	@npm install --silent --no-save --prefix .web playwright-core@1.64.1
	@touch $@

check: $(READY) ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY) ## format, and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench-judge: $(READY) ## what comparing costs: articles against 36 and 5,000 claims, a file of pairs; ten minutes
	$(BIN)/python bench/judge.py
	$(BIN)/python bench/judge.py --judge strong --articles 40 --pairs 2000 --runs 3

bench-store: $(READY) ## how fast the store answers and keeps, 200,000 articles on both engines; an hour and 12 GB of disk
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install -qq --disable-pip-version-check 'reader==3.26'
	$(BIN)/python bench/store.py --peer .venv-bench/bin/python

bench-mail: $(READY) ## digests composed for a thousand, and 500 sent through a relay with 100 faults by senders that are killed; ten minutes
	$(BIN)/python bench/digest.py
	$(BIN)/python bench/mail.py

bench-poll: $(READY) ## what polling costs, beside reader and newsboat, and 10,000 feeds due at once; half an hour
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install -qq --disable-pip-version-check 'reader==3.26' sgmllib3k
	$(BIN)/python bench/poll.py --peer .venv-bench/bin/python

fuzz-queries: $(READY) ## 100,000 queries that no person would write; half an hour
	@test -x .venv-fuzz/bin/python || $(PYTHON) -m venv .venv-fuzz
	@.venv-fuzz/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@.venv-fuzz/bin/python -m pip install -qq --disable-pip-version-check 'atheris==3.0.0'
	.venv-fuzz/bin/python bench/fuzz_queries.py

training-env: .venv-training/.ready ## what training and eval-judge need, into .venv-training; some GB
.venv-training/.ready: training/requirements.txt requirements.lock
	@test -x .venv-training/bin/python || $(PYTHON) -m venv .venv-training
	@.venv-training/bin/python -m pip install -qq --disable-pip-version-check -r training/requirements.txt
	@.venv-training/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

train-built-in train-encoder train-mixes train-stance: .venv-training/.ready ## make the judge's weights anew, in this order (training/README.md)
	OMP_NUM_THREADS=2 .venv-training/bin/python -m training.$(subst -,_,$(patsubst train-%,%,$@))

eval-judge: .venv-training/.ready ## measure the judge; prints, and writes the table of docs/method.md
	.venv-training/bin/python -m training.eval_judge

eval-extract: $(READY) ## how well and how fast articles are read out of the newsroom's pages, beside trafilatura alone; writes the table of docs/articles.md
	$(BIN)/python bench/extract.py --write

lock: $(READY) ## compile the locks anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml $(LOCKED) -o requirements.lock
	$(BIN)/uv pip compile --group build $(LOCKED) -o requirements-build.lock
	$(BIN)/uv pip compile pyproject.toml --extra laptop --extra dev $(LOCKED) -o requirements-dev.lock

clean: ## remove .venv, caches and the demo's data
	rm -rf $(VENV) .web .venv-training demo-data .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
