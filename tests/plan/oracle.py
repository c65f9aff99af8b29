#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules and the value of plans once more: slow, plain, straight from the definitions, and for
tiny instances the best plan there is, by trying all of them.

usage: oracle.py check INSTANCE PLAN     codes of the rules broken (one a line), then the value
       oracle.py optimum < INSTANCE      the best value and an item list that reaches it
"""
import datetime as dt, itertools, json, math, sys

FAMILY = {'overlap': 'busy', 'missions': 'quota', 'days': 'quota', 'parallel': 'parallel',
          'member': 'member', 'fund': 'fund', 'funding': 'fund', 'budget': 'fund'}
CRITERIA = ('notification', 'kpi_evaluation', 'dg_request')
WEEKDAY = ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')
TERMS = ('served', 'waiting', 'window', 'cost', 'balance', 'load', 'stability')
date = dt.date.fromisoformat


def between(day, ranges):
    return any(date(a) <= day <= date(b) for a, b in ranges)


def days_of(first, last):
    return [first + dt.timedelta(i) for i in range((last - first).days + 1)]


class World:
    def __init__(self, instance):
        self.i = instance
        self.rules, self.travel, self.weights = instance['rules'], instance['travel'], instance['weights']
        self.member = {m['code']: m for m in instance['members']}
        self.expert = {e['id']: e for e in instance['experts']}
        self.fund = {f['id']: f for f in instance['funds']}
        self.request = {q['id']: q for q in instance['requests']}
        self.pinned = {p['request']: p for p in instance.get('pinned', [])}
        self.first, self.last = (date(instance['horizon'][k]) for k in ('first', 'last'))

    def km(self, a, b):
        a, b = self.member[a], self.member[b]
        pa, pb = math.radians(a['lat']), math.radians(b['lat'])
        h = (math.sin((pb - pa) / 2) ** 2
             + math.cos(pa) * math.cos(pb) * math.sin(math.radians(b['lon'] - a['lon']) / 2) ** 2)
        return math.floor(2 * 6371 * math.asin(min(1, math.sqrt(h))) + 1e-6)

    def presence(self, expert, q, host):
        """(on site?, km, travel days)"""
        km = self.km(self.expert[expert]['home'], host)
        site = q['mode'] == 'in_person' or q['mode'] == 'hybrid' and km < self.travel['hybrid_on_site_below_km']
        if not site or km < self.travel['same_city_below_km']:
            return site, km, 0
        return site, km, 1 if km < self.travel['one_day_below_km'] else self.travel['far_days']

    def expert_cost(self, expert, q, host):
        site, km, t = self.presence(expert, q, host)
        if not site:
            return 0
        fare = 0
        if km >= self.travel['same_city_below_km']:
            fare = self.travel['fare_base'] + km * self.travel['fare_per_1000_km'] // 1000
            fare = fare // self.travel['fare_step'] * self.travel['fare_step']
        return fare + self.member[host]['per_diem'] * (q['days'] + 2 * t)

    def cost(self, item):
        q = self.request[item['request']]
        if item['request'] in self.pinned:
            return sum(g['amount'] for g in item['funding'])
        cost = sum(h['fixed_cost'] for h in q['hosts'] if h['member'] == item['host'])
        team = [s['expert'] for s in item['team']]
        if any(not set(self.expert[e]['languages']) & set(q['languages']) for e in team):
            cost += q['days'] * (self.rules.get('interpretation_per_day') or 0)
        return cost + sum(self.expert_cost(e, q, item['host']) for e in team)

    def span(self, item):
        start = date(item['start'])
        return start, start + dt.timedelta(self.request[item['request']]['days'] - 1)

    def block(self, expert, item):
        start, end = self.span(item)
        site, _, t = self.presence(expert, self.request[item['request']], item['host'])
        rest = self.rules['rest_days'] if site else 0
        return set(days_of(start - dt.timedelta(t), end + dt.timedelta(t + rest)))

    def ready(self, q):
        dates = [q['eligibility'].get(c) for c in CRITERIA if c not in q.get('waived', [])]
        return max([date(d) for d in dates if d], default=None)

    def standing(self, expert, q, start, end):
        covers, full = set(), False
        for a in self.expert[expert]['accreditations']:
            if date(a['valid_from']) <= start and (not a['valid_to'] or end <= date(a['valid_to'])):
                covers |= set(a['topics']) & set(q['topics'])
                full |= a['level'] == 'full' and bool(set(a['topics']) & set(q['topics']))
        return covers, full

    def dates_broken(self, item):
        q, (start, end) = self.request[item['request']], self.span(item)
        host, rules, ready = self.member[item['host']], self.rules, self.ready(q)
        if any(not q['eligibility'].get(c) and c not in q.get('waived', []) for c in CRITERIA):
            yield 'eligible'
        if ready and start < ready + dt.timedelta(rules['lead_days']):
            yield 'eligible'
        if start < date(rules['opens'][q['kind']]):
            yield 'opens'
        if start < self.first or end > self.last:
            yield 'horizon'
        if q['earliest'] and start < date(q['earliest']) or end > date(q['latest']):
            yield 'window'
        if item['host'] not in [h['member'] for h in q['hosts']]:
            yield 'host'
        for d in days_of(start, end):
            if (WEEKDAY[d.weekday()] in host['weekend'] or d.isoformat() in host['closed']
                    or between(d, host['blackout']) or between(d, self.i['secretariat_closed'])):
                yield 'calendar'

    def team_broken(self, item):
        q, (start, end), rules = self.request[item['request']], self.span(item), self.rules
        team = [s['expert'] for s in item['team']]
        homes = [self.expert[e]['home'] for e in team]
        standings = [self.standing(e, q, start, end) for e in team]
        speaks = [bool(set(self.expert[e]['languages']) & set(q['languages'])) for e in team]
        on_site = [self.presence(e, q, item['host'])[0] for e in team]
        roles = [s['role'] for s in item['team']]
        if (len(team) != q['experts'] or len(set(team)) != len(team) or not all(c for c, _ in standings)
                or set().union(*(c for c, _ in standings)) != set(q['topics'])):
            yield 'team'
        if roles.count('lead') != 1 or any((r == 'trainee') == full for r, (_, full) in zip(roles, standings)):
            yield 'role'
        for role, (_, full), speak, site in zip(roles, standings, speaks, on_site):
            if role == 'lead' and not (full and speak and (site or q['mode'] != 'hybrid')):
                yield 'lead'
        if rules['language'] == 'all' and not all(speaks):
            yield 'language'
        if sum(not full for _, full in standings) > rules['trainees_max'][q['kind']]:
            yield 'trainees'
        if rules['not_own_administration'] and (
                item['host'] in homes or q['kind'] == 'national' and q['member'] in homes):
            yield 'own'
        if rules.get('different_administrations') and any(
                a['expert'] != b['expert'] and self.expert[a['expert']]['home'] == self.expert[b['expert']]['home']
                for a, b in itertools.combinations(item['team'], 2)):
            yield 'own'
        for e, site in zip(team, on_site):
            if ('on_site' if site else 'remote') not in self.expert[e]['delivers']:
                yield 'delivers'
            if any(between(d, self.expert[e]['unavailable']) for d in self.block(e, item)):
                yield 'unavailable'

    def admits(self, fund, item):
        f, q, (start, end) = self.fund[fund], self.request[item['request']], self.span(item)
        allows = lambda some, x: not some or x in some
        return (allows(f['regions'], q['region']) and allows(f['members'], q['member'])
                and allows(f['kinds'], q['kind']) and (not f['topics'] or bool(set(f['topics']) & set(q['topics'])))
                and date(f['period'][0]) <= start and end <= date(f['period'][1]))

    def money_broken(self, item):
        cost, grants = self.cost(item), item['funding']
        if not all(self.admits(g['fund'], item) for g in grants):
            yield 'fund'
        if (any(g['amount'] <= 0 or g['amount'] * 100 < self.fund[g['fund']]['min_share_percent'] * cost
                for g in grants) or sum(g['amount'] for g in grants) != cost
                or len(grants) > self.rules['funds_max'] or len({g['fund'] for g in grants}) != len(grants)):
            yield 'funding'

    def static_broken(self, item):
        return {*self.dates_broken(item), *self.team_broken(item), *self.money_broken(item)}

    def groups(self, items):
        """(rule, items in it, is it too much?) of everything that is counted"""
        rules, year = self.rules, lambda it: date(it['start']).year
        for e in self.expert.values():
            own = [it for it in items if e['id'] in [s['expert'] for s in it['team']]]
            for a, b in itertools.combinations(own, 2):
                yield 'overlap', [a, b], bool(self.block(e['id'], a) & self.block(e['id'], b))
            for y in {year(it) for it in own}:
                mine = [it for it in own if year(it) == y]
                days = 0
                for it in mine:
                    q = self.request[it['request']]
                    days += q['days'] + 2 * self.presence(e['id'], q, it['host'])[2]
                yield 'missions', mine, len(mine) > e['max_missions_year']
                yield 'days', mine, days > e['max_days_year']
        by_region = rules.get('parallel_region') or {}
        for d in {d for it in items for d in days_of(*self.span(it))}:
            now = [it for it in items if self.span(it)[0] <= d <= self.span(it)[1]]
            yield 'parallel', now, len(now) > rules['parallel_max']
            for region, most in by_region.items():
                there = [it for it in now if self.request[it['request']]['region'] == region]
                yield 'parallel', there, len(there) > most
        national = [it for it in items if self.request[it['request']]['kind'] == 'national']
        for m in self.member:
            mine = [it for it in national if self.request[it['request']]['member'] == m]
            for a, b in itertools.combinations(mine, 2):
                gap = abs((date(a['start']) - date(b['start'])).days)
                yield 'member', [a, b], gap < rules['national_gap_days']
            for y in {year(it) for it in mine}:
                now = [it for it in mine if year(it) == y]
                yield 'member', now, len(now) > rules['national_per_year']
        for f in self.fund.values():
            for y in {year(it) for it in items}:
                paid = [it for it in items if year(it) == y and f['id'] in [g['fund'] for g in it['funding']]]
                sums = sum(g['amount'] for it in paid for g in it['funding'] if g['fund'] == f['id'])
                yield 'budget', paid, sums > f['budget'].get(str(y), 0)

    def coupling_broken(self, items):
        broken = {rule for rule, some, bad in self.groups(items)
                  if bad and not all(it['request'] in self.pinned for it in some)}
        ids = [it['request'] for it in items]
        if len(set(ids)) != len(ids):
            broken.add('once')
        plain = lambda it: (it['host'], it['start'], sorted((s['expert'], s['role']) for s in it['team']),
                            sorted((g['fund'], g['amount']) for g in it['funding']))
        for r, p in self.pinned.items():
            if plain(p) not in [plain(it) for it in items if it['request'] == r]:
                broken.add('pinned')
        return broken

    def broken(self, items):
        found = self.coupling_broken(items)
        for it in items:
            if it['request'] not in self.pinned:
                found |= self.static_broken(it)
        return found

    def score(self, items):
        w, score = self.weights, dict.fromkeys(TERMS, 0)
        for it in items:
            q, start = self.request[it['request']], date(it['start'])
            since = max(self.ready(q) or self.first, self.first)
            score['served'] += w['served'] * q['priority']
            score['waiting'] -= w['waiting'] * q['priority'] * (max(0, (start - since).days) // 7)
            if not date(q['preferred'][0]) <= start <= date(q['preferred'][1]):
                score['window'] -= w['window'] * q['priority']
            score['cost'] -= self.cost(it) // w['money_per_point']
        for r in self.i['regions']:
            n = sum(self.request[it['request']]['region'] == r['code'] for it in items)
            score['balance'] -= w['balance'] * max(0, r['target'] - n)
        for e in self.expert:
            n = sum(e in [s['expert'] for s in it['team']] for it in items)
            score['load'] -= w['load'] * max(0, n - self.rules['fair_missions'])
        for b in self.i.get('baseline', []):
            new = [it for it in items if it['request'] == b['request']]
            s = w['stability']
            if not new:
                score['stability'] -= b['weight'] * s['dropped']
                continue
            if (new[0]['host'], new[0]['start']) != (b['host'], b['start']):
                score['stability'] -= b['weight'] * s['moved']
            fresh = [x for x in new[0]['team'] if x['expert'] not in b['team']]
            score['stability'] -= b['weight'] * s['expert'] * len(fresh)
        return score

    def value(self, items):
        return sum(self.score(items).values())

    # The best plan of a tiny instance: every choice of items, money last.

    def teams(self, q, start, end):
        for team in itertools.combinations(self.expert, q['experts']):
            full = [self.standing(e, q, start, end)[1] for e in team]
            for lead in range(len(team)):
                if full[lead]:
                    yield [{'expert': e, 'role': 'lead' if i == lead else 'expert' if full[i] else 'trainee'}
                           for i, e in enumerate(team)]

    def options(self, q):
        """Items that break no static rule but, having no money yet, that of funding."""
        for host in [h['member'] for h in q['hosts']]:
            for d in days_of(self.first, self.last):
                bare = {'request': q['id'], 'host': host, 'start': d.isoformat(), 'team': [], 'funding': []}
                if set(self.dates_broken(bare)):
                    continue
                seen = set()                    # one lead is as good as another
                for team in self.teams(q, *self.span(bare)):
                    item = dict(bare, team=team)
                    who = tuple(s['expert'] for s in team)
                    if who not in seen and not set(self.team_broken(item)):
                        seen.add(who)
                        yield item

    def pay(self, items):
        """Amounts for all items within every budget, or None: funds of each item by trial, then
        Gale's condition on what is over the least shares; amounts by filling up in order."""
        costs = [self.cost(it) for it in items]
        years = [date(it['start']).year for it in items]
        choices = []
        for it, cost in zip(items, costs):
            if it['request'] in self.pinned:
                choices.append([tuple(g['fund'] for g in it['funding'])])
                continue
            funds = [f for f in self.fund if self.admits(f, it)]
            choices.append([()] if cost == 0 else [s for n in range(1, self.rules['funds_max'] + 1)
                                                   for s in itertools.combinations(funds, n) if n <= cost])
        for picked in itertools.product(*choices):
            amounts = self.fill(items, costs, years, picked)
            if amounts is not None:
                return amounts
        return None

    def fill(self, items, costs, years, picked):
        left = {(f, y): self.fund[f]['budget'].get(str(y), 0) for f in self.fund for y in years}
        amounts, needs = [], []
        for it, cost, year, funds in zip(items, costs, years, picked):
            if it['request'] in self.pinned:
                amounts.append({g['fund']: g['amount'] for g in it['funding']})
                needs.append(0)
            else:
                amounts.append({f: max(1, -(-self.fund[f]['min_share_percent'] * cost // 100)) for f in funds})
                needs.append(cost - sum(amounts[-1].values()))
            for f, n in amounts[-1].items():
                left[f, year] -= n
        mine = [i for i, it in enumerate(items) if it['request'] not in self.pinned]
        if min(needs, default=0) < 0 or any(left[f, years[i]] < 0 for i in mine for f in picked[i]):
            return None
        def good(needs, left):                  # no set of items needs more than its funds have
            open_ = [i for i in mine if needs[i]]
            for n in range(1, len(open_) + 1):
                for some in itertools.combinations(open_, n):
                    funds = {(f, years[i]) for i in some for f in picked[i]}
                    if sum(needs[i] for i in some) > sum(left[k] for k in funds):
                        return False
            return True
        if not good(needs, left):
            return None
        for i in mine:                          # as much as can be from each fund, in order
            for f in picked[i]:
                low, high = 0, min(needs[i], left[f, years[i]])
                while low < high:
                    n = (low + high + 1) // 2
                    some = [x - n * (k == i) for k, x in enumerate(needs)]
                    if good(some, dict(left, **{}) | {(f, years[i]): left[f, years[i]] - n}):
                        low = n
                    else:
                        high = n - 1
                needs[i] -= low
                left[f, years[i]] -= low
                amounts[i][f] += low
        return amounts if not any(needs) else None

    def optimum(self):
        """(value, items); None if too many plans would have to be tried"""
        free = [q for q in self.i['requests'] if q['id'] not in self.pinned]
        options = [list(self.options(q)) for q in free]
        if math.prod(len(o) + 1 for o in options) > 300000:
            return None
        fixed, best = list(self.pinned.values()), []
        best_value = self.value(fixed)

        def extend(k, items):
            nonlocal best, best_value
            if k < len(free):
                extend(k + 1, items)
                for o in options[k]:
                    if not self.coupling_broken(items + [o]) - {'pinned'}:
                        extend(k + 1, items + [o])
                return
            value = self.value(items)
            if value <= best_value:
                return
            amounts = self.pay(items)
            if amounts is not None:
                best_value = value
                best = [dict(it, funding=[{'fund': f, 'amount': n} for f, n in a.items()])
                        for it, a in zip(items, amounts)]
        extend(0, fixed)
        return best_value, best or fixed


def main():
    if sys.argv[1:2] == ['check'] and len(sys.argv) == 4:
        with open(sys.argv[2], encoding='utf-8') as f, open(sys.argv[3], encoding='utf-8') as g:
            world, items = World(json.load(f)), json.load(g)['items']
        for code in sorted(world.broken(items)):
            print(code)
        print(world.value(items))
    elif sys.argv[1:] == ['optimum']:
        print(json.dumps(World(json.load(sys.stdin)).optimum()))
    else:
        sys.exit(__doc__)


if __name__ == '__main__':
    main()
