#!/usr/bin/env bash
# Pin everything with hashes for all platforms; the files carry no registry address.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p requirements
common=(--generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header --quiet)
uv pip compile "${common[@]}" pyproject.toml -o requirements/run.lock
uv pip compile "${common[@]}" --group build -o requirements/build.lock
uv pip compile "${common[@]}" requirements/bench.in -o requirements/bench.lock
uv pip compile "${common[@]}" requirements/node.in -o requirements/node.lock
uv pip compile "${common[@]}" -c requirements/run.lock --group dev -o requirements/dev.lock
# npm's own way to leave addresses out (--omit-lockfile-registry-resolved) loses the packages of other platforms.
# Away from node_modules, which npm would read in place of the registry, and write no hashes.
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
cp maps/web/package.json "$there"
cd "$there"
npm install --package-lock-only --no-audit --no-fund --loglevel=error
node -e '
  const fs = require("fs");
  const lock = JSON.parse(fs.readFileSync("package-lock.json"));
  for (const one of Object.values(lock.packages)) delete one.resolved;
  fs.writeFileSync("package-lock.json", JSON.stringify(lock, null, 2) + "\n");
'
cd - >/dev/null
cp "$there/package-lock.json" maps/web/
