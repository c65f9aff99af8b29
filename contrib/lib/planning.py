#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The quickstart's plan: asked for, watched while it grows, released, and told in a few lines.

    planning.py --url URL --token FILE --state FILE [--seconds N]

Taken up where it broke off; a plan that is released is not made again."""
import argparse
import collections
import datetime
import json
import pathlib
import shutil
import sys
import time

from client import SAMPLE, Api, Refused, State, say
from sample import REGIONS, horizon

SECONDS = 6
ENDED = ("solved", "failed", "cancelled", "released", "superseded")
COMMENT = "The first plan, of sample data."
WORDS = {"eligible": "evidence", "opens": "an opened kind", "window": "a day in the period",
         "calendar": "open days", "team": "a team", "busy": "free experts", "quota": "experts' days",
         "parallel": "a free week", "member": "distance from another one", "fund": "money",
         "choice": "weight"}


class Line:
    """One living line of a terminal; elsewhere a plain line now and then."""

    def __init__(self, out=sys.stdout):
        self.out, self.alive, self.last = out, out.isatty(), 0

    def show(self, text, final=False):
        if self.alive:
            width = shutil.get_terminal_size().columns - 1
            self.out.write("\r\x1b[K" + text[:width] + ("\n" if final else ""))
        elif final or time.monotonic() - self.last >= 2:
            self.out.write(text + "\n")
            self.last = time.monotonic()
        self.out.flush()


def percent(value, bound):
    return f"{100 * (bound - value) / max(1, abs(bound)):.2f} %"


def bar(part, whole, width=7):
    full = width * part // max(1, whole)
    return "█" * full + "░" * (width - full)


def standing(progress):
    """Where the planner is, in less than eighty columns."""
    if progress["ms"] < 0:
        return "  Planning …"
    p = progress
    said = [f"  Planning {p['ms'] / 1000:4.1f} s {bar(p['served'], p['requests'])} "
            f"{p['served']} of {p['requests']}", f"value {p['value']:,}"]
    if p["bound"] is not None:
        said += [f"bound {p['bound']:,}", f"gap {percent(p['value'], p['bound'])}"]
    return " · ".join(said)


def events(response):
    """What a stream of server-sent events says: its kinds and their data."""
    kind, data = "message", []
    for line in response:
        name, _, value = line.decode().rstrip("\r\n").partition(":")
        if name == "event":
            kind = value.strip()
        elif name == "data":
            data.append(value)
        elif not name and not value and data:
            yield kind, json.loads("".join(data))
            kind, data = "message", []


def watch(api, plan, line):
    """Until it has ended; the state it ended in."""
    connection = api.connect()
    try:
        connection.request("GET", f"/v1/plans/{plan}/events", headers={
            "Authorization": f"Bearer {api.token}", "Accept": "text/event-stream"})
        response = connection.getresponse()
        if response.status != 200:
            raise Refused(response.status, json.loads(response.read()))
        latest = {"ms": -1}
        for kind, said in events(response):
            progress = said if kind == "progress" else said["progress"]
            latest = max(latest, progress or latest, key=lambda p: p["ms"])
            over = kind == "state" and said["state"] in ENDED
            line.show(standing(latest), over)
            if over:
                return said["state"]
    finally:
        connection.close()
    raise OSError(f"the events of plan {plan} ended before it did")


def make(api, state, seconds):
    """A plan for the coming eighteen months, solved; its id. One that failed is not asked for again."""
    first, last = horizon(datetime.date.today())
    failed = state.kept.get("failed", 0)
    plan = api.call("POST", "/v1/plans", {
        "first": first.isoformat(), "last": last.isoformat(), "seconds": seconds, "seed": 1,
        "comment": SAMPLE}, Idempotency_Key=f"quickstart-{state.kept['key']}-plan-{first}-{failed}")[0]["id"]
    ended = watch(api, plan, Line())
    if ended not in ("solved", "released"):
        state.save(failed=failed + 1)
        sys.exit(f"  Plan {plan} is {ended}. {api.get(f'/v1/plans/{plan}')['fault'] or 'Run it again.'}")
    return plan


def release(api, state, plan):
    """Released, unless it was already; as it is then."""
    if api.get(f"/v1/plans/{plan}")["state"] == "solved":
        try:
            api.call("POST", f"/v1/plans/{plan}/release", {"comment": COMMENT})
        except Refused:  # something changed meanwhile: the next run plans anew
            state.save(failed=state.kept.get("failed", 0) + 1)
            raise
    return api.get(f"/v1/plans/{plan}")


def announce_one(api, item, post):
    """All that the guards of an announcement ask for, then the announcement."""
    here = f"/v1/workshops/{item['workshop']}"
    if api.get(here)["status"] != "planned":
        return
    for place in api.get(f"{here}/team")["items"]:
        if (place["status"], place["release"]) != ("accepted", "granted"):
            api.patch(f"{here}/team/{place['expert']['id']}", {"status": "accepted", "release": "granted"})
    for money in api.get(f"{here}/funding")["items"]:
        if money["status"] != "confirmed":
            api.patch(f"{here}/funding/{money['id']}", {"status": "confirmed"})
    post(f"{here}/targets", {"indicator": "Standards with an agreed action plan", "level": "results",
                             "value": 12, "baseline": 3, "unit": "standards", "note": SAMPLE}, "target")
    post(f"{here}/transitions", {"to": "announced"}, "announce")


def announce(api, state, plan):
    """The first workshop of each region; they."""
    first = {}
    for item in plan["items"]:
        if not item["pinned"]:
            first.setdefault(item["region"], item)
    for item in first.values():
        def post(target, body, name, workshop=item["workshop"]):
            key = f"quickstart-{state.kept['key']}-{workshop}-{name}"
            return api.call("POST", target, body, Idempotency_Key=key)[0]
        announce_one(api, item, post)
    return list(first.values())


def least(changes):
    """The least money that would do; without such a change, the first that the planner names."""
    money = [c for c in changes if c["kind"] == "money"]
    return min(money, key=lambda c: c["amount"]) if money else changes[0]


def why(api, plan):
    """Of one request that is left out, for money if there is one: why, and what would let it in."""
    def rank(left):
        return [r["code"] for r in left["reasons"]] != ["fund"], left["request"]
    left = min(plan["unserved"], key=rank)
    said = api.call("POST", "/v1/plans/explain", {"request": left["request"], "plan": plan["id"]})[0]
    sentence = left["reasons"][0]["sentence"]
    if said["changes"]:
        sentence += f"\n    What would let it in: {least(said['changes'])['sentence']}."
    return f"Why not the {left['kind']} workshop for {left['member']['name']}? {sentence}"


def tell(api, plan, shown):
    regions = {r["region"]: r["workshops"] for r in plan["regions"]}
    say(f"Value {plan['value']:,}, and no plan is worth more than {plan['bound']:,}: "
        f"a gap of {percent(plan['value'], plan['bound'])}")
    asked = len(plan["items"]) + len(plan["unserved"])
    say(f"Planned: {len(plan['items'])} workshops for {asked} accepted requests, the one above among them")
    say("  By region: " + ", ".join(f"{r} {regions.get(r, 0)}" for r in REGIONS))
    if plan["unserved"]:
        causes = collections.Counter(WORDS[u["reasons"][0]["code"]] for u in plan["unserved"])
        say(f"Left out: {len(plan['unserved'])} requests; "
            + ", ".join(f"{n} for want of {words}" for words, n in causes.most_common()))
        say("  " + why(api, plan))
    say(f"Released as number {plan['number']}, plan {plan['id']}: the experts are invited")
    say(f"Announced, the first of each region: {', '.join(i['host']['name'] for i in shown)}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True, type=pathlib.Path)
    parser.add_argument("--state", required=True, type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    options = parser.parse_args()
    state = State(options.state)
    if "plan" in state.kept:
        say(f"Already there: plan {state.kept['plan']}, released")
        return
    api = Api(options.url, options.token.read_text().strip())
    try:
        plan = release(api, state, make(api, state, options.seconds))
        tell(api, plan, announce(api, state, plan))
    except Refused as refused:
        sys.exit(f"  The API refused: {refused}")
    except OSError as error:
        sys.exit(f"  The API does not answer: {error}")
    state.save(plan=plan["id"])


if __name__ == "__main__":
    main()
