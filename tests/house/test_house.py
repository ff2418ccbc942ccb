"""What must hold of the house as a whole: purity, names, docs, the wheel."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer

from claimwatch.cli import app
from claimwatch.settings import SETTINGS
from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list
from schedules.calls import JobName
from worker.run import JOBS
from worker.steps.addresses import same_site
from worker.steps.outlets import same_name

ROOT = Path(__file__).parents[2]
WINGS = ("claimwatch", "worker", "schedules", "storage")


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("worker.steps.judge", ("sqlalchemy", "celery", "aiohttp", "redis", "smtplib")),
        ("worker.steps.digest.write", ("sqlalchemy", "celery", "aiohttp", "redis", "smtplib")),
        ("schedules.cadence", ("sqlalchemy", "celery", "aiohttp", "redis")),
        ("storage.records", ("sqlalchemy",)),
        ("claimwatch.cli", ("celery", "uvicorn", "trafilatura", "alembic", "aiohttp", "pydantic")),
    ],
)
def test_importing_a_room_brings_no_world_along(module: str, never: tuple[str, ...]) -> None:
    code = f"import {module}, sys; print([m for m in {never!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_job_has_a_function() -> None:
    assert set(JOBS) == set(JobName)


def test_the_four_names_are_ours() -> None:
    owners = packages_distributions()
    assert {wing: owners.get(wing, ["claimwatch"]) for wing in WINGS} == {wing: ["claimwatch"] for wing in WINGS}


def sources() -> list[Path]:
    return [path for wing in WINGS for path in (ROOT / wing).rglob("*.py")]


@pytest.mark.parametrize(
    ("pattern", "where"),
    [
        (r"^(?:import|from) celery", {"worker/app.py", "worker/broker.py", "worker/tasks.py", "claimwatch/up.py"}),
        (r"^(?:import|from) sqlalchemy|^\s+(?:import|from) sqlalchemy", {"storage/"}),
        (r"^(?:import|from) aiohttp", {"worker/gateways/web.py"}),
        (r"^(?:import|from) smtplib", {"worker/gateways/mail.py", "claimwatch/doctor.py"}),
        (r"os\.environ", {"claimwatch/settings.py"}),
        (r"datetime\.now\(", {"worker/gateways/clock.py"}),
        (
            r"except Exception",
            {
                "worker/run.py",
                "worker/jobs/poll_feeds.py",
                "worker/jobs/fetch_pages.py",
                "worker/gateways/models.py",
                "worker/gateways/web.py",
                "claimwatch/cli_services.py",
            },
        ),
    ],
)
def test_the_world_is_touched_in_few_places(pattern: str, where: set[str]) -> None:
    found = {
        str(p.relative_to(ROOT)) for p in sources() if re.search(pattern, p.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert found
    assert all(any(name.startswith(allowed) for allowed in where) for name in found), found


def commands() -> list[tuple[str, str]]:
    found = []
    top: Any = typer.main.get_command(app)
    for name in top.list_commands(None):
        command = top.get_command(None, name)
        inner = getattr(command, "commands", None)
        found += (
            [(f"claimwatch {name} {n}", c.help) for n, c in inner.items()]
            if inner
            else [(f"claimwatch {name}", command.help)]
        )
    return found


def test_every_command_has_help_and_stands_in_the_docs() -> None:
    docs = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    for name, told in commands():
        assert told, name
        assert f"`{name}" in docs
        assert " ".join(told.split()) in docs


def test_every_setting_stands_in_the_docs() -> None:
    docs = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else ""
        secret = " (secret)" if setting.secret else ""
        assert f"| `CLAIMWATCH_{setting.name}`{secret} | {default} | {setting.what} |" in docs


def pages() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_links_in_the_docs_lead_somewhere() -> None:
    for page in pages():
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert urlsplit(target).scheme or (page.parent / target).exists(), f"{page.name}: {target}"


def test_files_and_commands_that_the_docs_name_exist() -> None:
    known = {name.removeprefix("claimwatch ") for name, _told in commands()} | {"COMMAND"}
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for path in re.findall(r"`((?:worker|schedules|storage|claimwatch|gateways|steps)/[\w/]+\.(?:py|yaml))`", text):
            assert (ROOT / path).exists() or (ROOT / "worker" / path).exists(), f"{page.name}: {path}"
        fenced = "\n".join(text.split("```")[1::2])
        told = re.findall(r"`claimwatch ([a-z]+(?: [a-z]+)?)", text)
        for command in told + re.findall(r"^(?:\.venv/bin/)?claimwatch ([a-z]+(?: [a-z]+)?)", fenced, re.MULTILINE):
            assert command in known or command.split()[0] in known, f"{page.name}: claimwatch {command}"


def test_default_sources_of_one_house_have_one_owner() -> None:
    feeds = read_watch_list(DEFAULT_WATCH_LIST).feeds
    owners = {feed.outlet: feed.owner for feed in feeds}
    assert all(owners[feed.outlet] == feed.owner for feed in feeds)
    # an outlet without an owner is its own: then no other name, and no other outlet at its site, is it as well
    for a, b in combinations(feeds, 2):
        if a.outlet != b.outlet and (same_name(a.outlet) == same_name(b.outlet) or same_site(a.url, b.url)):
            assert owners[a.outlet] == owners[b.outlet] != "", (a.outlet, b.outlet)
    for outlet in ("BBC Arabic", "France 24 (fr)", "Al Jazeera Arabic", "North Press (ar)", "CENTCOM"):
        assert list(owners.values()).count(owners[outlet]) > 1


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_sample_address_outside_of_example_hosts_and_no_large_file() -> None:
    for path in tracked():
        if not path.is_file():
            continue
        # weights that we trained may be larger (docs/models.md)
        assert path.stat().st_size < (25_000_000 if path.name == "model.onnx" else 1_000_000), path
        if path.suffix in (".py", ".md", ".yaml"):
            text = path.read_text(encoding="utf-8")
            for address in re.findall(r"\b[\w.+-]+@([\w-]+(?:\.[\w-]+)+)\b", text):
                # decorators and the like are no addresses: a host ends in letters we know as a domain
                if re.search(r"\.(?:com|org|net|io|co|uk|de|fr|news|info)$", address):
                    raise AssertionError(f"{path.name}: a mail address at {address}")


def test_locks_hold_hashes_and_no_index() -> None:
    for name, least in (("requirements.lock", 50), ("requirements-dev.lock", 50), ("requirements-build.lock", 3)):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==\S+", text, re.MULTILINE)
        assert len(pins) > least
        assert text.count("--hash=sha256:") >= len(pins)
        assert not re.search(r"https?://|--(?:index|extra|find)|file:", text)


def test_the_wheel_holds_what_the_program_reads_and_no_test(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "schedules/watchlists/raqqa.yaml",
        "claimwatch/samples/pieces.yaml",
        "worker/templates/digest/body.html.j2",
        "claimwatch/templates/evidence.html.j2",
        "claimwatch/pages/templates/base.html.j2",
        "claimwatch/pages/style.css",
        "storage/migrations/env.py",
        "storage/migrations/script.py.mako",
    ):
        assert needed in names
    assert any(name.startswith("storage/migrations/versions/2026") for name in names)
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == set(WINGS)
