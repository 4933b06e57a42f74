#!/usr/bin/env bash
# Make .venv from the locks: `run` for the product, `dev` for tests and checks on top.
# Needs Python 3.11 or later with pip; uses what is there and downloads no Python.
set -euo pipefail
cd "$(dirname "$0")/.."
what="${1:-run}"
python="${PYTHON:-python3}"

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "geomujun needs Python 3.11 or later; '$python' is not. Set PYTHON=/path/to/python3.11" >&2
  exit 4
fi
if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  rm -rf .venv
  if ! "$python" -m venv .venv >/dev/null 2>&1; then
    # Debian splits ensurepip off; virtualenv brings its own pip.
    rm -rf .venv build/virtualenv
    echo "· python3-venv is missing here, taking virtualenv instead"
    "$python" -m pip install --quiet --disable-pip-version-check --target build/virtualenv virtualenv
    PYTHONPATH=build/virtualenv "$python" -m virtualenv --quiet .venv
  fi
fi
pip() { .venv/bin/python -m pip --disable-pip-version-check --quiet "$@"; }
if [ "$what" = run ]; then
  echo "· installing geomujun and what it needs (once)"
  pip install --require-hashes --no-deps -r requirements/build.lock
  pip install --require-hashes --no-deps -r requirements/run.lock
  pip install --no-deps --no-build-isolation --editable .
else
  echo "· installing what tests and checks need (once)"
  pip install --require-hashes --no-deps -r requirements/dev.lock
fi
touch ".venv/$what.stamp"
