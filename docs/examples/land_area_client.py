"""Keep a copy of the land-area feed up to date, with Python's standard library only.

    python land_area_client.py https://geomujun.example copy.json --key-file key.txt
           [--year 2024] [--signing-key-file feed.key]

The first run reads everything, later runs what changed since. Nothing is taken over before the last
line came and its digest was right; a run that was cut off is run again. (Who wants to go on where
it stopped asks for the same ``edition``, with ``after=`` the last 信用代码 that came.)
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import urllib.parse
import urllib.request
from pathlib import Path


def read(base: str, key: str, query: dict[str, object]) -> tuple[list[dict], dict, str]:
    """Rows of one answer, its last line, and the SHA-256 of the rows as they came."""
    given = {name: value for name, value in query.items() if value}
    url = f"{base}/v1/feed/land-area?{urllib.parse.urlencode(given)}"
    headers = {"Authorization": f"Bearer {key}", "Accept": "application/x-ndjson"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the operator's own server
    digest, rows, end = hashlib.sha256(), [], {}
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
        for line in answer:
            told = json.loads(line)
            if told.get("end"):
                end = told
                break
            digest.update(line)
            rows.append(told)
    return rows, end, digest.hexdigest()


def check(end: dict, sha256: str, count: int, signing_key: str) -> None:
    """Refuse an answer that was cut off, changed on its way, or signed by somebody else."""
    if not end or end["rows"] != count or end["sha256"] != sha256:
        raise SystemExit("the feed was cut off or changed; run again")
    if signing_key:
        text = "\n".join(str(end[n]) for n in ("edition", "since", "after", "rows", "sha256"))
        right = hmac.new(signing_key.encode(), text.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, end["signature"] or ""):
            raise SystemExit("the signature is wrong")


def update(base: str, copy: Path, key: str, year: int | None, signing_key: str = "") -> dict:
    """Bring a copy up to date; the copy: {"edition": N, "year": Y, "rows": {uscc: row}}."""
    kept = json.loads(copy.read_text("utf-8")) if copy.exists() else {"edition": 0, "rows": {}}
    rows, end, sha256 = read(base, key, {"year": year, "since": kept["edition"]})
    check(end, sha256, len(rows), signing_key)
    for row in rows:
        if row["ended"]:
            kept["rows"].pop(row["uscc"], None)
        else:
            kept["rows"][row["uscc"]] = row
    kept |= {"edition": end["edition"], "year": end["year"]}
    part = copy.with_suffix(".part")
    part.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
    os.replace(part, copy)  # noqa: PTH105 - at once, or not at all
    return kept


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base")
    parser.add_argument("copy", type=Path)
    parser.add_argument("--key-file", type=Path, required=True)
    parser.add_argument("--year", type=int)
    parser.add_argument("--signing-key-file", type=Path)
    given = parser.parse_args()
    key = given.key_file.read_text("utf-8").strip()
    signing = given.signing_key_file.read_text("utf-8").strip() if given.signing_key_file else ""
    kept = update(given.base, given.copy, key, given.year, signing)
    print(f"edition {kept['edition']}: {len(kept['rows'])} enterprises")  # noqa: T201


if __name__ == "__main__":
    main()
