# SPDX-License-Identifier: Apache-2.0
"""Tiny random instances, and plans for them: some good, most broken somewhere."""
import copy, datetime as dt

FIRST = dt.date(2026, 12, 14)                    # a Monday; two calendar years are met
TOPICS, LANGS, REGIONS = ['A', 'B', 'C'], ['en', 'fr'], ['X', 'Y']
PLACES = [(0.0, 0.0), (0.3, 0.2), (20.0, 10.0), (-35.0, 149.0)]
KINDS = ['accreditation', 'regional', 'national']


def day(i):
    return (FIRST + dt.timedelta(i)).isoformat()


def some(g, items, least=1):
    return [x for x in items if g.random() < 0.6] or items[:least]


def rules(g, n, optional):
    r = {'opens': {k: day(g.choice([-50, -50, -50, 4])) for k in KINDS}, 'lead_days': g.choice([0, 3]),
         'parallel_max': g.choice([1, 2, 2]), 'national_per_year': g.choice([1, 1, 2]),
         'national_gap_days': g.choice([0, 5, 10]), 'rest_days': g.choice([0, 1, 2]),
         'not_own_administration': g.random() < 0.5, 'language': g.choice(['lead', 'lead', 'all']),
         'funds_max': g.choice([1, 2, 2]), 'trainees_max': {k: g.choice([0, 1]) for k in KINDS},
         'fair_missions': g.choice([0, 1, 2])}
    if optional:
        r['different_administrations'] = g.random() < 0.5
        r['interpretation_per_day'] = g.choice([0, None, 700])
        r['parallel_region'] = g.choice([None, {'X': 1}, {'X': 1, 'Y': 0}])
    return r


def expert(g, i, n):
    a = g.randrange(-30, 5)
    acc = [{'topics': some(g, TOPICS), 'level': g.choice(['pre', 'full', 'full']), 'valid_from': day(a),
            'valid_to': g.choice([None, None, day(g.randrange(8, n + 9))])}]
    if g.random() < 0.4:
        acc.append({'topics': some(g, TOPICS), 'level': g.choice(['pre', 'full']),
                    'valid_from': day(g.randrange(0, n)), 'valid_to': None})
    away = g.randrange(0, n)
    return {'id': 'E%d' % i, 'home': 'M%d' % g.randrange(len(PLACES)), 'languages': some(g, LANGS),
            'accreditations': acc, 'unavailable': [[day(away), day(away + g.randrange(0, 3))]] * g.randrange(0, 2),
            'delivers': g.choice([['on_site', 'remote'], ['on_site', 'remote'], ['on_site'], ['remote']]),
            'max_missions_year': g.choice([1, 2, 3]), 'max_days_year': g.choice([4, 8, 20])}


def request(g, i, n):
    kind, ready = g.choice(KINDS), g.randrange(-20, 6)
    el = {'notification': day(ready - 5), 'kpi_evaluation': day(ready), 'dg_request': day(ready - 2)}
    waived = g.choice([[], [], ['kpi_evaluation']])
    if g.random() < 0.15:
        el[g.choice(list(el))] = None
    a = g.randrange(0, n)
    hosts = g.sample(range(len(PLACES)), g.choice([1, 1, 2]))
    return {'id': 'Q%d' % i, 'kind': kind, 'member': 'M%d' % hosts[0], 'region': g.choice(REGIONS), 'eligibility': el,
            'waived': waived, 'days': g.choice([1, 2, 3]), 'topics': some(g, TOPICS), 'languages': some(g, LANGS),
            'experts': g.choice([1, 1, 2]), 'mode': g.choice(['in_person', 'in_person', 'hybrid', 'online']),
            'priority': g.randrange(0, 4), 'earliest': g.choice([None, None, day(g.randrange(0, 6))]),
            'latest': day(g.choice([n - 1, n - 1, g.randrange(4, n + 4)])), 'preferred': [day(a), day(a + 4)],
            'hosts': [{'member': 'M%d' % h, 'fixed_cost': g.choice([0, 1000, 2500])} for h in hosts]}


