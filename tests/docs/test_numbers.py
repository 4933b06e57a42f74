"""Numbers that documents quote from data of the package are those in force."""

from __future__ import annotations

from geomujun_api.settings import ServiceSettings
from geomujun_demo.noise import PROFILES
from test_guides import ROOT

from geomujun.matching.weights import shipped


def test_the_record_of_probabilities_names_the_limits_in_force() -> None:
    text = (ROOT / "docs/decisions/0001-probabilities-compete.md").read_text("utf-8")
    for name in ("auto", "review"):
        assert f"`limits.{name}` ({shipped().limits[name]:.2f})" in text


def test_the_demo_s_profiles_are_told_as_they_are() -> None:
    text = (ROOT / "data/README.md").read_text("utf-8")
    for name, profile in PROFILES.items():
        codes = profile.codes
        told = [codes["valid"], codes["empty"], codes["old"], codes["broken"] + codes["wide"]]
        share = " · ".join(f"{n:g}" for n in told)
        assert f"| {name} | {share} % | {100 * profile.spoil:g} % |" in text


def test_the_service_s_limits_are_told_as_they_are() -> None:
    text = (ROOT / "docs/reference/api.md").read_text("utf-8")
    fields = {name: field.default for name, field in ServiceSettings.model_fields.items()}
    assert (
        "{rate:g}/s, {burst} a key · {public_rate:g}/s, {public_burst} an address".format(**fields)
        in text
    )
    assert "{pool_size} connections; {pool_wait_s:g} s, then 503".format(**fields) in text
