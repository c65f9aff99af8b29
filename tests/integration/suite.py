# SPDX-License-Identifier: Apache-2.0
"""Runs all tests against one daemon, then judges every answer they got by openapi.json."""
import sys
import unittest

from harness import RECORDED, World
import validate

MODULES = ["story", "refusals", "people", "settings", "api", "feeds", "jobs", "jobs_waiting", "jobs_bad", "plans", "reload", "start", "outage"]


def judge(description):
    """How many recorded answers are not as described; and the control: damaged ones are found."""
    judge_of = validate.Validator(description)
    faults = 0
    for answer in RECORDED:
        for fault in judge_of.faults(answer.method, answer.target, answer.status, answer.headers,
                                     answer.body):
            faults += 1
            print(f"{answer.method} {answer.target} {answer.status}: {fault}", file=sys.stderr)
    missed = validate.control(judge_of, RECORDED)
    for fault in missed:
        print(f"not found when damaged: {fault}", file=sys.stderr)
    print(f"{len(RECORDED)} answers judged by openapi.json, {faults} faults; "
          f"{len(missed)} damages missed")
    return faults + len(missed)


def main():
    names = sys.argv[1:] or MODULES
    World.begin()
    try:
        loader = unittest.TestLoader()
        result = unittest.TextTestRunner(verbosity=2).run(loader.loadTestsFromNames(names))
        description = World.public.get("/v1/openapi.json").json
        faults = judge(description)
    finally:
        World.end()
    return 0 if result.wasSuccessful() and not faults else 1


if __name__ == "__main__":
    sys.exit(main())
