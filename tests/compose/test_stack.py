"""The stack of docker-compose.yml for real: from a clean clone, under every fault, while news keep coming.

The tests are one story, told in order (`make test-compose`). After each fault: every piece published is stored once,
its findings are there once, every digest that was due has arrived, and `doctor` is green, without a hand.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.compose.conftest import CLAIM, EARLIER, HOSTS, NEW, OPERATOR, PROJECT, Stack, a_clone, run, say, wait_until
from tests.live.conftest import NEWSROOM, ROOT

pytestmark = pytest.mark.compose
needs_newsroom = pytest.mark.skipif(
    not NEWSROOM.exists(), reason="the developers' newsroom is not here (CLAIMWATCH_NEWSROOM)"
)

OURS = ("worker-fetch", "worker-think", "beat", "web")
STAYS_IN = ("db", "redis", "worker-think", "beat")  # no way out of the inner network

LIST = """
list: stack
title: A sample list for the running stack
seed: {{title: A sample seed, url: "http://seed.example/piece"}}
topics: {{raqqa: Raqqa}}
entities:
  raqqa: {{en: [Raqqa, Ar-Raqqah]}}
claims:
  - id: {claim}
    topic: raqqa
    claim: About 4,000 people left Raqqa in a convoy in October 2017.
    kind: figure
    event: 2017-10
    places: [raqqa]
    figures: [{{value: 4000, approx: true, counts: people}}]
feeds:
{feeds}
recipients: [
{recipients}]
"""


def load_list(stack: Stack, *, slots: int) -> None:
    """Six feeds, and a reader for each of the next minutes, so that a digest is due whatever happens then.

    With no slot: no reader yet. A slot without news is a digest without a mail.
    """
    now = datetime.now(UTC)  # noqa: TID251
    first = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    stack.slots = {f"reader-{n:02d}@readers.example": first + timedelta(minutes=n) for n in range(slots)}
    since = (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    feeds = "".join(f"  - {{url: http://{host}/feed.xml, outlet: {host}, lang: en}}\n" for host in HOSTS)
    readers = "".join(
        f"  {{address: {who}, zone: UTC, cadence: daily, at: '{at:%H:%M}', since: {since}}},\n"
        for who, at in stack.slots.items()
    )
    told = stack.claimwatch("seed", "add", "-", given=LIST.format(claim=CLAIM, feeds=feeds, recipients=readers))
    assert told.startswith("stack: 1 claim"), told
    ids = {row["url"]: row["id"] for row in json.loads(stack.claimwatch("feed", "list", "--json"))}
    stack.feed_ids = [ids[f"http://{host}/feed.xml"] for host in HOSTS]


def pause_the_default_feeds(stack: Stack) -> None:
    """Their outlets are not in this newsroom."""
    known = [str(row["id"]) for row in json.loads(stack.claimwatch("feed", "list", "--json"))]
    stack.claimwatch("feed", "pause", *known)


def recovered(stack: Stack, what: str, *, timeout: float = 240) -> None:
    """Whatever was published until now is there once, whatever was due has arrived, and doctor is green."""
    wanted = set(stack.published)
    arrived = wait_until(lambda: wanted <= set(stack.stored()), timeout=timeout, said=f"{what}: all stored")
    judged = wait_until(lambda: len(stack.findings()) >= sum(_speaks(url) for url in wanted), timeout=timeout)
    mailed = wait_until(lambda: not stack.late(timedelta(seconds=20)), timeout=timeout, said=f"{what}: digests")
    green = wait_until(stack.is_well, timeout=timeout, said=f"{what}: doctor")
    report(stack, what, wanted, arrived + judged + mailed + green)


def _speaks(url: str) -> bool:
    return int(url.rpartition("/")[2]) % 2 == 1


def report(stack: Stack, what: str, wanted: set[str], seconds: float) -> None:
    """The line of figures; nothing lost, nothing twice."""
    stored, findings, digests = stack.stored(), stack.findings(), stack.digests()
    twice = sum(n - 1 for n in stored.values()) + sum(n - 1 for n in findings.values())
    lost = len(wanted - set(stored))
    again = sum(n - 1 for n in digests.values())
    say(
        f"{what:34} {len(wanted):4} published {len(stored):4} stored {twice} duplicated {lost} lost "
        f"{len(digests):2} digests {again} mailed again; recovered in {seconds:3.0f} s"
    )
    assert (twice, lost) == (0, 0)
    assert max(digests.values(), default=1) <= 2  # killed between the relay and the mark: once more, same Message-ID
    assert len({reader for reader, _id in digests}) == len(digests)  # never two digests of one period


def processes(stack: Stack, service: str) -> tuple[int, list[int]]:
    """The service's main process (a child of the container's init) and that one's children."""
    script = "for d in /proc/[0-9]*; do read -r p c s pp r < $d/stat 2>/dev/null && echo $p $pp; done"
    pairs = [tuple(map(int, line.split())) for line in stack.shell(service, script).splitlines()]
    main = next(pid for pid, parent in pairs if parent == 1)
    return main, [pid for pid, parent in pairs if parent == main]


