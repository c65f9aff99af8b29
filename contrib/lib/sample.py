#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A sample demand on the real Members: requests, the evidence they rest on, experts and funds. Nobody
decided any of it, and everything says so. The same seed, day and database give the same demand.

    sample.py --url URL --token FILE --state FILE [--seed N]

What must be numbered in one order is made one by one, everything else side by side. Every POST has an
Idempotency-Key, so that a load which broke off is taken up, and a second one changes nothing."""
import argparse
import collections
import concurrent.futures
import datetime
import pathlib
import random
import sys
import time

from client import SAMPLE, Api, Refused, State, say

SEED = 2027
MONTHS = 18
REGIONS = ["AMS", "EUR", "ESA", "WCA", "MENA", "AP"]
TOPICS = ["IRG", "CRMC", "SAFE", "PCG", "RKC"]  # beside ECFOS
STORY = {"FJ"}  # the Member that story.py tells of
NATIONAL, REGIONAL, ACCREDITATION = 12, 3, 1  # requests of each region
ASK_TWICE = 4  # Members with a second national request
# Administrations that lend experts, with how many; they ask for no workshop.
LENDERS = {"FR": 2, "BE": 2, "IE": 2, "DE": 2, "NL": 1, "ES": 2, "PT": 1, "CH": 1, "GB": 1,
           "CA": 2, "US": 1, "MX": 2, "CL": 1, "UY": 1, "BR": 2, "JP": 2, "KR": 1, "SG": 1, "CN": 1,
           "MY": 1, "MA": 2, "EG": 1, "AE": 1, "JO": 1, "SN": 1, "CI": 1, "NG": 1, "KE": 1, "ZA": 1,
           "MU": 1}
# Real donors and what they care for; EUR a year, together a little less than is asked for.
FUNDS = [("CCF-JP", 62000, {"regions": ["AP"]}),
         ("CCF-CN", 86000, {"regions": ["AP", "ESA", "WCA", "MENA"]}),
         ("CCF-KR", 80000, {"regions": ["AMS", "EUR", "AP"]}),
         ("CCF-RES", 48000, {}),
         ("SECO-GTFP", 36000, {"kinds": ["national"], "regions": ["AMS", "EUR", "AP", "MENA"]}),
         ("EU-HSA", 50000, {"regions": ["ESA", "WCA"]}),
         ("NORAD-ACIP", 25000, {"instruments": ["RKC", "CRMC", "SAFE"],
                                "regions": ["ESA", "WCA", "MENA"]}),
         ("JICA-MTP", 23000, {"kinds": ["national"], "regions": ["ESA", "WCA"]}),
         ("ADB-SASEC", 15000, {"members": ["BD", "BT", "IN", "MV", "NP", "LK"]}),
         ("IDB", 40000, {"regions": ["AMS"]})]
SUMMARIES = {
    "national": "Gap analysis against the Framework of Standards, and an action plan.",
    "regional": "Awareness and regional co-operation on cross-border e-commerce.",
    "accreditation": "Accreditation of the region's experts in cross-border e-commerce."}
PLAUSIBLE = {"maturity_0_4": 2, "percent": 40, "count": 12, "hours": 30, "rate_per_10000": 5}
CONNECTIONS = 6


class Dice:
    """Python promises the same random() for the same seed, and of nothing built on it."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, n):
        return int(self.random() * n)

    def between(self, first, last):
        return first + self.below(last - first + 1)

    def chance(self, percent):
        return self.below(100) < percent

    def pick(self, items):
        return items[self.below(len(items))]

    def some(self, items, n):
        """n different ones, as they came out."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(min(n, len(left)))]


def horizon(today):
    """First and last day that are planned: eighteen months, after one in which hosts and experts get
    ready."""
    month = today.year * 12 + today.month + 1
    first, end = (datetime.date(m // 12, m % 12 + 1, 1) for m in (month, month + MONTHS))
    return first, end - datetime.timedelta(1)


class Demand:
    """Everything as it is posted; days are texts."""

    def __init__(self, seed, today, members):
        self.dice, self.today = Dice(seed), today
        self.first, self.last = horizon(today)
        free = [m for m in sorted(members, key=lambda m: m["code"]) if m["status"] == "member"
                and not m["blocked"] and m["code"] not in LENDERS and m["code"] not in STORY]
        self.members = {m["code"]: m for m in members}
        self.of = {r: [m["code"] for m in free if m["region"] == r] for r in REGIONS}
        self.requests, self.evidence, self.experts, self.funds = [], {}, [], []
        self.ask()
        self.lend()
        self.give()

    def day(self, days):
        return (self.today + datetime.timedelta(days)).isoformat()

    def ask(self):
        """Each region's Members, in an order that mixes the regions; then who lacks what."""
        asked = []
        for region in REGIONS:
            chosen = self.dice.some(self.of[region], NATIONAL)
            asked += [(n, code, "national") for n, code in enumerate(chosen)]
            asked += [(n, code, "regional") for n, code in enumerate(self.dice.some(chosen, REGIONAL))]
            asked += [(2, code, "accreditation") for code in self.dice.some(chosen, ACCREDITATION)]
        nationals = [code for _, code, kind in asked if kind == "national"]
        asked += [(NATIONAL, code, "national") for code in self.dice.some(nationals, ASK_TWICE)]
        asked.sort(key=lambda a: a[0])
        for number, (_, code, kind) in enumerate(asked, 1):
            self.requests.append(self.request(number, code, kind))
        plain = [c for c in nationals if [r["member"] for r in self.requests].count(c) == 1]
        without = self.dice.some(plain, 5)
        for code in dict.fromkeys(r["member"] for r in self.requests):
            self.evidence[code] = self.done_by(code, code in without[:2], code in without[2:])
        # Nobody at the secretariat has read these yet.
        self.unread = set(self.dice.some([c for c in plain if c not in without], 2))

    def request(self, number, code, kind):
        received = self.dice.between(20, 200)
        wanted = self.first + datetime.timedelta(self.dice.between(0, 330))
        until = min(self.last, wanted + datetime.timedelta(self.dice.between(120, 240)))
        topics = self.dice.some(TOPICS, 1 if self.dice.chance(60) else 0)
        return {
            "member": code, "kind": kind, **self.wishes(kind), "received_on": self.day(-received),
            "signed_on": self.day(-received - self.dice.between(2, 15)), "signed_by": "Director General",
            "reference": f"Sample letter {number}", "summary": SUMMARIES[kind],
            "instruments": ["ECFOS"] + topics, "languages": self.members[code]["languages"],
            "wanted_from": wanted.isoformat(), "wanted_to": until.isoformat(),
            "participants": self.dice.between(4, 9) * 5, "note": SAMPLE}

    def wishes(self, kind):
        dice = self.dice
        return {"priority": dice.between(1, 5), "days": 5 if kind == "accreditation" else dice.between(3, 5),
                "experts": 3 if kind != "national" and dice.chance(40) else 2,
                "mode": dice.pick(["hybrid", "online"]) if kind == "national" and dice.chance(20)
                else "in_person"}

    def done_by(self, code, silent, unfinished):
        """When a Member notified its intention, evaluated itself and completed that; None: not yet."""
        evaluated = self.dice.between(120, 400)
        notified = evaluated + self.dice.between(30, 400)
        return {"notified": None if silent else self.day(-notified), "evaluated": self.day(-evaluated),
                "completed": None if unfinished else self.day(-evaluated + self.dice.between(5, 60)),
                "reference": f"Sample notification of {code}"}

    def lend(self):
        for code, n in LENDERS.items():
            for number in range(1, n + 1):
                self.experts.append(self.expert(code, number))

    def expert(self, code, number):
        dice = self.dice
        speaks = list(self.members[code]["languages"])
        speaks += ["en"] if dice.chance(80) else []
        speaks += [dice.pick(["fr", "es", "ar", "pt", "ru"])] if dice.chance(40) else []
        knows = ["ECFOS"] + dice.some(TOPICS, dice.between(2, 4))
        stage = dice.pick(["accredited", "accredited", "refreshed", "pre_accredited"])
        away, day = [], dice.between(10, 200)
        while day < 30 * MONTHS:
            length = dice.pick([5, 7, 14, 21])
            away.append({"first_day": self.day(day), "last_day": self.day(day + length - 1), "note": SAMPLE})
            day += dice.between(120, 300)
        until = None if dice.chance(60) else self.day(dice.between(300, 900))
        return {
            "expert": {"name": f"Expert {code}-{number}", "member": code,
                       "languages": list(dict.fromkeys(speaks)),
                       "delivers": ["on_site"] if dice.chance(15) else ["on_site", "remote"],
                       "max_missions_year": dice.between(4, 7), "max_days_year": dice.between(7, 10) * 5,
                       "note": SAMPLE},
            "accreditation": {"stage": stage, "instruments": knows,
                              "conferred_on": self.day(-dice.between(60, 900)), "valid_until": until,
                              "evidence": "Sample", "note": SAMPLE},
            "away": away}

    def give(self):
        """A year's money for as much of the year as is planned, in thousands of euros."""
        ends = [(year, max(self.first, datetime.date(year, 1, 1)),
                 min(self.last, datetime.date(year, 12, 31)))
                for year in range(self.first.year, self.last.year + 1)]
        for donor, a_year, earmark in FUNDS:
            self.funds.append({
                "donor": donor, "name": f"Sample fund {donor}", "currency": "EUR",
                "years": [{"year": year, "budget": a_year * ((b - a).days + 1) // 365000 * 100000}
                          for year, a, b in ends],
                "earmarks": [earmark] if earmark else [], "note": SAMPLE})


class Load:
    """A demand on its way into the API."""

    def __init__(self, api, demand, key):
        self.api, self.demand, self.key = api, demand, key

    def post(self, target, body, name):
        """The answer, and whether it is the first one's again."""
        answer, headers = self.api.ask("POST", target, body, Idempotency_Key=f"{self.key}-{name}")
        return answer, headers.get("Idempotency-Replayed") == "true", headers.get("ETag")

    def run(self):
        demand = self.demand
        kpis = self.api.get("/v1/kpis?limit=500")["items"]
        answers = [{"kpi": kpi["code"], "value": PLAUSIBLE[kpi["answer_type"]]} for kpi in kpis]
        work = []
        for number, fund in enumerate(demand.funds):
            self.post("/v1/funds", fund, f"fund-{number}")
        for number, expert in enumerate(demand.experts):
            made = self.post("/v1/experts", expert["expert"], f"expert-{number}")[0]
            work.append(lambda made=made, expert=expert: self.equip(made["id"], expert))
        for number, request in enumerate(demand.requests, 1):
            made = self.post("/v1/requests", request, f"request-{number}")
            if request["member"] not in demand.unread:
                work.append(lambda made=made: self.accept(*made))
        for code, done in demand.evidence.items():
            work.append(lambda code=code, done=done: self.prove(code, done, answers))
        with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
            collections.deque(pool.map(lambda step: step(), work), 0)

    def equip(self, expert, what):
        here = f"/v1/experts/{expert}"
        self.post(f"{here}/accreditations", what["accreditation"], f"accreditation-{expert}")
        for number, away in enumerate(what["away"]):
            self.post(f"{here}/unavailability", away, f"away-{expert}-{number}")

    def accept(self, request, repeated, etag):
        here = f"/v1/requests/{request['id']}"
        if repeated:
            request, etag = self.api.call("GET", here)
        if request["status"] == "received":
            self.api.call("PATCH", here, {"status": "accepted"}, If_Match=etag)

    def prove(self, code, done, answers):
        here = f"/v1/members/{code}"
        if done["notified"]:
            self.post(f"{here}/notifications", {"notified_on": done["notified"], "note": SAMPLE,
                                                "reference": done["reference"]}, f"notification-{code}")
        made = self.post(f"{here}/kpi-evaluations", {"evaluated_on": done["evaluated"], "note": SAMPLE},
                         f"evaluation-{code}")[0]
        here += f"/kpi-evaluations/{made['id']}"
        given = answers if done["completed"] else answers[:len(answers) // 2]
        self.post(f"{here}/answers", {"answers": given}, f"answers-{code}")
        if done["completed"]:
            self.post(f"{here}/complete", {"completed_on": done["completed"]}, f"complete-{code}")


def load(api, key, today, seed=SEED):
    """Make the demand and bring it in; what it is."""
    demand = Demand(seed, today, api.all("/v1/members"))
    Load(api, demand, f"sample-{seed}-{key}").run()
    return demand


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True, type=pathlib.Path)
    parser.add_argument("--state", required=True, type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    state = State(options.state)
    if state.kept.get("sample") == options.seed:
        say(f"Already there: the sample demand of seed {options.seed}")
        return
    began = time.monotonic()
    try:
        api = Api(options.url, options.token.read_text().strip())
        demand = load(api, state.kept["key"], state.today, options.seed)
    except Refused as refused:
        sys.exit(f"  The API refused: {refused}")
    except OSError as error:
        sys.exit(f"  The API does not answer: {error}")
    state.save(sample=options.seed)
    unread = sum(r["member"] in demand.unread for r in demand.requests)
    say(f"Sample demand, seed {options.seed}: {len(demand.requests)} requests of {len(demand.evidence)} "
        f"Members, {len(demand.experts)} experts, {len(demand.funds)} funds, "
        f"in {time.monotonic() - began:.1f} s")
    say(f"All but {unread} of the requests, which nobody has read yet, are accepted and can be planned")


if __name__ == "__main__":
    main()
