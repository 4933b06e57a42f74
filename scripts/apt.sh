#!/usr/bin/env bash
# Install Debian packages that tests need, saying so; where that may not be, say what is missing and go on.
set -uo pipefail
missing=()
for package in "$@"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "${GEOMUJUN_NO_APT:-}" = 1 ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "· missing: ${missing[*]} (tests that need them are skipped; apt-get install ${missing[*]})"
  exit 0
fi
echo "· installing through apt: ${missing[*]} (GEOMUJUN_NO_APT=1 to leave out)"
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 ||
  echo "· apt could not install ${missing[*]}; tests that need them are skipped"
exit 0