def kill(stack: Stack, service: str, *, child: bool = False) -> None:
    main, children = processes(stack, service)
    stack.shell(service, f"kill -9 {children[-1] if child else main}")


def test_a_clean_clone_comes_up_healthy_and_watches_the_default_list(stack: Stack) -> None:
    say(f"up -d --build --wait: {stack.up():.0f} s")
    rows = [json.loads(line) for line in stack.compose("ps", "-a", "--format", "json").splitlines()]
    health = {row["Service"]: (row["State"], row["Health"], row["ExitCode"]) for row in rows}
    for service in (*OURS, "db", "redis", "mailpit"):
        assert health[service] == ("running", "healthy", 0)
    assert {health[once][::2] for once in ("passwords", "migrate")} == {("exited", 0)}
    assert Counter(row["Service"] for row in rows)["beat"] == 1
    (seed,) = json.loads(stack.claimwatch("seed", "list", "--json"))
    assert (seed["slug"], seed["claims"]) == ("raqqa", 36)
    assert len(json.loads(stack.claimwatch("feed", "list", "--json"))) == 50
    assert "fail" not in stack.doctor().values()
    assert stack.claimwatch("doctor")  # exit code 0


def test_every_container_is_locked_down(stack: Stack) -> None:
    published = {}
    secrets = stack.shell(
        "worker-fetch", "cat /run/claimwatch/db/password; echo; cat /run/claimwatch/broker/password"
    ).split()
    assert [len(secret) for secret in secrets] == [43, 43]
    for service in (*OURS, "db", "redis", "mailpit"):
        (told,) = json.loads(run("docker", "inspect", stack.container(service)))
        host, config = told["HostConfig"], told["Config"]
        assert config["User"] not in ("", "0", "root"), service
        assert (host["ReadonlyRootfs"], host["CapDrop"], host["Init"]) == (True, ["ALL"], True), service
        assert host["SecurityOpt"] == ["no-new-privileges:true"], service
        assert host["Memory"] > 0, service
        assert host["RestartPolicy"]["Name"] == "unless-stopped", service
        assert host["LogConfig"]["Config"].keys() == {"max-size", "max-file"}, service
        published[service] = {place["HostIp"] for places in (host["PortBindings"] or {}).values() for place in places}
        assert not any(secret in json.dumps(told) for secret in secrets), service
    assert {service for service, places in published.items() if places} == {"web", "mailpit"}
    assert published["web"] == published["mailpit"] == {"127.0.0.1"}
    for service in STAYS_IN:
        assert not _has_a_way_out(stack, service), service
    assert _has_a_way_out(stack, "worker-fetch")
    assert stack.shell("worker-fetch", "command -v gcc cc make perl || true") == ""
    assert "17." in stack.shell("worker-fetch", "pg_dump --version")


def _has_a_way_out(stack: Stack, service: str) -> bool:
    """Its table of routes has a default one."""
    return bool(re.search(r"^\w+\t00000000\t", stack.shell(service, "cat /proc/net/route"), re.MULTILINE))