def instance(g, n_requests=3, n_experts=4, optional=True):
    n = g.choice([14, 18, 24])
    funds = [{'id': 'F%d' % i, 'donor': 'D', 'regions': g.choice([[], [], ['X']]), 'members': g.choice([[], [], ['M0', 'ZZ']]),
              'topics': g.choice([[], [], ['A']]), 'kinds': g.choice([[], [], ['national', 'regional']]),
              'period': [day(g.choice([-5, -5, 3])), day(g.choice([n + 5, n + 5, n - 4]))], 'currency': 'EUR',
              'min_share_percent': g.choice([0, 20, 60]),
              'budget': {'2026': g.choice([0, 3000, 9000]), '2027': g.choice([4000, 9000])}} for i in range(2)]
    a = g.randrange(0, n)
    out = {'format': 'atelier-instance/1', 'id': 'tiny', 'currency': 'EUR', 'horizon': {'first': day(0), 'last': day(n - 1)},
           'languages': LANGS, 'topics': TOPICS, 'regions': [{'code': r, 'target': g.randrange(0, 3)} for r in REGIONS],
           'rules': rules(g, n, optional),
           'weights': {'served': g.choice([10, 100]), 'waiting': g.randrange(0, 4), 'window': g.randrange(0, 9),
                       'money_per_point': g.choice([1, 300]), 'balance': g.randrange(0, 50), 'load': g.randrange(0, 9),
                       'stability': {'dropped': 8, 'moved': 4, 'expert': 1}},
           'travel': {'same_city_below_km': 50, 'one_day_below_km': 6000, 'far_days': g.choice([0, 2, 3]),
                      'hybrid_on_site_below_km': 3000, 'fare_base': 120, 'fare_per_1000_km': 149, 'fare_step': g.choice([1, 10])},
           'secretariat_closed': g.choice([[], [[day(a), day(a)]]]),
           'members': [{'code': 'M%d' % i, 'region': g.choice(REGIONS), 'lat': lat, 'lon': lon, 'languages': ['en'],
                        'weekend': g.choice([['sat', 'sun'], ['fri', 'sat'], []]), 'closed': g.choice([[], [day(a)]]),
                        'blackout': g.choice([[], [[day(a), day(a + 2)]]]), 'per_diem': g.choice([0, 150])}
                       for i, (lat, lon) in enumerate(PLACES)],
           'experts': [expert(g, i, n) for i in range(n_experts)], 'funds': funds,
           'requests': [request(g, i, n) for i in range(n_requests)], 'pinned': [], 'baseline': []}
    return out


def widen(g, instance):
    """Rules by which items depend on one another; the instance is made to have use for them."""
    rules, requests = instance['rules'], instance['requests']
    which = g.randrange(1, 8)
    instance['weights'].update(served=g.choice([30, 100]), money_per_point=300)
    for f in instance['funds']:
        f.update(regions=[], members=[], topics=[], kinds=[], budget={y: g.choice([3000, 9000, 20000]) for y in ('2026', '2027')})
    for e in instance['experts']:
        e.update(delivers=['on_site', 'remote'], max_missions_year=3, max_days_year=g.choice([8, 20]))
    for r in requests:
        r.update(waived=['notification', 'kpi_evaluation', 'dg_request'], mode=g.choice(['in_person', 'in_person', 'hybrid']))
    if which & 1:
        rules['chaining'] = {'max_gap_days': g.choice([0, 2, 6])}
        rules['rest_days'] = g.choice([1, 2])
        instance['travel'].update(far_days=g.choice([2, 3]), one_day_below_km=g.choice([100, 6000]))
        for m in instance['members']:
            m.update(region=g.choice(['X', 'X', 'X', 'Y']), weekend=g.choice([['sat', 'sun'], []]))
        for e in instance['experts']:
            e.update(home=g.choice(['M3', 'M3', 'M2']), languages=LANGS)
        for r in requests:
            r['hosts'] = [{'member': g.choice(['M0', 'M1', 'M2']), 'fixed_cost': g.choice([0, 1000])}]
    if which & 2:
        quorum = g.choice([1, 1, 2])
        limits = {'quorum': quorum, 'capacity': quorum + g.choice([0, 1, 1])}
        rules['sessions'] = {k: limits for k in g.sample(KINDS[:2], g.choice([1, 2]))}
        kind = g.choice(list(rules['sessions']))
        for r in requests:
            if r is requests[0] or g.random() < 0.8:
                r.update({k: requests[0][k] for k in ('region', 'mode', 'days')}, kind=kind)
                r['hosts'] = [dict(h, fixed_cost=g.choice([0, 1000, 2500])) for h in requests[0]['hosts']]
    if which & 4:
        rules['accrual'] = {'missions_to_full': g.choice([1, 1, 2])}
        rules['trainees_max'] = dict.fromkeys(KINDS, 1)
        requests[0]['kind'] = 'accreditation'
        for e in instance['experts'][1:]:
            if g.random() < 0.6:
                e['accreditations'] = [dict(a, level='pre') for a in e['accreditations'][:g.randrange(2)]]
        for r in requests:
            if r['kind'] == 'accreditation':
                r['candidates'] = g.sample([e['id'] for e in instance['experts']], g.choice([1, 2]))


