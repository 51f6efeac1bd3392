"""The claim against the record, whatever the key says: what is derived from a record, billed as it is, is clean under
every switch, and what is billed otherwise is told so. The expected answers are not read here."""
from key import *

LABORATORY = '80053'    # stands on a claim without meaning anything to the rules
INITIAL = ('96360', '96365', '96374', '96409', '96413')

# Findings on a derived claim that are meant, each with its reason.
SECOND = 'a second initial service on one date exceeds the unit value of one, it is appealed with records'
BARE = 'a policy that wants no modifier where the published edits want one'
EITHER = 'held, on one of two dates, but billed on neither'


def meant(finding, answer, lines, policy):
    line = next((x for x in lines if x['line'] == finding.get('line')), None)
    bare = 'none' in (policy.get('ptp_modifier'), policy.get('second_initial_modifier'))
    if finding['kind'] == 'deny' and line and finding['rule'] == 'ptp' and bare and not line['modifiers']: return BARE
    if finding['kind'] == 'deny' and line and finding['rule'] == 'mue' and line['code'] in INITIAL:
        same = [x for x in lines if x['code'] == line['code']]
        if len(same) > 1 and any(x['modifiers'] for x in same): return SECOND
        if bare and sum(x['units'] for x in same) > 1: return BARE
    if finding['kind'] == 'missing' and answer['status'] == 'held':
        if finding['code'] not in [x['code'] for x in lines]: return EITHER
    return None


def billed(answer):
    """The charges and drug lines of an answer as lines of a claim."""
    return [{'line': i, 'code': c['code'], 'units': c['units'], 'modifiers': c['modifiers'], 'date': c['date']}
            for i, c in enumerate(answer['charges'] + answer['drug_lines'], 1)]


def told_more(before, after):
    """Findings that came with the claim."""
    seen, more = heard(before), []
    for f in after['findings']:
        key = next(iter(heard({'findings': [f]})))
        if seen[key] > 0: seen[key] -= 1
        else: more.append(f)
    return more


class Claim:
    """A derived claim: case, policy, answer to the record alone, its lines, answer to record and lines."""

    def __init__(self, case, policy, alone):
        self.case, self.policy, self.alone, self.lines = case, policy, alone, billed(alone)

    def with_lines(self, lines):
        return self.case.pack, self.policy, record(self.case.encounter, lines)

    def says(self, line, what, answer):
        return f"{self.case.name} {self.policy or ''}: {shown(summed([line], True))} {what}: " + \
            ('; '.join(map(brief, told_more(self.answer, answer))) or 'nothing')


def claims(questions):
    """The derived claims of (case, policy)…, of those that support something; the answers to the records."""
    first = asked([(c.pack, p, record(c.encounter)) for c, p in questions])
    made = [Claim(c, p, a) for (c, p), a in zip(questions, first) if a.get('charges') or a.get('drug_lines')]
    for claim, a in zip(made, asked([x.with_lines(x.lines) for x in made])): claim.answer = a
    return made, first


def not_clean(made):
    """What is told of derived claims and not meant; how often what is meant was told."""
    wrong, excused = [], collections.Counter()
    for x in made:
        for f in told_more(x.alone, x.answer):
            reason = meant(f, x.alone, x.lines, x.policy)
            if reason: excused[reason] += 1
            else: wrong.append(f'{x.case.name} {x.policy or ""}: {brief(f)}: {shown(summed(x.lines))}')
        if x.alone['charges'] != x.answer['charges']: wrong.append(f'{x.case.name}: the claim changed the charges')
    return wrong, ''.join(f'; {n} meant: {r}' for r, n in excused.items())


def completed(encounter, findings):
    """The record with what its holds ask for: sites all one or all apart, each reason given or refused."""
    facts = {f.get('fact'): f.get('services') or [] for f in findings if f['kind'] == 'hold'}
    for apart in (False, True):
        for yes in (False, True):
            e = identified(encounter)
            for i, s in enumerate(e['services']):
                if s['id'] in facts.get('site', ()): s['site'] = f'site {i * apart}'
                if s['id'] in facts.get('site_necessary', ()): s['site_necessary'] = yes
            yield e