def test_a_password_of_every_example_is_refused_and_inner_names_are_no_feeds(stack: Stack) -> None:
    once = ["run", "--rm", "-T", "--no-deps"]
    known = ["-e", "CLAIMWATCH_BROKER_URL=redis://:changeme@redis/0", "-e", "CLAIMWATCH_BROKER_URL_FILE="]
    with pytest.raises(AssertionError, match="its password is one that everybody knows"):
        stack.compose(*once, *known, "worker-fetch", "doctor")
    asked = []
    for name in ("db:5432", "redis:6379", "mailpit:8025"):
        url = f"http://{name}/feed"
        refused = stack.compose(*once, "worker-fetch", "feed", "add", url, "--json", check=False)
        assert refused.strip() == "", refused
        # who allows them when they are added has not allowed them for the door
        allowed = ["-e", "CLAIMWATCH_FETCH_ALLOW_PRIVATE=true"]
        added = json.loads(stack.compose(*once, *allowed, "worker-fetch", "feed", "add", url, "--json"))
        stack.claimwatch("feed", "pause", str(added["id"]))
        asked.append(str(added["id"]))
    straight = ["-e", "CLAIMWATCH_FETCH_PROXY_URL="]
    told = stack.compose(*once, *straight, "worker-fetch", "feed", "check", *asked, "--json", check=False)
    details = [row["detail"] for row in json.loads(told)]
    assert len(details) == 3
    assert all("is a name of a private network" in detail for detail in details), details


@needs_newsroom
def test_feeds_bring_articles_findings_and_digests(stack: Stack) -> None:
    pause_the_default_feeds(stack)
    stack.open_newsroom()
    load_list(stack, slots=0)
    for _ in range(12):
        stack.publish()
    stack.ask_feeds()
    recovered(stack, "the first pieces")
    assert len(stack.findings()) == 6
    load_list(stack, slots=60)
    hits = json.loads(stack.claimwatch("article", "search", '"witness number 3"', "--json"))
    assert [row["url"] for row in hits] == [url for url in stack.published if url.endswith("/news/3")]
    assert len(stack.api("articles?q=council")) == 12
    assert not stack.api("articles?q=elephant")

    wait_until(lambda: not stack.late(timedelta()) and stack.digests(), timeout=200, said="the first digest")
    mail = next(iter(stack.mails))
    raw = stack.shell("mailpit", f"wget -qO- http://127.0.0.1:8025/api/v1/message/{mail}")
    told = json.loads(raw)
    for part in ("Text", "HTML"):
        assert CLAIM in told[part]
        assert "4,000 people left Raqqa" in told[part]


@needs_newsroom
def test_more_think_workers_share_the_work(stack: Stack) -> None:
    stack.keep_publishing()
    stack.compose("up", "-d", "--wait", "--scale", "worker-think=3", "--no-recreate")
    ids = stack.compose("ps", "-q", "worker-think").split()
    assert len(ids) == 3
    recovered(stack, "three think workers")
    done = [run("docker", "logs", one, stderr_too=True).count("judge_article") for one in ids]
    assert all(done), done
    stack.compose("up", "-d", "--wait", "--scale", "worker-think=1", "--no-recreate")


def flush(stack: Stack) -> None:
    cli = (
        "export REDISCLI_AUTH=$(cat /run/claimwatch/broker/password); $(command -v redis-cli || command -v valkey-cli)"
    )
    for _ in range(3):
        assert "OK" in stack.shell("redis", f"{cli} flushall")
        time.sleep(2)


def away(stack: Stack) -> None:
    """The relay cannot be reached for as long as it takes a digest to fail."""
    box, net = stack.container("mailpit"), f"{PROJECT}_outer"
    run("docker", "network", "disconnect", net, box)
    stack.read_mails()  # one may have been on its way just then
    before = len(stack.digests())
    due = min(at for at in stack.slots.values() if at > datetime.now(UTC))  # noqa: TID251
    time.sleep((due - datetime.now(UTC)).total_seconds() + 25)  # noqa: TID251
    run("docker", "network", "connect", "--alias", "mailpit", net, box)
    stack.read_mails()
    assert len(stack.digests()) == before


