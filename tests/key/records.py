"""What a record says, whatever the key says: a missing stop holds and takes nothing back; names, order and the day mean
nothing. The expected answers are not read here."""
import copy, datetime
from key import *

SAID = ('kind', 'rule', 'line', 'other_line', 'code', 'units', 'fact', 'message')
MINUTES = (1, 15, 16, 30, 31, 60, 90, 91, 150, 151, 480, 481, 1440)


def clock(text, minutes):
    return (datetime.datetime.fromisoformat(text) + datetime.timedelta(minutes=minutes)).isoformat(timespec='minutes')


def day(text, days):
    return (datetime.date.fromisoformat(text) + datetime.timedelta(days=days)).isoformat()


def in_both(listed, full):
    """Charges that stand are among the whole ones, with no more units."""
    return all(full[k] >= n for k, n in listed.items())


def count(counts):
    return ', '.join(f'{n} {k}' for k, n in counts.items())


everything = [c for c in cases() if c.encounter.get('services')]

# ---- a stop that is deleted, and put back
whole = asked([(c.pack, c.policy, record(c.encounter)) for c in everything])
removed = []
for c, a in zip(everything, whole):
    for i, s in enumerate(c.encounter['services']):
        if s.get('method') in ('infusion', 'pump') and s.get('stop'):
            e = copy.deepcopy(record(c.encounter))
            del e['services'][i]['stop']
            removed.append((c, a, i, s, e))
wrong, counts, back = [], collections.Counter(), []
for (c, a, i, s, e), w in zip(removed, asked([(c.pack, c.policy, e) for c, _, _, _, e in removed])):
    name = s.get('id') or f's{i + 1}'
    if c.policy.get('missing_stop_time', 'hold') != 'hold':
        counts['under a policy that does not hold'] += 1
        continue
    if w['status'] == 'held' and any(f['kind'] == 'hold' and f.get('fact') == 'stop' and name in f.get('services', ())
                                     for f in w['findings']):
        counts['held'] += 1
    elif s.get('purpose') in (None, 'vehicle', 'keep_open', 'flush', 'test_dose') and \
            w['charges'] == a['charges'] and heard(w) == heard(a):
        counts['of what supports nothing, however long'] += 1
    else: wrong.append(f"{c.name}: {name} without stop: {w['status']}, {[brief(f) for f in w['findings']]} {s}")
    if not in_both(summed(w['charges'], True), summed(a['charges'], True)):
        wrong.append(f"{c.name}: {name}: listed {shown(summed(w['charges'], True))}, with the stop "
                     f"{shown(summed(a['charges'], True))}")
    if w['drug_lines'] != a['drug_lines']: wrong.append(f'{c.name}: {name}: drug lines changed')
    for m in MINUTES if s.get('start') else ():
        again = copy.deepcopy(e)
        again['services'][i]['stop'] = clock(s['start'], m)
        back.append((c, name, m, w, again))
told('a stop deleted holds, names service and fact, and nothing listed is taken back', wrong, count(counts))
wrong = [f"{c.name}: {name}: listed {shown(summed(w['charges']))}, after {m} min {shown(summed(a['charges']))}"
         for (c, name, m, w, e), a in zip(back, asked([(c.pack, c.policy, e) for c, _, _, _, e in back]))
         if not in_both(summed(w['charges']), summed(a['charges'])) and a['status'] == 'complete']
told('nor by any other stop', wrong, f'{len(back)} stops, {min(MINUTES)} to {max(MINUTES)} min after the start')

# ---- order, names, the day


def orders(things):
    """Backwards, turned by one, and the two halves exchanged."""
    half = len(things) // 2
    return [things[::-1], things[1:] + things[:1], things[half:] + things[:half]]


def moved(encounter, days):
    """All its dates and clock times, some days later."""
    e = copy.deepcopy(encounter)
    e['date'] = day(e['date'], days)
    for s in e['services']: s.update({k: clock(s[k], days * 24 * 60) for k in ('start', 'stop') if s.get(k)})
    for x in e.get('lines') or []: x.update({k: day(x[k], days) for k in ('date',) if x.get(k)})
    return e


