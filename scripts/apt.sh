#!/usr/bin/env bash
# Install Debian packages that tests need, saying so; where that may not be, say what is missing and go on.
# A name with a * stands for the newest package of that form, or for any that is installed.
set -uo pipefail
may_install() { [ "${GEOMUJUN_NO_APT:-}" != 1 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
installed() { dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$1" 2>/dev/null | grep -q '^ii '; }
resolve() { # postgresql-*-postgis-* -> postgresql-15-postgis-3
  case "$1" in
    *\**) apt-cache search --names-only "^$(sed 's/\*/[0-9]+/g' <<<"$1")\$" | cut -d' ' -f1 | sort -V | tail -1 ;;
    *) echo "$1" ;;
  esac
}
missing=()
for package in "$@"; do
  installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if ! may_install; then
  echo "· missing: ${missing[*]} (tests that need them are skipped; apt-get install ${missing[*]})"
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null 2>&1
names=()
for package in "${missing[@]}"; do
  name="$(resolve "$package")"
  names+=("${name:-$package}")
done
echo "· installing through apt: ${names[*]} (GEOMUJUN_NO_APT=1 to leave out)"
if [[ " ${names[*]} " == *" postgresql"* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
  # Only the programs are wanted: Debian would make and start a cluster of its own.
  mkdir -p /etc/postgresql-common && echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
fi
apt-get install -y -qq --no-install-recommends "${names[@]}" >/dev/null 2>&1 ||
  echo "· apt could not install ${names[*]}; tests that need them are skipped"
exit 0