FAULTS: dict[str, Callable[[Stack], object]] = {
    "a think process killed": lambda stack: kill(stack, "worker-think", child=True),
    "worker-think killed": lambda stack: kill(stack, "worker-think"),
    "worker-fetch killed": lambda stack: kill(stack, "worker-fetch"),
    "beat killed": lambda stack: kill(stack, "beat"),
    "web killed": lambda stack: kill(stack, "web"),
    "redis killed": lambda stack: kill(stack, "redis"),
    "redis restarted": lambda stack: stack.compose("restart", "redis"),
    "redis emptied three times": flush,
    "a backend of db killed": lambda stack: kill(stack, "db", child=True),
    "db killed": lambda stack: kill(stack, "db"),
    "db restarted": lambda stack: stack.compose("restart", "db"),
    "the mail relay away": away,
}


@needs_newsroom
@pytest.mark.parametrize("fault", FAULTS)
def test_it_recovers_without_a_hand(stack: Stack, fault: str) -> None:
    FAULTS[fault](stack)
    recovered(stack, fault)


@needs_newsroom
def test_a_second_beat_does_no_harm(stack: Stack) -> None:
    stack.compose("up", "-d", "--wait", "--scale", "beat=2", "--no-recreate")
    assert len(stack.compose("ps", "-q", "beat").split()) == 2
    time.sleep(10)
    recovered(stack, "two beats")
    stack.compose("up", "-d", "--wait", "--scale", "beat=1", "--no-recreate")


@needs_newsroom
def test_an_outsider_and_the_operator_notice_a_dead_beat(stack: Stack) -> None:
    def heartbeats() -> int:
        return len(stack.newsroom(f"/_log?host={HOSTS[0]}&path=/"))

    def told() -> set[str]:
        stack.read_mails()
        to_operator = {key for key, mail in stack.mails.items() if mail["To"][0]["Address"] == OPERATOR}
        return {key for key in to_operator if "nobody looks for what is due" in stack.mails[key]["Subject"]}

    with pytest.raises(
        AssertionError, match="nobody to tell"
    ):  # who has no way to the relay must not claim to have told
        stack.shell("worker-think", "claimwatch service alarm --mail")
    earlier, before = told(), heartbeats()
    wait_until(lambda: heartbeats() >= before + 3, timeout=30, said="a heartbeat at every tick")
    stack.compose("stop", "beat")
    time.sleep(4)
    silent = heartbeats()

    seconds = wait_until(lambda: told() - earlier, timeout=150, said="a mail to the operator")
    say(f"the operator was told of a dead beat after {seconds:.0f} s (alarm after 45 s)")
    assert heartbeats() == silent
    stack.compose("start", "beat")
    recovered(stack, "a dead beat started again")


@needs_newsroom
def test_think_workers_on_another_host_as_the_docs_say(stack: Stack) -> None:
    first, other = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/operating.md").read_text(), re.DOTALL)
    address = run("docker", "network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Gateway}}").strip()
    (stack.folder / "open.yml").write_text(
        first.replace("10.0.0.1:5432", f"{address}:15432").replace("10.0.0.1:6379", f"{address}:16379")
    )
    stack.overrides.append(stack.folder / "open.yml")
    stack.up()
    elsewhere = a_clone(stack.folder.parent / "elsewhere")
    (elsewhere / ".env").write_text((stack.folder / ".env").read_text())
    (elsewhere / "compose.override.yml").write_text(other)
    for name, service, here, there in (
        ("database-url", "db", "@db/", f"@{address}:15432/"),
        ("broker-url", "broker", "@redis:6379", f"@{address}:16379"),
    ):
        url = stack.shell("worker-fetch", f"cat /run/claimwatch/{service}/url")
        (elsewhere / name).write_text(url.replace(here, there))
    compose = ["docker", "compose", "--progress", "quiet", "-p", f"{PROJECT}-elsewhere"]
    try:
        run(*compose, "build", cwd=elsewhere)
        run(*compose, "up", "-d", "--wait", "--no-deps", "worker-think", cwd=elsewhere)
        (workers,) = [c["detail"] for c in json.loads(stack.claimwatch("doctor", "--json")) if c["what"] == "workers"]
        assert workers.count("think@") == 2
        stack.compose("stop", "worker-think")
        time.sleep(8)  # some pieces that only the other host can read
        wanted = set(stack.published)
        seconds = wait_until(lambda: wanted <= set(stack.stored()))
        say(f"read by the other host alone: {len(wanted)} pieces stored after {seconds:.0f} s")
    finally:
        run(*compose, "down", "-v", cwd=elsewhere, check=False)
    stack.compose("start", "worker-think")
    stack.overrides.clear()
    stack.up()
    recovered(stack, "alone again")


