#!/usr/bin/env bash
# Show a file: open it where there is a screen, else say where it is.
file="$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && command -v xdg-open >/dev/null; then
  xdg-open "$file" >/dev/null 2>&1 || true
elif [ "$(uname)" = Darwin ]; then
  open "$file"
fi
echo "$file"
