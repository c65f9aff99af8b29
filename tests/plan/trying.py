# SPDX-License-Identifier: Apache-2.0
"""Whether a request can be added to a plan, found out by trying every item for it."""
import itertools

import oracle


def left_in(world, items, year):
    """What the plan leaves of each fund in a year."""
    left = {}
    for f in world.fund:
        left[f] = world.fund[f]['budget'].get(year, 0) - sum(
            g['amount'] for it in items if it['start'][:4] == year for g in it['funding'] if g['fund'] == f)
    return left


def payment(world, items, option):
    """Its funding from what the funds have left, no other item being paid otherwise; None: there is none."""
    cost, year = world.cost(option), option['start'][:4]
    if cost == 0:
        return []
    left = {f: n for f, n in left_in(world, items, year).items() if world.admits(f, option)}
    for n in range(1, world.rules['funds_max'] + 1):
        for funds in itertools.combinations(left, n):
            least = [max(1, -(-world.fund[f]['min_share_percent'] * cost // 100)) for f in funds]
            if all(a <= left[f] for a, f in zip(least, funds)) and sum(least) <= cost <= sum(left[f] for f in funds):
                rest, grants = cost - sum(least), []
                for a, f in zip(least, funds):
                    more = min(rest, left[f] - a)
                    grants.append({'fund': f, 'amount': a + more})
                    rest -= more
                return grants
    return None


def insertable(world, items, q, days=None):
    """First day by the families that must give way; only starts in `days` if given."""
    first = {}
    for o in world.options(q):
        if days and o['start'] not in days:
            continue
        needed = {oracle.FAMILY[c] for c in world.coupling_broken(items + [o]) if c in oracle.FAMILY}
        if payment(world, items, o) is None:
            needed.add('fund')
        key = frozenset(needed)
        first[key] = min(first.get(key, '9'), o['start'])
    return first


def by_relaxing(first):
    """First day by what is relaxed, for every set that helps."""
    days = {}
    for n in range(6):
        for some in itertools.combinations(('busy', 'quota', 'parallel', 'member', 'fund'), n):
            starts = [day for needed, day in first.items() if needed <= set(some)]
            if starts:
                days[frozenset(some)] = min(starts)
    return days


def minimal(days):
    return [k for k in days if k and not any(other < k for other in days)]
