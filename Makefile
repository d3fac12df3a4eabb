# Sambud. `make` lists what can be made. Each target sets itself up, can be run again and leaves nothing running.
# PYTHON=/path/to/python3 chooses another Python; ARGS="..." is handed on by demo, cluster, bench, fuzz, test, drills and lock.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.NOTPARALLEL:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
LOCK := deploy/lock
UV := uv==0.13.9
PYTHON ?=
ARGS ?=

# Processes that start again and again must not compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

# Debian packages for the page tests.
PAGE_PACKAGES := chromium-headless-shell fonts-dejavu-core fonts-liberation libatomic1

# While this file is there, Debian starts no service that it installs.
POLICY := /usr/sbin/policy-rc.d

# install_packages NAME...: Debian's packages when root, otherwise a message that names them. Callers look first, so that
# a machine that has everything needs no network.
define INSTALL
install_packages() {
    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $$*"
        local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
        "$${apt[@]}" install -y --no-install-recommends "$$@" >/dev/null 2>&1 && return
        "$${apt[@]}" update && "$${apt[@]}" install -y --no-install-recommends "$$@" >/dev/null && return
        echo "Could not install: $$*. See what apt-get said above." >&2
        return 1
    fi
    echo "Missing: $$*" >&2
    echo "Ask an administrator of this machine for: apt-get install $$*" >&2
    return 1
}
endef

# find_python: prints the first Python 3.11 or newer that can make a virtual environment; if none, installs Debian's.
define FIND_PYTHON
usable_python() {
    local name
    for name in $(or $(PYTHON),python3.11 python3 python3.12 python3.13 python3.14 /usr/bin/python3); do
        if "$$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$$name"
            return
        fi
    done
    return 1
}
find_python() {
    usable_python && return
    if [ -n "$(PYTHON)" ]; then
        echo "$(PYTHON) is not a Python 3.11 or newer with venv and ensurepip." >&2
        return 1
    fi
    echo "Found no Python 3.11 or newer with venv. If it is elsewhere: PYTHON=/path/to/python3 make ..." >&2
    install_packages python3 python3-venv >&2 && usable_python
}
endef

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup:  ## make .venv with the locked packages and the command .venv/bin/hub
	@$(INSTALL)
	$(FIND_PYTHON)
	pip=($(BIN)/python -m pip --disable-pip-version-check --no-input -qq install)
	locked="$(CURDIR) $$(sha256sum <$(LOCK)/dev.txt)"
	if [ "$$(cat $(VENV)/.locked 2>/dev/null)" != "$$locked" ] || ! $(BIN)/python -c '' 2>/dev/null; then
	    python=$$(find_python)
	    echo "Setting up $(VENV) with $$("$$python" --version)"
	    "$$python" -m venv --clear $(VENV)
	    "$${pip[@]}" --require-hashes --requirement $(LOCK)/dev.txt
	    echo "$$locked" >$(VENV)/.locked
	fi
	project=$$(sha256sum <pyproject.toml)
	if [ "$$(cat $(VENV)/.project 2>/dev/null)" != "$$project" ]; then
	    "$${pip[@]}" --no-deps --no-build-isolation --no-index --editable .
	    echo "$$project" >$(VENV)/.project
	fi

demo: setup  ## play one working day of the sample centre; ARGS="--speed 600"
	@exec $(BIN)/hub demo $(ARGS)

# The servers, but no browser.
cluster: export SAMBUD_WITHOUT := chromium prometheus
cluster: setup system  ## play the day through three brokers, PostgreSQL and all processes; ARGS="--speed 600 --once"
	@exec $(BIN)/python -m tests.cluster $(ARGS)

test: setup system check  ## run every check and every test; ARGS="-k inbox"
	@# What tests write need outlive no loss of power: in memory nobody waits for a disk, which is a fourth of their time.
	if [ -z "$${TMPDIR:-}" ] && [ -d /dev/shm ] && [ -w /dev/shm ]; then
	    TMPDIR=$$(mktemp -d /dev/shm/sambud-XXXXXX)
	    export TMPDIR
	    trap 'rm -rf "$$TMPDIR"' EXIT
	fi
	$(BIN)/python -m pytest --ignore tests/test_shape.py $(or $(ARGS),--numprocesses 6 --dist worksteal)

bench: setup system  ## measure speed and memory beside their bare floors
	@$(BIN)/python -m tests.bench $(ARGS)
	$(BIN)/python -m tests.bench.reading
	$(BIN)/python -m tests.bench.broker
	$(BIN)/python -m tests.bench.clocks
	$(BIN)/python -m tests.bench.inboxes
	$(BIN)/python -m tests.bench.search

fuzz: setup  ## read a million mutants of the samples; ARGS="--seed 2 --count 5000"
	@exec $(BIN)/python -m tests.fuzz $(ARGS)

crash: setup system  ## kill workers ten thousand times; ARGS="--kills 500 --kept FILE"
	@exec $(BIN)/python -m tests.crash $(ARGS)

