"""Every case of the answer key under its own policy, and every variant under its own; the disputed ones are listed
with the reading that the packs take. The only script here that reads what the key expects."""
import re
from key import *

SAID = ('line', 'other_line', 'code', 'units', 'fact')
ADMINISTRATION = re.compile(r'^(963[67]\d|964\d\d|965[0-4]\d|C8957|G0498|3659[123])$')


def services(charges):
    return summed([c for c in charges or [] if ADMINISTRATION.match(c['code'])])


def fits(want, finding, kinds):
    return finding['kind'] in kinds and \
        all(str(finding.get(k)) == str(want[k]) for k in want if k in SAID) and \
        ('modifiers' not in want or mark(finding.get('modifiers')) == mark(want['modifiers']))


def is_found(want, findings):
    """The finding, or what stands for it in its `or`: another kind, another set of findings, or none."""
    other = want.get('or')
    if other == []: return True
    other = other if isinstance(other, list) else [] if other is None else [other]
    words = [x for x in other if isinstance(x, str)]
    hits = [f for f in findings if fits(want, f, [want['kind']])] or \
        [f for f in findings if f['kind'] in words and f.get('line') == want.get('line')]
    if hits and set(want.get('services') or []) <= {s for f in hits for s in f.get('services') or []}: return True
    sets = [x for x in other if isinstance(x, list)]
    if any(isinstance(x, dict) for x in other): sets.append([x for x in other if isinstance(x, dict)])
    return any(all(is_found(w, findings) for w in s) for s in sets)


def misses(case, answer):
    """What an answer lacks of a case; nothing: they agree."""
    if 'error' in answer: return [answer['error']['message']]
    want, status, findings = case.expect, answer['status'], answer.get('findings') or []
    got = services(answer.get('charges'))
    if not any(('charges' not in e or services(e['charges']) == got) and e.get('status', 'complete') == status
               for e in [want] + (want.get('or') or [])):
        wanted = f"{shown(services(want.get('charges')))}, {want.get('status', 'complete')}"
        return [f'wanted {wanted}; got {shown(got)}, {status}']
    wrong, c = [], case.case
    if '/' in case.name: return wrong      # the rest of a case is about its own policy
    if 'expect_drug_lines' in c and status != 'no_rules':
        drugs, had = summed(c['expect_drug_lines']), summed(answer['drug_lines'])
        if drugs != had: wrong.append(f'drug lines: wanted {shown(drugs)}, got {shown(had)}')
    wrong += [f'no finding {w}' for w in c.get('expect_findings') or [] if not is_found(w, findings)]
    wrong += [f'line {f["line"]} should be clean: {f["kind"]} {f["rule"]}' for f in findings
              if f.get('line') in (c.get('expect_no_finding_on_lines') or []) and f['kind'] != 'note']
    wrong += [f'a {f["kind"]}: {f["message"]}' for f in findings if f['kind'] in (c.get('expect_no_kinds') or [])]
    wrong += [f'unwanted {w}' for w in c.get('expect_not') or [] for f in findings
              if fits(w, f, [w.get('kind', f['kind'])])]
    return wrong


everything = list(cases())
answers = asked([(c.pack, c.policy, c.encounter) for c in everything])
for name in FILES:
    ids = {json.loads(line)['id'] for line in open(f'{CASES}/{name}.jsonl', encoding='utf-8')}
    mine = [(c, a) for c, a in zip(everything, answers) if c.case['id'] in ids and not c.disputed]
    wrong = [f'{c.name} {c.policy or ""}: {m}' for c, a in mine for m in misses(c, a)]
    own = sum('/' not in c.name for c, _ in mine)
    variants = f', {len(mine) - own} variants' if own < len(mine) else ''
    told(f'key, {name}', wrong, f'{own} undisputed cases{variants}')
wrong, readings = [], []
for c, a in zip(everything, answers):
    if not c.disputed: continue
    taken = 'the key' if not misses(c, a) else \
        'the alternative' if services(c.case['alternative']) == services(a.get('charges')) else None
    if taken: readings.append(f'{c.name} {taken}')
    else: wrong.append(f"{c.name}: neither the key nor its alternative: {shown(services(a.get('charges')))}")
told('key, disputed', wrong, 'as read by ' + ', '.join(readings))