def random_item(g, world, q, n, good=0.8):
    """An item for the request, its roles and money right most of the time."""
    item = {'request': q['id'], 'host': g.choice(q['hosts'])['member'], 'start': day(g.randrange(0, n)), 'funding': []}
    who = g.sample(list(world.expert), min(q['experts'], len(world.expert)))
    start, end = world.span(item)
    item['team'] = [{'expert': e, 'role': 'expert' if world.standing(e, q, start, end)[1] else 'trainee'} for e in who]
    item['team'][g.randrange(len(who))]['role'] = 'lead'
    cost = world.cost(item)
    funds = g.sample(list(world.fund), g.choice([1, 1, 2]))
    first = cost if len(funds) == 1 else cost // 2
    item['funding'] = [{'fund': f, 'amount': m} for f, m in zip(funds, [first, cost - first]) if m > 0]
    if g.random() > good:
        change = g.randrange(4)
        if change == 0:
            g.choice(item['team'])['role'] = g.choice(['lead', 'expert', 'trainee'])
        elif change == 1 and item['funding']:
            g.choice(item['funding'])['amount'] += 1
        elif change == 2:
            item['team'].append({'expert': g.choice(list(world.expert)), 'role': 'expert'})
        elif item['funding']:
            item['funding'].append(dict(item['funding'][0]))
    return item


def pin(g, world, instance):
    """Some items of a random plan become facts, some the released plan."""
    n = 10
    for q in instance['requests']:
        item = random_item(g, world, q, n, good=1)
        if g.random() < 0.2:
            instance['pinned'].append(item)
        if g.random() < 0.4:
            instance['baseline'].append({'request': q['id'], 'host': item['host'], 'start': item['start'],
                                         'team': [s['expert'] for s in item['team']], 'weight': g.randrange(0, 5)})


def plan(g, world, n=16):
    """Items by start, then request."""
    items = [copy.deepcopy(p) for p in world.pinned.values()]
    for q in world.i['requests']:
        if q['id'] not in world.pinned and g.random() < 0.6:
            tries = [random_item(g, world, q, n) for _ in range(g.choice([1, 12]))]
            items.append(min(tries, key=lambda it: len(world.static_broken(it))))
    return sorted(items, key=lambda it: (it['start'], it['request']))


def document(world, items):
    """The whole plan: what it says of itself is right."""
    score = world.score(items)
    left = sorted(set(world.request) - {it['request'] for it in items})
    return {'format': 'atelier-plan/1', 'instance': world.i['id'], 'status': 'feasible', 'value': sum(score.values()),
            'bound': None, 'gap': None, 'seed': 1, 'work_units': 1, 'cpu_seconds': 0.1, 'score': score, 'items': items,
            'unserved': [{'request': r, 'reasons': [{'code': 'choice'}], 'earliest': None, 'unblock': []} for r in left]}
