#!/usr/bin/env bash
# Pin everything with hashes for all platforms; the files carry no registry address.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p requirements
common=(--generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header --quiet)
uv pip compile "${common[@]}" pyproject.toml -o requirements/run.lock
uv pip compile "${common[@]}" --group build -o requirements/build.lock
uv pip compile "${common[@]}" requirements/bench.in -o requirements/bench.lock
uv pip compile "${common[@]}" -c requirements/run.lock --group dev -o requirements/dev.lock
