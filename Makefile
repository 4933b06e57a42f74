# make demo   sets up, runs the main job on the demo county, shows the map
# make test   sets up, passes all tests
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# Processes that test beside each other, each with a PostGIS and a Chromium of its own; 0 is one after the other.
TESTERS ?= 2
DEMO_OUT ?= data/out/demo

.PHONY: setup setup-dev demo web serve test test-long check bench catalogue lock clean

setup: .venv/run.stamp
setup-dev: .venv/dev.stamp

.venv/run.stamp: requirements/run.lock requirements/build.lock pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" bash scripts/setup.sh run

.venv/dev.stamp: requirements/dev.lock .venv/run.stamp
	@PYTHON="$(PYTHON)" bash scripts/setup.sh dev

demo: setup
	@$(BIN)/geomujun demo --out $(DEMO_OUT) --size county
	@bash scripts/open.sh $(DEMO_OUT)/result/map.html

# The web app, built into the package that serves it; needs node, or takes one from a wheel.
web: setup maps/geomujun_maps/web/index.html

maps/geomujun_maps/web/index.html: $(shell find maps/web -path maps/web/node_modules -prune -o -type f -print) geomujun/domain/legend.yaml
	@bash scripts/web.sh build

# Starts PostGIS and the API, with the demo county where the store is empty; prints the address.
serve: setup web
	@bash scripts/apt.sh 'postgresql-*-postgis-*'
	@$(BIN)/geomujun serve --demo

test: setup-dev
	@bash scripts/apt.sh chromium fonts-noto-cjk 'postgresql-*-postgis-*'
	@$(MAKE) --no-print-directory check web
	@$(BIN)/python -m pytest -m "not long" -n $(TESTERS) --dist loadfile

test-long: setup-dev web
	@bash scripts/apt.sh chromium fonts-noto-cjk 'postgresql-*-postgis-*'
	@$(BIN)/python -m pytest -m long

check: setup-dev
	@$(BIN)/python scripts/generate_catalogue.py --check
	@$(BIN)/python scripts/generate_schema.py --check
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@PYTHONPATH=.:api:maps:data:migrations $(BIN)/lint-imports
	@bash scripts/web.sh check

bench: setup-dev
	@$(BIN)/python -m benchmarks

catalogue: setup-dev
	@$(BIN)/python scripts/generate_catalogue.py
	@$(BIN)/python scripts/generate_schema.py

# Needs uv. The locks name no registry.
lock:
	@bash scripts/lock.sh

clean:
	rm -rf .venv data/out build dist