def with_names(encounter, names):
    """Services, sites, orders and bags under other names: by what they name, and how many names came before."""
    e, seen = copy.deepcopy(encounter), {}
    for s in e['services']:
        for k in ('id', 'site', 'order', 'bag'):
            if s.get(k) is not None: s[k] = seen.setdefault((k, s[k]), names(k, sum(x[0] == k for x in seen)))
    return e, {new: old for (k, old), new in seen.items() if k == 'id'}


# Texts that the tables of the base give: a site may happen to be called so.
TEXTS = sorted({t for item in re.split(r'\n(?=\S)', open('rulesets/cpt/administration.edict', encoding='utf-8').read())
                if item.startswith('table') for t in re.findall(r'\| "([^"]+)" ', item)} | {'main', '0'})


def called(text, at):
    """Other names for all, but the site, order, bag or id that stands at that place is called so."""
    return lambda k, n: text if n == at else f'{k}{n}'


NAMES = [('other names', lambda k, n: f'{k} {"zyxwvutsrqponmlkjihgfedcba"[n]}'), ('positions as names', lambda k, n: f's{9 - n}')] + \
    [('names that the packs use', called(text, at)) for text in TEXTS for at in (0, 1)]


def plain(answer, ids, days):
    """An answer without what names the encounter; services by their first names, dates moved back. What stands of a
    held encounter is certain by code, units and modifiers: the service that it belongs to may move."""
    sure = answer['status'] == 'complete'
    charge = lambda c: json.dumps([c['code'], c['units'], mark(c['modifiers']), day(c['date'], -days),
                                   sure and sorted(map(ids, c['services']))])
    finding = lambda f: json.dumps([f.get(k) for k in SAID] +
                                   [sorted(map(ids, f.get('services') or [])), mark(f.get('modifiers'))])
    return [answer['status']] + [sorted(map(form, answer.get(k) or [])) for k, form in
                                 (('charges', charge), ('drug_lines', charge), ('findings', finding))]


# Every date that a rule begins or ends on.
DATES = {d for path in glob.glob('rulesets/**/*.edict', recursive=True)
         for item in re.split(r'\n(?=\S)', open(path, encoding='utf-8').read())
         if not re.match('#|cite|pack|tests', item) for d in re.findall(r'\d{4}-\d\d-\d\d', item)}

todo, crossed, same = [], 0, lambda name: name
for c in everything:
    e = identified(c.encounter)
    todo.append((c, 'as it is', e, same, 0))
    todo += [(c, 'another order of the services', dict(e, services=x), same, 0) for x in orders(e['services'])]
    todo += [(c, 'another order of the lines', dict(e, lines=x), same, 0) for x in orders(e.get('lines') or []) if x]
    for how, names in NAMES:
        new, old = with_names(e, names)
        todo.append((c, how, new, old.get, 0))
    for days in (1, -1):
        first, last = sorted((e['date'], day(e['date'], days)))
        if any(first <= d <= last for d in DATES): crossed += 1
        else: todo.append((c, 'another day', moved(e, days), same, days))
wrong, counts, base = collections.defaultdict(list), collections.Counter(), None
for (c, how, e, ids, days), a in zip(todo, asked([(c.pack, c.policy, e) for c, _, e, _, _ in todo])):
    counts[how] += 1
    got = [a['error']] if 'error' in a else plain(a, ids, days)
    if how == 'as it is': base = got
    elif got != base:
        wrong[how].append(f'{c.name}: ' + '; '.join(f'{x} became {y}' for x, y in zip(base, got) if x != y))
for how in counts:
    if how == 'as it is': continue
    told(f'{how} changes nothing', wrong[how], f'{counts[how]} encounters' +
         (f'; {crossed} more would meet the date of a rule' if how == 'another day' else ''))
