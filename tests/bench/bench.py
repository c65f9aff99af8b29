# SPDX-License-Identifier: Apache-2.0
"""CPU per request of atelierd and nginx over the same octets; the point query and pgbench over the
same cluster; memory and time to ready. Each pair is measured in turns, the median counts."""
import gzip
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

from harness import Client, Daemon, World

SECONDS = int(os.environ.get("SECONDS_EACH", "3"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
CONNECTIONS = 32
TICK = os.sysconf("SC_CLK_TCK")
FEED = "/v1/activities.ics"


def stat(pid):
    """The fields of /proc/PID/stat from `state` on (proc(5))."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    return text.rsplit(")", 1)[1].split()


def children(parent):
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and int(stat(entry)[1]) == parent:
                found.append(int(entry))
        except OSError:
            pass  # it has ended meanwhile
    return found


def cpu(pid):
    """Seconds of processor time of a process, its children and those that have ended."""
    own = stat(pid)
    ticks = sum(int(own[i]) for i in (11, 12, 13, 14))
    for child in children(pid):
        try:
            ticks += sum(int(x) for x in stat(child)[11:13])
        except OSError:
            pass
    return ticks / TICK


def wrk(url, headers, script=None):
    """Requests done in one measurement; every answer must be of the status expected."""
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s"]
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    if script:
        words += ["-s", script]
    out = subprocess.run(words + [url], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise AssertionError(out)
    took = float(re.search(r"requests in ([\d.]+)s", out)[1])
    return int(re.search(r"(\d+) requests in", out)[1]), took


class Measured:
    """What one side did in one measurement."""

    def __init__(self, pids, work):
        before = [cpu(pid) for pid in pids]
        self.n, took = work()
        time.sleep(0.5)  # what ended has been waited for, and counts
        self.cpu = [(cpu(pid) - b) * 1e6 / self.n for pid, b in zip(pids, before)]  # µs a request
        self.rate = self.n / took


def turns(*sides):
    """Every side's measurements, taken in turns."""
    taken = [[] for _ in sides]
    for _ in range(ROUNDS):
        for at, side in enumerate(sides):
            taken[at].append(side())
    return taken


def median(measured, what):
    return statistics.median(what(m) for m in measured)


def row(name, ours, theirs, ratio, target, better="at most"):
    met = ratio <= target if better == "at most" else ratio >= target
    print(f"{name:<34} {ours:>13} {theirs:>13} {ratio:>8.2f}   {better} {target:<5} "
          f"{'met' if met else 'MISSED'}", flush=True)


class Nginx:
    """One worker over a directory with the same octets, plain and in gzip."""

    def __init__(self, directory, body, name, extra=""):
        self.dir = tempfile.mkdtemp(prefix=f"nginx-{name}.", dir=directory)
        root = pathlib.Path(self.dir, "root")
        root.mkdir()
        (root / "feed.ics").write_bytes(body)
        (root / "feed.ics.gz").write_bytes(gzip.compress(body, 6, mtime=0))
        for path in (pathlib.Path(directory), pathlib.Path(self.dir), root):
            path.chmod(0o755)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        conf = pathlib.Path(self.dir, "nginx.conf")
        conf.write_text(f"""
            daemon off; worker_processes 1; pid {self.dir}/pid; error_log {self.dir}/error.log;
            events {{ worker_connections 1024; }}
            http {{
                types {{ text/calendar ics; }}
                access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
                {extra}
                server {{ listen 127.0.0.1:{self.port}; root {root}; }}
            }}""", encoding="utf-8")
        self.process = subprocess.Popen(["nginx", "-c", conf], stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{self.port}/feed.ics"
        until = time.monotonic() + 5
        while not children(self.process.pid):
            if time.monotonic() > until:
                raise AssertionError(pathlib.Path(self.dir, "error.log").read_text("utf-8"))
            time.sleep(0.01)
        time.sleep(0.1)

    def etag(self):
        out = subprocess.run(["curl", "-s", "-D", "-", "-o", "/dev/null", self.url], check=True,
                             capture_output=True, text=True).stdout
        return re.search(r"(?i)^etag: (.*?)\r?$", out, re.M)[1]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


def check(url, headers, status, length=None):
    """What is measured is what is meant."""
    words = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{size_download}", url]
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    out = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    if int(out[0]) != status or (length is not None and int(out[1]) != length):
        raise AssertionError(f"{url}: {out}, not {status} with {length} octets")


def feeds(daemon, url, directory):
    client = Client(daemon.http, record=False)
    body = client.get(FEED)
    packed = client.get(FEED, Accept_Encoding="gzip")
    plain = Nginx(directory, body.raw, "static", "gzip_static on;")
    cached = Nginx(directory, body.raw, "cached", "gzip_static on; open_file_cache max=100;")
    onthefly = Nginx(directory, body.raw, "onthefly", "gzip on; gzip_types text/calendar;")
    ours = daemon.process.pid
    print(f"\nThe public calendar, {len(body.raw)} octets, {len(packed.raw)} in gzip; "
          f"{CONNECTIONS} connections; processor time a request, µs")
    print(f"{'':<34} {'atelierd':>13} {'nginx':>13} {'ratio':>8}")
    gz = {"Accept-Encoding": "gzip"}
    cases = [("304", {"If-None-Match": body.etag}, plain, 0.9),
             ("304, nginx with open_file_cache", {"If-None-Match": body.etag}, cached, 0.9),
             ("gzip, nginx from a .gz file", gz, plain, 0.7),
             ("gzip, nginx from its file cache", gz, cached, 0.7),
             ("gzip, nginx packing each time", gz, onthefly, 0.7),
             ("identity", {}, plain, 1.1),
             ("identity, nginx with file cache", {}, cached, 1.1)]
    for name, headers, nginx, target in cases:
        theirs = {"If-None-Match": nginx.etag()} if name.startswith("304") else headers
        status, octets = (304, 0) if name.startswith("304") else (200, None)
        if name.startswith("identity"):
            octets = len(body.raw)
        check(url + FEED, headers, status, octets)
        check(nginx.url, theirs, status, octets)
        a, n = turns(
            lambda h=headers: Measured([ours], lambda: wrk(url + FEED, h)),
            lambda x=nginx, h=theirs: Measured([x.process.pid], lambda: wrk(x.url, h)))
        mine, other = median(a, lambda m: m.cpu[0]), median(n, lambda m: m.cpu[0])
        row(name, f"{mine:.1f}", f"{other:.1f}", mine / other, target)
    for nginx in (plain, cached, onthefly):
        nginx.stop()


def pgbench():
    out = subprocess.run(["pgbench", "-n", "-S", "-M", "prepared", "-c", "8", "-j", "2",
                          "-T", str(SECONDS), "bench"], check=True, capture_output=True, text=True)
    n = int(re.search(r"transactions actually processed: (\d+)", out.stdout)[1])
    tps = float(re.search(r"tps = ([\d.]+)", out.stdout)[1])
    return n, n / tps


def point_query(daemon, url, directory):
    subprocess.run(["createdb", "bench"], check=True)
    subprocess.run(["pgbench", "-i", "-q", "-s", "10", "bench"], check=True, capture_output=True)
    codes = World.cluster.sql("SELECT code FROM data.member ORDER BY code").split()
    script = pathlib.Path(directory, "members.lua")
    script.write_text("local codes = {" + ",".join(f'"{c}"' for c in codes) + "}\nlocal at = 0\n"
                      "request = function()\n at = at % #codes + 1\n"
                      " return wrk.format(nil, '/v1/members/' .. codes[at])\nend\n", encoding="utf-8")
    headers = {"Authorization": f"Bearer {World.admin_token}"}
    check(f"{url}/v1/members/FJ", headers, 200)
    postmaster = int(pathlib.Path(World.cluster.data, "postmaster.pid").read_text("ascii").split()[0])
    ours = daemon.process.pid
    asked = daemon.metric('database_segments_total{lane="fast"}')
    a, p = turns(
        lambda: Measured([ours, postmaster], lambda: wrk(url + "/", headers, str(script))),
        lambda: Measured([postmaster], pgbench))
    done = sum(m.n for m in a)
    if daemon.metric('database_segments_total{lane="fast"}') - asked < done:
        raise AssertionError("not every request asked the database")
    rate, tps = median(a, lambda m: m.rate), median(p, lambda m: m.rate)
    print(f"\nGET /v1/members/{{code}} with a token, {CONNECTIONS} connections, none from memory; "
          f"pgbench -S -M prepared -c 8")
    print(f"{'':<34} {'atelierd':>13} {'pgbench':>13} {'ratio':>8}")
    row("a second", f"{rate:.0f}", f"{tps:.0f}", rate / tps, 0.5, "at least")
    print(f"{'µs of processor time: daemon':<34} {median(a, lambda m: m.cpu[0]):>13.1f}")
    print(f"{'µs of processor time: PostgreSQL':<34} {median(a, lambda m: m.cpu[1]):>13.1f} "
          f"{median(p, lambda m: m.cpu[0]):>13.1f}")


def resident(pid):
    """KiB resident, and the part of it that is the process's own."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return [int(re.search(rf"{name}:\s+(\d+) kB", text)[1]) for name in ("VmRSS", "RssAnon")]


def memory(daemon):
    pid = daemon.process.pid
    rss, anon = resident(pid)
    print("\nMemory and start")
    row("MiB resident, all data loaded", f"{rss / 1024:.1f}", f"(own {anon / 1024:.1f})", rss / 1024,
        20)
    other = Daemon(http__connections="16384", http__connections_per_peer="16384",
                   log__level="info").start()
    idle, sizes = [], []
    # The first thousands may fit into what starting up left free: the ones after them tell.
    for many in (5000, 9000):
        while len(idle) < many:
            s = socket.socket(socket.AF_UNIX)
            s.connect(other.http)
            s.sendall(b"GET /v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n")
            if b" 404 " not in s.recv(4096):
                raise AssertionError("not answered")
            idle.append(s)
        time.sleep(0.5)
        sizes.append(resident(other.process.pid)[1])
    if other.metric("connections") != len(idle):
        raise AssertionError(f"{other.metric('connections')} connections, not {len(idle)}")
    each = (sizes[1] - sizes[0]) * 1024 / 4000
    row("octets an idle connection", f"{each:.0f}", "", each, 2000)
    for s in idle:
        s.close()
    other.stop()
    times = []
    for _ in range(10):
        began = time.monotonic()
        other.start()
        times.append((time.monotonic() - began) * 1000)
        other.stop()
    row("ms from start to ready", f"{statistics.median(times):.0f}", f"(worst {max(times):.0f})",
        statistics.median(times), 150)
    other.remove()


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (10000, 10000))
    directory = tempfile.mkdtemp(prefix="atelier-bench.")
    World.begin()
    daemon = World.daemon
    try:
        daemon.stop()
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        daemon.write(listen__http=f"127.0.0.1:{port} unix:{daemon.http}", log__level="warn")
        daemon.start()
        for table in ("members", "historic_workshops"):
            if World.bring(table).status != 200:
                raise AssertionError(table)
        url = f"http://127.0.0.1:{port}"
        print(f"{os.cpu_count()} processors, median of {ROUNDS} rounds of {SECONDS} s, in turns")
        feeds(daemon, url, directory)
        point_query(daemon, url, directory)
        memory(daemon)
    finally:
        World.end()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