chaos: setup system  ## kill brokers and the database, and let links fail; ARGS="--kills 10 --kept FILE"
	@exec $(BIN)/python -m tests.chaos $(ARGS)

drills: export SAMBUD_WITHOUT := chromium pgbouncer prometheus
drills: setup system  ## stop each part, and see when a person is told; ARGS="--count 10 --seed 2"
	@exec $(BIN)/python -m tests.drills $(ARGS)

pictures: export SAMBUD_WITHOUT := postgresql pgbouncer rabbitmq prometheus
pictures: setup system  ## take the pictures of the docs anew, of the demo's morning; ARGS="--until 11:00"
	@$(BIN)/python -m tests.pictures $(ARGS)

contract: setup  ## call the API by its own description, rightly and wrongly; ARGS="--max-examples 500 --seed 2"
	@exec $(BIN)/python -m tests.contract $(ARGS)

journeys: export SAMBUD_WITHOUT := postgresql pgbouncer rabbitmq prometheus
journeys: export SAMBUD_WHOLE := 1
journeys: setup system  ## keep each promise of the inbox in every language, with scripts and without; ARGS="-k bulk"
	@exec $(BIN)/python -m pytest tests/journeys/test_inbox.py --numprocesses 3 --dist worksteal $(ARGS)

publishes: export SAMBUD_WITHOUT := chromium postgresql pgbouncer prometheus
publishes: setup system  ## publish a hundred thousand messages to a broker that fails; ARGS="--count 5000 --seed 2"
	@exec $(BIN)/python -m tests.publishes $(ARGS)

year: export SAMBUD_WITHOUT := chromium pgbouncer rabbitmq prometheus
year: setup system  ## working time, a virtual year of deadlines and a great backlog; ARGS="--only life --deadlines 20000"
	@exec $(BIN)/python -m tests.year $(ARGS)

check: setup  ## lint, format, types and the directions of imports
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --quiet tests/test_shape.py

# What the tests need beyond Python: Chromium, letters for it to draw and whatever Playwright's driver cannot start
# without (libatomic1); PostgreSQL, pgbouncer and RabbitMQ, which tests start for themselves and installing must not
# start; the tools that check alert rules; and an AMQP 1.0 client for Debian's own Python.
system: setup
	@$(INSTALL)
	has_chromium() {
	    command -v chromium-headless-shell && $(BIN)/python -m playwright --version && find /usr/share/fonts -name '*.[ot]tf' | grep .
	}
	has_postgresql() { ls /usr/lib/postgresql/*/bin/initdb || command -v initdb; }
	has_pgbouncer() { [ -x /usr/sbin/pgbouncer ] || command -v pgbouncer; }
	has_prometheus() { command -v promtool && command -v amtool; }
	has_rabbitmq() {
	    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] && command -v epmd && /usr/bin/python3 -c 'import proton'
	}
	missing=() packages=()
	need() {
	    if "has_$$1" >/dev/null 2>&1; then return; fi
	    if [ "$${CI:-}" != true ] && [[ " $${SAMBUD_WITHOUT:-} " = *" $$1 "* ]]; then return; fi
	    missing+=("$$1") packages+=("$${@:2}")
	}
	need chromium $(PAGE_PACKAGES)
	need postgresql postgresql
	need pgbouncer pgbouncer
	need prometheus prometheus prometheus-alertmanager
	need rabbitmq rabbitmq-server python3-qpid-proton
	if [ $${#missing[@]} = 0 ]; then exit 0; fi
	if [ "$$(id -u)" = 0 ] && [ ! -e $(POLICY) ]; then
	    printf '#!/bin/sh\nexit 101\n' >$(POLICY)
	    chmod +x $(POLICY)
	    trap 'rm -f $(POLICY)' EXIT
	fi
	if ! install_packages "$${packages[@]}"; then
	    echo "Tests need them. To leave those tests out: SAMBUD_WITHOUT='$${missing[*]}' make test" >&2
	    exit 1
	fi

lock:  ## pin all dependencies with hashes; ARGS=--upgrade for the newest versions
	@$(INSTALL)
	$(FIND_PYTHON)
	python=$$(find_python)
	tools=$$(mktemp -d)
	trap 'rm -rf "$$tools"' EXIT
	"$$python" -m venv "$$tools"
	"$$tools/bin/python" -m pip --disable-pip-version-check --no-input -qq install $(UV)
	# Make eats a dash that begins a line.
	compile=("$$tools/bin/uv" pip compile --quiet --no-config --no-emit-index-url --no-emit-find-links
	    pyproject.toml --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" $(ARGS))
	mkdir -p $(LOCK)
	"$${compile[@]}" --group dev --output-file $(LOCK)/dev.txt
	"$${compile[@]}" --constraint $(LOCK)/dev.txt --output-file $(LOCK)/requirements.txt
	if grep -nE '://|^-' $(LOCK)/*.txt; then
	    echo "An address or an option got into the lock." >&2
	    exit 1
	fi

clean:  ## remove .venv, build results and caches; never any data
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

.PHONY: help setup demo cluster test bench fuzz check system lock clean crash chaos publishes year drills contract pictures journeys