def perhaps_supported(claim, answer, line):
    """A value of what is not documented supports one unit more of the line's code."""
    return answer['status'] == 'held' and any(
        sum(x['units'] for x in a['charges'] if x['code'] == line['code']) > line['units']
        for a in asked([(claim.case.pack, claim.policy, record(e))
                        for e in completed(claim.case.encounter, answer['findings'])]))


def count(counts):
    return ', '.join(f'{n} {k}' for k, n in counts.items())


everything = [c for c in cases() if c.encounter.get('services')]
own, _ = claims([(c, c.policy) for c in everything])
wrong, excused = not_clean(own)
told('derived charges, billed as they are, give no finding', wrong, f'{len(own)} claims{excused}')

# ---- a line too few, a unit too many
changed = []
for x in own:
    for line in x.lines:
        rest = [y for y in x.lines if y is not line] + [{'line': 99, 'code': LABORATORY, 'units': 1}]
        more = [dict(y, units=y['units'] + 1) if y is line else y for y in x.lines]
        changed += [(x, 'dropped', line, rest), (x, 'with a unit more', line, more)]
wrong, counts = [], collections.Counter()
for (x, what, line, _), a in zip(changed, asked([x.with_lines(lines) for x, _, _, lines in changed])):
    new = told_more(x.answer, a)
    if what == 'dropped': new = [f for f in new if f['kind'] == 'missing' and f.get('code') == line['code']]
    else: new = [f for f in new if f['kind'] in ('change', 'deny') and f.get('line') == line['line']]
    if new: counts[what] += 1
    elif what != 'dropped' and perhaps_supported(x, a, line): counts['that a value of a missing fact supports'] += 1
    else: wrong.append(x.says(line, what, a))
told('each line dropped is missing, each unit added a change or a denial', wrong, count(counts))

# ---- a mark left out, and what is marked apart billed on one line
changed = []
for x in own:
    if x.alone['status'] != 'complete': continue
    for line in x.lines:
        for m in line['modifiers']:
            bare = dict(line, modifiers=[y for y in line['modifiers'] if y != m])
            changed.append((x, f'without {m}', line, [bare if y is line else y for y in x.lines]))
        same = [y for y in x.lines if (y['code'], y['date']) == (line['code'], line['date'])]
        if len(same) == 2 and line is same[0] and not {'JW', 'JZ'} & {m for y in same for m in y['modifiers']}:
            one = dict(line, units=same[0]['units'] + same[1]['units'], modifiers=[])
            changed.append((x, 'on one line', line, [one if y is line else y for y in x.lines if y is not same[1]]))
wrong, counts = [], collections.Counter()
for (x, what, line, _), a in zip(changed, asked([x.with_lines(lines) for x, _, _, lines in changed])):
    new = [f for f in told_more(x.answer, a) if f['kind'] in ('change', 'deny') and f.get('line') == line['line']]
    if new: counts[what] += 1
    else: wrong.append(x.says(line, what, a))
told('a mark left out, and what is marked apart on one line, is a change or a denial', wrong, count(counts))

# ---- every switch at every value
switches = policies()
todo = [(c, {name: v}) for name, values in switches.items() for v in values for c in everything if '/' not in c.name]
made, answers = claims(todo)
wrong, excused = not_clean(made)
wrong += [f'{c.name} {p}: {a["error"]}' for (c, p), a in zip(todo, answers) if 'error' in a]
wrong += [f'{c.name} {p}: {brief(f)}' for (c, p), a in zip(todo, answers) for f in a.get('findings') or []
          if f['kind'] == 'review' and ' and ' in f['rule']]
told('every switch at every value answers, and its derived claim is clean', wrong,
     f'{len(switches)} switches, {sum(map(len, switches.values()))} values, {len(todo)} answers{excused}')