@needs_newsroom
def test_down_and_up_again(stack: Stack) -> None:
    stack.compose("down", *OURS, "migrate", "passwords", "db", "redis")
    assert not stack.compose("ps", "-q", "db", check=False)
    stack.up()
    recovered(stack, "down and up")


@needs_newsroom
def test_the_books_balance(stack: Stack) -> None:
    stack.stop_publishing()
    stack.ask_feeds()
    recovered(stack, "all in all")
    assert set(stack.stored()) == set(stack.published)
    assert len(stack.findings()) == sum(map(_speaks, stack.published))
    entries = {row["url"]: row["entries"] for row in json.loads(stack.claimwatch("feed", "list", "--json"))}
    assert sum(entries[f"http://{host}/feed.xml"] for host in HOSTS) == len(stack.published)


@needs_newsroom
def test_dump_destroy_restore(stack: Stack) -> None:
    backup = stack.folder / "claimwatch.backup"
    backup.write_bytes(stack.compose_bytes("exec", "-T", "worker-fetch", "claimwatch", "backup", "-"))
    stored, findings = stack.stored(), stack.findings()
    feeds = stack.claimwatch("feed", "list", "--json")
    inside = (*OURS, "migrate", "passwords", "db", "redis")
    stack.compose("rm", "-sf", *inside)
    for volume in ("db", "redis", "data", "db-password", "broker-password"):
        run("docker", "volume", "rm", f"{PROJECT}_{volume}")
    stack.up()
    assert not stack.stored()
    once = ["run", "--rm", "-T", "--no-deps", "worker-fetch", "restore"]
    with pytest.raises(AssertionError, match="is not empty: --replace"):
        stack.compose(*once, "-", given=backup.read_bytes())
    with pytest.raises(AssertionError, match="stop the workers, beat and web first"):
        stack.compose(*once, "--replace", "-", given=backup.read_bytes())
    stack.compose("stop", *OURS)
    say(stack.compose(*once, "--replace", "-", given=backup.read_bytes()).strip())
    stack.up()
    assert (stack.stored(), stack.findings()) == (stored, findings)
    unsettled = ("next_poll", "last_polled_at", "last_success_at")
    now, then = (
        [{k: v for k, v in row.items() if k not in unsettled} for row in json.loads(told)]
        for told in (stack.claimwatch("feed", "list", "--json"), feeds)
    )
    assert now == then
    recovered(stack, "destroyed and restored")


@needs_newsroom
def test_an_upgrade_in_the_middle_of_the_work(stack: Stack) -> None:
    now = stack.folder
    stack.compose("down", "-v", "--remove-orphans")
    stack.published.clear()
    stack.mails.clear()
    stack.settle(a_clone(now.parent / "earlier", EARLIER))
    stack.up()
    before = stack.claimwatch("migrate")
    pause_the_default_feeds(stack)
    stack.open_newsroom()
    load_list(stack, slots=0)
    stack.keep_publishing()
    wait_until(lambda: len(stack.findings()) >= 5, said="the earlier version at work")
    stack.settle(now, **NEW)
    # built first: a digest that falls due while a slow machine builds would go to the mail sink that the upgrade replaces
    stack.compose("build")
    load_list(stack, slots=6)
    say(f"upgrade from {EARLIER}: {stack.up():.0f} s")
    recovered(stack, f"upgraded from {EARLIER}")
    say(f"schema: {before.strip()} -> {stack.claimwatch('migrate').strip()}")
    stack.stop_publishing()
