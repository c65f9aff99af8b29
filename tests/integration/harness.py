# SPDX-License-Identifier: Apache-2.0
"""The real daemon beside a private PostgreSQL, and a client that remembers every answer."""
import gzip
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SEED = ROOT / "sql" / "seed"
ATELIERD = os.environ["ATELIERD"]
PLANNER = os.environ["ATELIER_PLAN"]
TABLES = ["members", "weekends", "holidays", "standards", "instruments", "kpis", "donors",
          "historic_workshops"]
RECORDED = []  # every Answer of a program's main listener


class Answer:
    def __init__(self, method, target, status, headers, body):
        self.method, self.target, self.status = method, target, status
        self.headers, self.raw = headers, body
        self.body = gzip.decompress(body) if headers.get("content-encoding") == "gzip" and body else body

    @property
    def type(self):
        return self.headers.get("content-type", "").split(";")[0]

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()

    @property
    def etag(self):
        return self.headers.get("etag")

    def __repr__(self):
        return f"<{self.method} {self.target} {self.status} {self.body[:600]!r}>"


class Connection(http.client.HTTPConnection):
    def __init__(self, path, timeout=20):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Client:
    """One who asks: with a token or without."""

    def __init__(self, path, token=None, record=True):
        self.path, self.token, self.record = path, token, record

    def call(self, method, target, body=None, headers=None):
        fields = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            fields["Content-Type"] = "application/json"
        for name, value in (headers or {}).items():
            fields.pop(name, None)
            if value is not None:
                fields[name] = value
        connection = Connection(self.path)
        try:
            connection.request(method, target, body, fields)
            response = connection.getresponse()
            answer = Answer(method, target, response.status,
                            {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()
        if self.record:
            RECORDED.append(answer)
        return answer

    def get(self, target, **fields):
        return self.call("GET", target, headers=named(fields))

    def post(self, target, body=None, **fields):
        return self.call("POST", target, body, named(fields))

    def patch(self, target, body, etag=None, **fields):
        headers = named(fields)
        if etag:
            headers["If-Match"] = etag
        return self.call("PATCH", target, body, headers)

    def delete(self, target, etag=None):
        return self.call("DELETE", target, headers={"If-Match": etag} if etag else None)

    def change(self, target, body):
        """Read, then patch what was read."""
        return self.patch(target, body, self.get(target).etag)


def named(fields):
    return {name.replace("_", "-"): value for name, value in fields.items()}


class Cluster:
    """The cluster that contrib/with-postgres made around us."""

    data = os.environ["ATELIER_PGDATA"]

    def shell(self, words):
        library = ROOT / "contrib" / "lib" / "cluster.sh"
        subprocess.run(["sh", "-c", f'. "$1" && {words} "${{2%/data}}"', "sh", library, self.data],
                       check=True)

    def stop(self):
        self.shell("cluster_stop")

    def start(self):
        self.shell("cluster_start")

    def sql(self, text):
        done = subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-c", text],
                              check=True, capture_output=True, text=True)
        return done.stdout.strip()


def conninfo(user):
    return f"host={os.environ['PGHOST']} dbname={os.environ['PGDATABASE']} user={user}"


class Daemon:
    """One atelierd with a directory, a configuration and two Unix sockets of its own."""

    def __init__(self, **settings):
        self.dir = tempfile.mkdtemp(prefix="atelier-test.")
        self.http, self.ops = f"{self.dir}/http.sock", f"{self.dir}/ops.sock"
        self.conf = f"{self.dir}/atelierd.conf"
        self.log = f"{self.dir}/log"
        self.process = None
        self.settings = {
            "listen.http": f"unix:{self.http}",
            "listen.ops": f"unix:{self.ops}",
            "database.conninfo": conninfo("atelierd"),
            "database.owner_conninfo": conninfo("atelier_migrate"),
            "log.level": "debug",
            "plan.planner": PLANNER,
        }
        self.settings.update({k.replace("__", "."): v for k, v in settings.items()})
        self.write()

    def write(self, **settings):
        self.settings.update({k.replace("__", "."): v for k, v in settings.items()})
        sections = {}
        for name, value in self.settings.items():
            section, key = name.split(".")
            sections.setdefault(section, []).append(f"{key} = {value}\n")
        with open(self.conf, "w", encoding="utf-8") as out:
            for section, lines in sections.items():
                out.write(f"[{section}]\n" + "".join(lines))

    def command(self, *arguments):
        return subprocess.run([ATELIERD, "-c", self.conf, *arguments], capture_output=True, text=True,
                              timeout=60, check=False)

    def token(self, *arguments):
        done = self.command("--create-token", *arguments)
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout.strip()

    def start(self, ready=True):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([ATELIERD, "-c", self.conf], stderr=log,
                                            stdin=subprocess.DEVNULL)
        if ready:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=20):
        self.wait_for(lambda: self.ready() == 200, seconds, "ready")

    def wait_for(self, true, seconds, what):
        until = time.monotonic() + seconds
        while not true():
            if self.process.poll() is not None:
                raise AssertionError(f"atelierd ended with {self.process.returncode}: {self.logged()}")
            if time.monotonic() > until:
                raise AssertionError(f"not {what} in {seconds} s: {self.logged()[-3000:]}")
            time.sleep(0.005)

    def ready(self):
        try:
            return Client(self.ops, record=False).get("/readyz").status
        except OSError:
            return 0

    def metric(self, name):
        text = Client(self.ops, record=False).get("/metrics").text
        found = re.search(rf"^atelier_{re.escape(name)} (\d+)$", text, re.M)
        return int(found[1])

    def logged(self):
        return pathlib.Path(self.log).read_text(encoding="utf-8")

    def signal(self, number):
        os.kill(self.process.pid, number)

    def stop(self):
        """Asked to end; its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        status = self.process.wait(timeout=30)
        self.process = None
        return status

    def remove(self):
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def client(self, token=None):
        return Client(self.http, token)


class World:
    """What all tests share: the cluster, one daemon over the seed data, a token of each role."""

    cluster = Cluster()
    daemon = None
    admin = coordinator = public = None

    @classmethod
    def begin(cls):
        # Who makes plans, their tests say.
        cls.daemon = Daemon(http__connections_per_peer="512", plan__jobs="0")
        done = cls.daemon.command("--migrate", "--sqldir", str(ROOT / "sql"))
        if done.returncode:
            raise AssertionError(f"--migrate: {done.stderr}")
        cls.admin_token = cls.daemon.token("--role", "admin", "--label", "tests")
        cls.coordinator_token = cls.daemon.token("--role", "coordinator", "--label", "tests")
        cls.daemon.start()
        cls.public = cls.daemon.client()
        cls.admin = cls.daemon.client(cls.admin_token)
        cls.coordinator = cls.daemon.client(cls.coordinator_token)

        for table in TABLES:
            answer = cls.bring(table)
            if answer.status != 200:
                raise AssertionError(f"import of {table}: {answer}")

    @classmethod
    def bring(cls, table, text=None, dry_run=False):
        """Import the table's seed file, or `text`."""
        body = (SEED / f"{table}.csv").read_bytes() if text is None else text
        return cls.admin.post(f"/v1/import/{table}" + ("?dry_run=1" if dry_run else ""), body,
                              Content_Type="text/csv")

    @classmethod
    def end(cls):
        if cls.daemon:
            cls.daemon.remove()
