# SPDX-License-Identifier: Apache-2.0
"""The optional rules once more: chains, sessions, accreditations on the way. Slow, plain, and for
very small instances the best plan there is, by trying all of them."""
import datetime as dt, itertools, math
import oracle
from oracle import date, days_of, between

ROADS = ('fund', 'funding')


class Wide(oracle.World):
    def group(self, item):
        return [self.request[r] for r in [item['request'], *item.get('joined', [])]]

    def fare(self, km):
        t = self.travel
        return 0 if km < t['same_city_below_km'] else (
            (t['fare_base'] + km * t['fare_per_1000_km'] // 1000) // t['fare_step'] * t['fare_step'])

    def road(self, km):
        t = self.travel
        return 0 if km < t['same_city_below_km'] else 1 if km < t['one_day_below_km'] else t['far_days']

    # Chains: neighbours of (index of the item, expert).

    def link(self, items):
        """True if every `after` may be."""
        self.before, self.next, rule = {}, {}, self.rules.get('chaining')
        index, good = {it['request']: i for i, it in enumerate(items)}, True
        for i, it in enumerate(items):
            for s in it['team']:
                if not s.get('after'):
                    continue
                e, a = s['expert'], index.get(s['after'])
                if not rule or a is None or a == i or e not in [x['expert'] for x in items[a]['team']]:
                    good = False
                    continue
                first, gap = items[a], (self.span(it)[0] - self.span(items[a])[1]).days - 1
                site = [self.presence(e, self.request[x['request']], x['host'])[0] for x in (first, it)]
                if (not all(site) or self.member[first['host']]['region'] != self.member[it['host']]['region']
                        or (a, e) in self.next or not self.road(self.km(first['host'], it['host'])) <= gap <= rule['max_gap_days']):
                    good = False
                    continue
                self.before[i, e], self.next[a, e] = a, i
        return good

    def toll(self, items, i, e):
        """(money, days of the year)"""
        it, (start, end) = items[i], self.span(items[i])
        q = self.request[it['request']]
        site, km, t = self.presence(e, q, it['host'])
        a, per_diem = self.before.get((i, e)), self.member[it['host']]['per_diem']
        days = q['days'] + (t if a is None else 0) + (0 if (i, e) in self.next else t)
        if a is not None:
            days += (start - self.span(items[a])[1]).days - 1
        if not site:
            return 0, days
        home = self.fare(km)
        if a is None:
            return (home // 2 if (i, e) in self.next else home) + per_diem * days, days
        road = self.fare(self.km(items[a]['host'], it['host'])) // 2
        return road + (0 if (i, e) in self.next else home // 2) + per_diem * days, days

    def price(self, items, i):
        it = items[i]
        if it['request'] in self.pinned:
            return sum(g['amount'] for g in it['funding'])
        q, team = self.request[it['request']], [s['expert'] for s in it['team']]
        cost = sum(h['fixed_cost'] for h in q['hosts'] if h['member'] == it['host'])
        if any(not set(self.expert[e]['languages']) & set(q['languages']) for e in team):
            cost += q['days'] * (self.rules.get('interpretation_per_day') or 0)
        return cost + sum(self.toll(items, i, e)[0] for e in team)

    def cost(self, item):
        return item['cost'] if 'cost' in item else super().cost(item)

    def stay(self, items, i, e):
        first = last = i
        while (first, e) in self.before:
            first = self.before[first, e]
        while (last, e) in self.next:
            last = self.next[last, e]
        return (first, min(self.block(e, items[first]))), max(self.block(e, items[last]))

    def stays(self, items, i, e):
        (_, first), last = self.stay(items, i, e)
        return set(days_of(first, last))

    # Accreditations of the moment.

    def holds(self, items, e, topics, start, end):
        covers, full, k = set(), set(), (self.rules.get('accrual') or {}).get('missions_to_full')
        for a in self.expert[e]['accreditations']:
            if date(a['valid_from']) <= start and (not a['valid_to'] or end <= date(a['valid_to'])):
                covers |= set(a['topics']) & topics
                full |= set(a['topics']) & topics if a['level'] == 'full' else set()
        if k:
            for it in items:
                if self.span(it)[1] < start and e not in [s['expert'] for s in it['team']]:
                    for q in self.group(it):
                        covers |= set(q['topics']) & topics if e in q.get('candidates', []) else set()
            for topic in covers:
                full |= {topic} if k <= sum(
                    self.span(it)[1] < start and any(topic in q['topics'] for q in self.group(it))
                    and any(s['expert'] == e and s['role'] == 'trainee' for s in it['team']) for it in items) else set()
        return covers, bool(full)

    # Rules.

    def item_rules(self, items, i):
        it, group = items[i], self.group(items[i])
        q, (start, end), rules = group[0], self.span(it), self.rules
        for member in group:
            yield from self.dates_broken(dict(it, request=member['id']))
        limits = (rules.get('sessions') or {}).get(q['kind'])
        if any((g['kind'], g['region'], g['days'], g['mode']) != (q['kind'], q['region'], q['days'], q['mode']) for g in group):
            yield 'sessions'
        if not (limits['quorum'] <= len(group) <= limits['capacity'] if limits else len(group) == 1):
            yield 'sessions'
        team, topics = [s['expert'] for s in it['team']], set().union(*(g['topics'] for g in group))
        standing = [self.holds(items, e, topics, start, end) for e in team]
        speaks = [all(set(self.expert[e]['languages']) & set(g['languages']) for g in group) for e in team]
        roles, homes = [s['role'] for s in it['team']], [self.expert[e]['home'] for e in team]
        if (len(team) != max(g['experts'] for g in group) or len(set(team)) != len(team) or not all(c for c, _ in standing)
                or set().union(*(c for c, _ in standing)) != topics):
            yield 'team'
        if roles.count('lead') != 1 or any((r == 'trainee') == full for r, (_, full) in zip(roles, standing)):
            yield 'role'
        for e, role, (_, full), speak in zip(team, roles, standing, speaks):
            site = self.presence(e, q, it['host'])[0]
            if role == 'lead' and not (full and speak and (site or q['mode'] != 'hybrid')):
                yield 'lead'
            if ('on_site' if site else 'remote') not in self.expert[e]['delivers']:
                yield 'delivers'
            if any(between(d, self.expert[e]['unavailable']) for d in self.stays(items, i, e)):
                yield 'unavailable'
        if rules['language'] == 'all' and not all(speaks):
            yield 'language'
        if sum(not full for _, full in standing) > rules['trainees_max'][q['kind']]:
            yield 'trainees'
        if rules['not_own_administration'] and (it['host'] in homes or any(
                g['kind'] == 'national' and g['member'] in homes for g in group)):
            yield 'own'
        if rules.get('different_administrations') and len(set(homes)) < len(homes):
            yield 'own'

    def entries(self, items, e):
        """(item, days, counts as a mission?)"""
        for i, it in enumerate(items):
            here = e in [s['expert'] for s in it['team']]
            if here:
                yield i, self.stays(items, i, e), True
            elif self.rules.get('accrual') and any(e in q.get('candidates', []) for q in self.group(it)):
                yield i, set(days_of(*self.span(it))), False

    def chain(self, items, i, e):
        return self.stay(items, i, e)[0][0]

    def between_items(self, items):
        pinned = [it['request'] in self.pinned for it in items]
        for e, x in self.expert.items():
            mine = list(self.entries(items, e))
            for (i, a, m), (j, b, n) in itertools.combinations(mine, 2):
                if a & b and not (pinned[i] and pinned[j]) and not (
                        m and n and self.chain(items, i, e) == self.chain(items, j, e)):
                    yield 'overlap'
            for year in {it['start'][:4] for it in items}:
                now = [i for i, _, m in mine if m and items[i]['start'][:4] == year]
                if all(pinned[i] for i in now):
                    continue
                if len(now) > x['max_missions_year']:
                    yield 'missions'
                if sum(self.toll(items, i, e)[1] for i in now) > x['max_days_year']:
                    yield 'days'
        for rule, some, bad in self.groups(items):
            if rule in ('parallel', 'member', 'budget') and bad and not all(it['request'] in self.pinned for it in some):
                yield rule

    def broken_wide(self, items):
        found = set() if self.link(items) else {'chaining'}
        items = [dict(it, cost=self.price(items, i)) for i, it in enumerate(items)]
        served = [q['id'] for it in items for q in self.group(it)]
        found |= {'once'} if len(set(served)) != len(served) else set()
        found |= set(self.between_items(items))
        for i, it in enumerate(items):
            if it['request'] in self.pinned:
                continue
            found |= set(self.item_rules(items, i)) | set(self.money_broken(it))
            for q in self.group(it)[1:]:
                found |= set() if all(self.admits(g['fund'], dict(it, request=q['id'])) for g in it['funding']) else {'fund'}
        return found

    def value_wide(self, items):
        self.link(items)
        score = dict.fromkeys(oracle.TERMS, 0)
        w = self.weights
        alone = [dict(it, cost=self.price(items, i)) for i, it in enumerate(items)]
        score.update({k: v for k, v in self.score(alone).items() if k in ('cost', 'load')})
        each = [dict(it, request=q['id']) for it in items for q in self.group(it)]
        some = self.score([dict(it, cost=0) for it in each])
        score.update({k: some[k] for k in ('served', 'waiting', 'window', 'balance', 'stability')})
        return sum(score.values())

    # All plans.

    def admits(self, fund, item):
        one = super().admits
        return all(one(fund, dict(item, request=r)) for r in [item['request'], *item.get('joined', [])])

    def sets(self, free):
        """Ways to serve some of the requests, alone or together: lists of groups, the leader first."""
        if not free:
            yield []
            return
        first, rest = free[0], free[1:]
        yield from self.sets(rest)
        limits = (self.rules.get('sessions') or {}).get(first['kind'])
        sizes = range(limits['quorum'], limits['capacity'] + 1) if limits else [1]
        for n in sizes:
            for others in itertools.combinations(rest, n - 1):
                if n > 1 and any((o['kind'], o['region'], o['mode'], o['days']) != (
                        first['kind'], first['region'], first['mode'], first['days']) for o in others):
                    continue
                left = [q for q in rest if q not in others]
                for tail in self.sets(left):
                    for leader in [first, *others]:
                        yield [[leader, *(q for q in [first, *others] if q is not leader)], *tail]

    def places(self, group):
        key = tuple(q['id'] for q in group)
        if key not in self.known:
            self.known[key] = list(self.place(group))
        return self.known[key]

    def place(self, group):
        q, size = group[0], max(g['experts'] for g in group)
        for host in [h['member'] for h in q['hosts']]:
            for d in days_of(self.first, self.last):
                bare = {'request': q['id'], 'joined': [g['id'] for g in group[1:]], 'host': host, 'start': d.isoformat(),
                        'team': [], 'funding': []}
                if any(set(self.dates_broken(dict(bare, request=g['id']))) for g in group):
                    continue
                for team in itertools.combinations(self.expert, size):
                    if not self.rules.get('accrual') and not self.could(team, group, bare):
                        continue
                    yield dict(bare, team=[{'expert': e, 'role': 'expert'} for e in team])

    def could(self, team, group, bare):
        topics = set().union(*(g['topics'] for g in group))
        return set().union(*(self.holds([], e, topics, *self.span(bare))[0] for e in team)) == topics

    def links(self, items):
        """The items with each choice of chains."""
        pairs = []
        for e in self.expert:
            mine = sorted((it['start'], i) for i, it in enumerate(items) if e in [s['expert'] for s in it['team']])
            pairs += [(e, a, b) for (_, a), (_, b) in zip(mine, mine[1:]) if items[b]['request'] not in self.pinned]
        for n in range(len(pairs) + 1) if self.rules.get('chaining') else [0]:
            for some in itertools.combinations(pairs, n):
                after = {(e, b): items[a]['request'] for e, a, b in some}
                chained = [dict(it, team=[dict(s, after=after.get((s['expert'], i))) for s in it['team']])
                           for i, it in enumerate(items)]
                if self.link(chained):
                    yield chained

    def cast(self, items):
        """Roles by the standing of the day; the first who can leads. None: nobody can."""
        done = [dict(it) for it in items]
        for i in sorted(range(len(items)), key=lambda i: items[i]['start']):
            it, group = done[i], self.group(items[i])
            if it['request'] in self.pinned:
                continue
            topics, led, team = set().union(*(q['topics'] for q in group)), False, []
            for s in it['team']:
                e = s['expert']
                full = self.holds(done, e, topics, *self.span(it))[1]
                can = (full and not led and all(set(self.expert[e]['languages']) & set(q['languages']) for q in group)
                       and (group[0]['mode'] != 'hybrid' or self.presence(e, group[0], it['host'])[0]))
                led = led or can
                team.append(dict(s, role='lead' if can else 'expert' if full else 'trainee'))
            if not led:
                return None
            it['team'] = team
        return done

    def best(self, most):
        """(value, items); None if more than so many plans would have to be tried"""
        self.known = {}
        free = [q for q in self.i['requests'] if q['id'] not in self.pinned]
        fixed = list(self.pinned.values())
        best_value, best = self.value_wide(fixed), fixed
        ways = list(self.sets(free))
        if sum(math.prod(len(self.places(g)) for g in way) for way in ways) > most:
            return None
        for way in ways:
            for items in itertools.product(*(self.places(g) for g in way)):
                for chained in self.links(fixed + list(items)):
                    cast = self.cast(chained)
                    if cast is None or self.value_wide(cast) <= best_value:
                        continue
                    self.link(cast)
                    priced = [dict(it, cost=self.price(cast, i)) for i, it in enumerate(cast)]
                    if set(self.between_items(priced)) or any(
                            set(self.item_rules(priced, i)) for i, it in enumerate(priced) if it['request'] not in self.pinned):
                        continue
                    amounts = self.pay(priced)
                    if amounts is not None:
                        best_value = self.value_wide(cast)
                        best = [dict(it, funding=[{'fund': f, 'amount': n} for f, n in a.items()])
                                for it, a in zip(cast, amounts)]
        return best_value, best
