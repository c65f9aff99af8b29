#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Quickstart's hands on the API: wait until it is ready, import the seed data, and take one Member
from its notification to an announced national workshop. Python's own library suffices.

    story.py ready SOCKET PID
    story.py tell --url URL --token FILE --seed DIR --state FILE --feed FILE

Every POST carries an Idempotency-Key that follows from the state file, so that a story which broke
off is taken up where it was, and nothing is made twice."""
import argparse
import datetime
import os
import pathlib
import socket
import sys
import time

from client import SAMPLE, Api, Refused, State, say

TABLES = ["instruments", "standards", "kpis", "members", "weekends", "holidays", "donors",
          "historic_workshops"]
HOST = "FJ"


class Story:
    """One run of it: the API, and a state that survives a crash."""

    def __init__(self, api, state):
        self.api, self.state = api, state
        self.today = state.today

    def post(self, target, body, name):
        key = f"quickstart-{self.state.kept['key']}-{name}"
        return self.api.call("POST", target, body, Idempotency_Key=key)[0]

    def day(self, days):
        return (self.today + datetime.timedelta(days)).isoformat()


def import_seed(story, seed):
    if story.state.kept.get("imported"):
        return
    for table in TABLES:
        report, _ = story.api.call("POST", f"/v1/import/{table}", (seed / f"{table}.csv").read_bytes(),
                                   "text/csv")
        say(f"Imported {table}: {report['rows']} rows, {report['inserted']} new")
    story.state.save(imported=True)


def fulfil_criteria(story):
    """What a national workshop rests on: notification, KPI evaluation, request."""
    member = story.api.get(f"/v1/members/{HOST}")
    base = f"/v1/members/{HOST}"
    story.post(f"{base}/notifications",
               {"notified_on": story.day(-200), "reference": "Sample letter 1", "note": SAMPLE},
               "notification")
    say(f"{member['name']} notified its intention to implement on {story.day(-200)}")
    evaluation = story.post(f"{base}/kpi-evaluations",
                            {"evaluated_on": story.day(-120), "note": SAMPLE}, "evaluation")
    kpis = story.api.get("/v1/kpis?limit=500")["items"]
    plausible = {"maturity_0_4": 2, "percent": 40, "count": 12, "hours": 30, "rate_per_10000": 5}
    here = f"{base}/kpi-evaluations/{evaluation['id']}"
    story.post(f"{here}/answers", {"answers": [
        {"kpi": kpi["code"], "value": plausible[kpi["answer_type"]]} for kpi in kpis]}, "answers")
    story.post(f"{here}/complete", {"completed_on": story.day(-110)}, "complete")
    say(f"It answered all {len(kpis)} KPIs and completed the evaluation on {story.day(-110)}")
    request = story.post("/v1/requests", {
        "member": HOST, "kind": "national", "received_on": story.day(-60),
        "signed_on": story.day(-65), "signed_by": "Director General", "reference": "Sample letter 2",
        "summary": "Gap analysis against the Framework of Standards.", "instruments": ["ECFOS"],
        "languages": ["en"], "note": SAMPLE}, "request")
    if story.api.get(f"/v1/requests/{request['id']}")["status"] == "received":
        story.api.patch(f"/v1/requests/{request['id']}", {"status": "accepted"})
    say(f"Its Director General's request of {story.day(-60)} was accepted")
    verdicts = story.api.get(f"{base}/eligibility?kind=national")["verdicts"]
    say(f"So {member['name']} may have a national workshop, criterion by criterion:")
    for criterion in verdicts[0]["criteria"]:
        say(f"  {criterion['criterion'].replace('_', ' ')}: {criterion['sentence']}")
    return member, request


def find_experts(story):
    experts = []
    for member in ("AU", "NZ"):
        expert = story.post("/v1/experts", {
            "name": f"Expert {member}-1 (sample)", "member": member, "languages": ["en"],
            "note": SAMPLE}, f"expert-{member}")
        story.post(f"/v1/experts/{expert['id']}/accreditations", {
            "stage": "accredited", "instruments": ["ECFOS"], "conferred_on": story.day(-300),
            "valid_until": story.day(900), "evidence": "Sample", "note": SAMPLE},
            f"accreditation-{member}")
        experts.append(expert)
        say(f"{expert['name']} of {expert['member']['name']} is accredited until {story.day(900)}")
    return experts


def plan_workshop(story, member, request):
    """The first week after three months that no rule speaks against."""
    first = story.today + datetime.timedelta(90)
    first += datetime.timedelta(-first.weekday() % 7)
    refusal = None
    for week in range(12):
        start = first + datetime.timedelta(7 * week)
        days = [(start + datetime.timedelta(n)).isoformat() for n in range(4)]
        try:
            workshop = story.post("/v1/workshops", {
                "kind": "national", "title": f"E-commerce: national workshop for {member['name']} (sample)",
                "summary": f"{SAMPLE} Gap analysis against the Framework of Standards.",
                "start": days[0], "end": days[-1], "mode": "in_person", "host": HOST,
                "city": member["capital"], "timezone": member["timezone"],
                "sessions": [{"day": day, "start": "09:00", "end": "16:30"} for day in days],
                "regions": [member["region"]], "beneficiaries": [HOST], "instruments": ["ECFOS"],
                "languages": ["en"], "theme": "ecommerce", "purposes": ["gap_analysis"],
                "experts_needed": 2, "participants": 30, "participants_basis": "about",
                "budget": {"amount": 4200000, "currency": "EUR"}, "request": request["id"],
                "note": SAMPLE}, f"workshop-{days[0]}")
        except Refused as refused:
            if refused.status != 409:
                raise
            refusal = refused
            continue
        say(f"Planned: {workshop['title']}, {days[0]} to {days[-1]} in {member['capital']}")
        return workshop
    raise refusal


def make_ready(story, workshop, experts):
    here = f"/v1/workshops/{workshop['id']}"
    for expert, role in zip(experts, ("lead", "expert")):
        story.post(f"{here}/team", {"expert": expert["id"], "role": role}, f"team-{expert['id']}")
        place = next(place for place in story.api.get(f"{here}/team")["items"]
                     if place["expert"]["id"] == expert["id"])
        place, _ = story.api.call("PATCH", f"{here}/team/{expert['id']}",
                                  {"status": "accepted", "release": "granted", "tickets_on": story.day(0)},
                                  If_Match=f'"{place["revision"]}"')
        say(f"{expert['name']} accepted, is released and has tickets, away {place['away_from']} to "
            f"{place['away_to']}")
    story.post("/v1/donors", {"code": "SAMPLE", "name": "Sample donor", "funder": "Nobody",
                              "regions": [], "note": SAMPLE}, "donor")
    year = int(workshop["start"][:4])
    fund = story.post("/v1/funds", {
        "donor": "SAMPLE", "name": "Sample fund", "currency": "EUR",
        "years": [{"year": year, "budget": 4200000}], "earmarks": [{"members": [HOST]}],
        "note": SAMPLE}, "fund")
    story.post(f"{here}/funding", {
        "donor": "SAMPLE", "fund": fund["id"], "status": "confirmed",
        "amount": {"amount": 4200000, "currency": "EUR"}, "note": SAMPLE}, "funding")
    say("The sample fund confirmed EUR 42,000.00, the whole cost")
    story.post(f"{here}/targets", {
        "indicator": "Standards with an agreed action plan", "level": "results", "value": 15,
        "baseline": 4, "unit": "standards", "due_on": story.day(400), "note": SAMPLE}, "target")
    say("Target: 15 standards with an agreed action plan, from 4")


def tell(options):
    story = Story(Api(options.url, options.token.read_text().strip()), State(options.state))
    import_seed(story, options.seed)
    if "workshop" in story.state.kept:
        workshop = story.api.get(f"/v1/workshops/{story.state.kept['workshop']}")
        say(f"Already there: {workshop['title']}, {workshop['start']}, {workshop['status']}")
        return
    member, request = fulfil_criteria(story)
    experts = find_experts(story)
    workshop = plan_workshop(story, member, request)
    make_ready(story, workshop, experts)
    workshop = story.post(f"/v1/workshops/{workshop['id']}/transitions", {"to": "announced"}, "announce")
    say(f"Announced on {workshop['announced_at'][:10]}: it is in the public calendar")
    if not options.feed.exists():
        # Shown once, so a lost answer is asked for anew, under another name.
        calendar, _ = story.api.call("POST", f"/v1/experts/{experts[0]['id']}/calendars",
                                     {"label": "quickstart", "detail": "full"})
        address = calendar["url"]
        if address.startswith("/"):
            address = options.url + address
        with open(os.open(options.feed, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as out:
            out.write(address + "\n")
    story.state.save(workshop=workshop["id"])


def ready(options):
    """Until the daemon says so, its process ends, or half a minute has passed."""
    until = time.monotonic() + 30
    said = "it does not answer"
    while time.monotonic() < until:
        try:
            os.kill(options.pid, 0)
        except PermissionError:
            pass
        except ProcessLookupError:
            sys.exit("atelierd ended")
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(5)
                s.connect(options.socket)
                s.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                said = s.recv(4096).decode(errors="replace")
                if said.split(" ")[1:2] == ["200"]:
                    return
        except OSError:
            pass
        time.sleep(0.05)
    sys.exit(f"atelierd is not ready after 30 s: {said}")


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("ready")
    one.add_argument("socket")
    one.add_argument("pid", type=int)
    one.set_defaults(run=ready)
    one = commands.add_parser("tell")
    one.add_argument("--url", required=True)
    for name in ("token", "seed", "state", "feed"):
        one.add_argument(f"--{name}", required=True, type=pathlib.Path)
    one.set_defaults(run=tell)
    options = parser.parse_args()
    try:
        options.run(options)
    except Refused as refused:
        sys.exit(f"  The API refused: {refused}")
    except OSError as error:
        sys.exit(f"  The API does not answer: {error}")


if __name__ == "__main__":
    main()
