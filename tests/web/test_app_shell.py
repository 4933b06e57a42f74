"""The app's frame: signing in, roles, language, headers of its files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import httpx
import pytest
from app_tab import Opening
from geomujun_api.routes import web
from serving import Live, key_for


def test_the_public_is_asked_to_sign_in_and_a_key_opens_the_county(
    tab: Opening, service: Live
) -> None:
    one = tab("")
    page = one.open("/sign-in")
    page.get_by_label("密钥").fill(key_for(service.target, "reviewer"))
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name="复核").wait_for()
    page.wait_for_url("**/app/map*")
    assert page.get_by_role("link", name="审计").count() == 0, "a reviewer has no audit log"
    page.get_by_role("button", name="退出").click()
    page.get_by_role("banner").get_by_role("link", name="登录").wait_for()


def test_a_key_that_is_not_in_force_is_refused_with_its_reason(tab: Opening) -> None:
    one = tab("")
    one.expected.append(401)
    page = one.open("/sign-in")
    page.get_by_label("密钥").fill("gmj_" + "x" * 43)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("alert").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("alert").is_visible(), "the reason stays"
    assert page.get_by_role("link", name="登录").count() == 1


def test_english_is_one_press_away_and_stays(tab: Opening) -> None:
    page = tab("viewer").open("/lists")
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="Lists").wait_for()
    page.reload()
    page.get_by_role("link", name="Lists").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_apps_pages_run_under_a_strict_policy_and_unknown_files_are_404(service: Live) -> None:
    with httpx.Client(base_url=service.url, timeout=60) as client:
        assert client.get("/").headers["location"] == "/app/"
        page = client.get("/app/parcels/339921022002GB00296")
        policy = page.headers["content-security-policy"]
        assert page.status_code == 200
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        script = page.text.split('src="')[1].split('"')[0]
        kept = client.get(script)
        assert kept.headers["cache-control"].endswith("immutable")
        assert kept.headers["content-encoding"] == "gzip"
        assert kept.headers["content-type"].startswith("text/javascript")
        for wrong in ("/app/assets/../../x.py", "/app/%2e%2e/__init__.py", "/app/none.js"):
            assert client.get(wrong).status_code == 404


HASHED = re.compile(r"-([\w-]{8})\.(js|mjs|css)")


def build_again(folder: Path) -> None:
    """Another build in the place of one: every file of code has another name."""
    for file in [*folder.iterdir(), *(folder / "assets").iterdir()]:
        if file.suffix == ".gz":
            file.unlink()
        elif file.suffix in (".js", ".mjs", ".css", ".html", ".json"):
            text = HASHED.sub(r"-\1n.\2", file.read_text())
            file.unlink()
            (file.parent / HASHED.sub(r"-\1n.\2", file.name)).write_text(text)


def test_a_build_made_while_the_service_runs_is_served_and_open_pages_go_on(
    tab: Opening, service: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(web._BUILD, tmp_path / "web"))
    monkeypatch.setattr(web, "_BUILD", folder)
    one = tab("viewer")
    page = one.open("/lists")
    page.locator("tbody tr").first.wait_for()
    with httpx.Client(base_url=service.url, trust_env=False) as client:
        before = client.get("/app/lists").text.split('src="')[1].split('"')[0]
        build_again(folder)
        after = client.get("/app/lists").text.split('src="')[1].split('"')[0]
        assert after == HASHED.sub(r"-\1n.\2", before)
        assert client.get(after).status_code == 200
        assert client.get(before).status_code == 404
    one.expected.append(404)
    page.get_by_role("link", name="疑点").click()  # its code was not loaded yet
    page.get_by_role("heading", name="疑点").first.wait_for()
    assert page.locator("script[type=module]").first.get_attribute("src") == after
    # Chromium complains of the code that is gone, and of nothing else.
    gone = [fault for fault in one.faults if not re.search(r"/app/assets/findings-\S{8}\.", fault)]
    assert gone == []
    one.faults.clear()


def test_a_page_is_told_with_all_its_code(service: Live) -> None:
    client = httpx.Client(base_url=service.url, trust_env=False, timeout=60)

    def named(path: str) -> list[str]:
        answer = client.get(f"/app{path}")
        return re.findall(r"<([^>]+)>; rel=(?:modulepreload|preload)", answer.headers["link"])

    whole = named("/map")
    assert any("/draw-" in file for file in whole), "the map's library does not wait for the app"
    assert all(client.get(f).status_code == 200 for f in whole)
    assert named("/") == whole, "the bare address opens the map"
    assert not any("/draw-" in file for file in named("/lists"))
    assert "link" not in client.get("/app/elsewhere").headers
