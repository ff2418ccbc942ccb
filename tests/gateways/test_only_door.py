"""Nothing but the door opens a socket to the world: who imports what can, and which calls of libraries would."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WINGS = ("claimwatch", "worker", "schedules", "storage")

# Module to the files that may import it. What is not the door speaks to the house's own: relay, chats, broker, database.
MAY_IMPORT: dict[str, set[str]] = {
    "aiohttp": {"worker/gateways/web.py"},
    "socket": {
        "worker/gateways/web.py",
        "worker/gateways/names.py",
        "worker/gateways/mail.py",  # the relay
        "claimwatch/up.py",  # a free port of the loopback
        "claimwatch/services.py",  # this machine's name
    },
    "ssl": {"worker/gateways/web.py", "worker/gateways/mail.py"},
    "smtplib": {"worker/gateways/mail.py", "claimwatch/doctor.py"},
    "apprise": {"worker/gateways/chat.py"},
    "urllib.request": {"claimwatch/services.py"},  # asks the house's own web process for its health
    "http.server": {"claimwatch/samples/newsroom.py"},  # listens on the loopback
    "redis": {"claimwatch/doctor.py", "claimwatch/up.py"},
    "celery": {"worker/app.py", "worker/broker.py", "worker/tasks.py", "claimwatch/services.py", "claimwatch/up.py"},
    "kombu": {"worker/app.py", "claimwatch/doctor.py"},
    **{
        module: set()
        for module in (
            "httpx", "httpx2", "httpcore", "requests", "urllib3", "http.client", "pycurl", "ftplib", "poplib", "imaplib", "nntplib",
            "telnetlib", "socketserver", "websockets", "xmlrpc", "webbrowser", "trafilatura.downloads", "aiosmtpd", "dns", "aiodns", "curl_cffi",
        )
    },
}  # fmt: skip

# Functions of libraries that would go out by themselves.
NEVER = {
    "urlretrieve", "fetch_url", "fetch_response", "buffered_download", "open_connection", "create_datagram_endpoint",
    "hf_hub_download", "snapshot_download", "from_pretrained", "update",  # the last of tldextract's: its list from the network
}  # fmt: skip


def sources() -> list[Path]:
    return sorted(path for wing in WINGS for path in (ROOT / wing).rglob("*.py"))


def imports(tree: ast.AST) -> set[str]:
    """Every module that is imported anywhere in the file, in functions too; `import_module("x")` and `__import__` as well."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and _name(node.func) in ("import_module", "__import__"):
            found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}
    return found


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def test_only_these_files_import_what_can_open_a_socket() -> None:
    users: dict[str, set[str]] = {module: set() for module in MAY_IMPORT}
    for path in sources():
        names = imports(ast.parse(path.read_text(encoding="utf-8")))
        for module in MAY_IMPORT:
            if any(name == module or name.startswith(f"{module}.") for name in names):
                users[module].add(str(path.relative_to(ROOT)))
    assert {module: files - MAY_IMPORT[module] for module, files in users.items() if files - MAY_IMPORT[module]} == {}
    # and the list tells of no file that does not need its leave
    assert {module: files - users[module] for module, files in MAY_IMPORT.items() if files - users[module]} == {}


def test_no_library_is_asked_to_go_out_by_itself() -> None:
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        libraries = {name.partition(".")[0] for name in imports(tree)}
        calls = {_name(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        never = NEVER if "tldextract" in libraries else NEVER - {"update"}
        assert not calls & never, path


def test_the_list_of_suffixes_comes_with_the_package() -> None:
    """tldextract gets it from the network, unless it is told not to."""
    makers = 0
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == "TLDExtract":
                told = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                assert told["suffix_list_urls"] == "()", path
                makers += 1
    assert makers


def test_a_parser_of_feeds_is_given_bytes_and_never_an_address_or_a_path() -> None:
    """`feedparser.parse(x)` fetches addresses and opens files, even those that a hostile body names."""
    seen = 0
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "feedparser.parse":
                assert ast.unparse(node.args[0]).startswith(("io.BytesIO(", "BytesIO(")), path
                seen += 1
    assert seen


@pytest.mark.parametrize("module", ["worker.steps.extract", "worker.steps.feeds.parse", "worker.steps.addresses"])
def test_importing_a_room_that_reads_asks_nobody(module: str) -> None:
    import subprocess
    import sys

    code = (
        "import socket, sys\n"
        "def never(*a, **k): raise SystemExit('a socket was made')\n"
        "socket.socket.connect = never\nsocket.getaddrinfo = never\n"
        f"import {module}"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
