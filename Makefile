# `make run` shows an event going through everything; `make test` proves it. Both install what is missing first.

SWIFT ?= swift
PYTHON ?= python3
BIN = .build/release
VENV = .build/venv
PROGRAMS = ingest-server delivery-worker martlet
# Tests at a time. Each of many runs a server and several programs: all at once would starve each other.
TEST_WIDTH ?= 4
SWIFT_DIRECTORIES = Package.swift $(wildcard Sources Tests Benchmarks Fuzz)
SHELL_SCRIPTS = .ci/run $(wildcard scripts/*.sh Sources/*/*.sh Benchmarks/*.sh deploy/recipes/*.sh)

.DEFAULT_GOAL := help
.PHONY: help run test bench fuzz lint schema format psql build clean bootstrap bootstrap-tests

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build, then start everything and send a sample event (MARTLET_DEV_EXIT_AFTER_DEMO=1: stop after it)
	@exec $(BIN)/martlet dev

build: bootstrap ## build the three programs, optimised, into .build/release
	for program in $(PROGRAMS); do $(SWIFT) build -c release --product $$program || exit; done

test: bootstrap-tests $(VENV)/ready ## build and run all tests (FILTER=name: only those)
	$(SWIFT) build --build-tests
	$(SWIFT) build -c release --product martlet-hot-path
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(TEST_WIDTH) \
		$(SWIFT) test --skip-build --disable-xctest $(if $(FILTER),--filter '$(FILTER)')

bench: build ## measure, for 13 minutes; prints figures against their aims, and a ledger
	$(SWIFT) build -c release --product martlet-bench
	Benchmarks/run.sh

fuzz: ## feed the HTML filter what libFuzzer thinks of, for a minute (SECONDS=300: for longer)
	SWIFTC='$(SWIFT)c' scripts/fuzz.sh $(SECONDS)

lint: ## check format and scripts
	$(SWIFT) format lint --strict --recursive $(SWIFT_DIRECTORIES)
	@if command -v shellcheck >/dev/null; then set -x; shellcheck $(SHELL_SCRIPTS); \
	else echo 'shellcheck is not installed: the shell scripts were not checked'; fi

schema: bootstrap ## write sql/schema.sql anew, after a change of sql/
	@SWIFT='$(SWIFT)' scripts/write-schema.sh

format: ## format the Swift sources in place
	$(SWIFT) format --in-place --recursive $(SWIFT_DIRECTORIES)

psql: build ## open psql on the database of `make run`, or on DATABASE_URL
	@exec $(BIN)/martlet psql

clean: ## delete what was built; the data in .martlet/ stay
	rm -rf .build

bootstrap:
	@scripts/bootstrap.sh

bootstrap-tests:
	@scripts/bootstrap.sh --tests

# Programs not written here that judge what ours make, or sign what ours verify.
$(VENV)/ready: scripts/requirements.txt scripts/requirements-senders.txt | bootstrap
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement scripts/requirements.txt
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement scripts/requirements-senders.txt
	@touch $@
