# SPDX-License-Identifier: Apache-2.0
"""What the quickstart's scripts share: a caller of the API that keeps its connections open, one for
each thread, and a state that survives a crash. Python's own library suffices."""
import datetime
import http.client
import json
import os
import threading
import time
import urllib.parse

SAMPLE = "Sample data of contrib/quickstart; nobody decided this."
STALE = 2  # seconds after which an idle connection is opened anew


class Refused(Exception):
    def __init__(self, status, problem):
        reasons = "".join(f"\n    {r['sentence']}" for r in problem.get("reasons", []))
        super().__init__(f"{status}: {problem.get('detail', problem)}{reasons}")
        self.status, self.problem = status, problem


class Api:
    """One who asks. `connect` makes an http.client.HTTPConnection; by default one to `url`."""

    def __init__(self, url, token, connect=None):
        at = urllib.parse.urlsplit(url)
        self.token, self.mine = token, threading.local()
        self.connect = connect or (lambda: http.client.HTTPConnection(at.hostname, at.port, timeout=120))

    def connection(self):
        mine, now = self.mine, time.monotonic()
        if getattr(mine, "open", None) is None or now - mine.used > STALE:
            self.drop()
            mine.open = self.connect()
        mine.used = now
        return mine.open

    def drop(self):
        if getattr(self.mine, "open", None) is not None:
            self.mine.open.close()
        self.mine.open = None

    def ask(self, method, target, body=None, kind="application/json", **fields):
        """The answer as JSON and its header fields, once it is one that was wanted."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        headers.update({name.replace("_", "-"): value for name, value in fields.items()})
        if body is not None:
            headers["Content-Type"] = kind
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection = self.connection()
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException):
            self.drop()
            raise
        self.mine.used = time.monotonic()
        answer = json.loads(raw) if raw else {}
        if response.status >= 400:
            raise Refused(response.status, answer)
        return answer, response.headers

    def call(self, method, target, body=None, kind="application/json", **fields):
        answer, headers = self.ask(method, target, body, kind, **fields)
        return answer, headers.get("ETag")

    def get(self, target):
        return self.ask("GET", target)[0]

    def patch(self, target, body):
        return self.call("PATCH", target, body, If_Match=self.call("GET", target)[1])[0]

    def all(self, target):
        """Every entry of a list, page by page."""
        items, after = [], ""
        while after is not None:
            page = self.get(target + ("&" if "?" in target else "?") + "limit=500" + after)
            items += page["items"]
            after = page["next"] and "&cursor=" + urllib.parse.quote(page["next"])
        return items


class State:
    """What a run must remember, in one file. `key` makes Idempotency-Keys of this database, `today` is
    the day it all began: who takes it up later repeats the same requests to the letter."""

    def __init__(self, path):
        self.path = path
        self.kept = json.loads(path.read_text()) if path.exists() else {}
        self.kept.setdefault("began", datetime.date.today().isoformat())
        self.kept.setdefault("key", os.urandom(8).hex())
        self.save()
        self.today = datetime.date.fromisoformat(self.kept["began"])

    def save(self, **more):
        self.kept.update(more)
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(self.kept, indent=1) + "\n")
        new.replace(self.path)


def say(text):
    print(f"  {text}", flush=True)
