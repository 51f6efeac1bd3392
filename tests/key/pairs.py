"""Every published pair of drug administration as a claim of two lines, in both orders, with and without a modifier that
lifts it on either: told or not as the table says, and nothing else of pairs; deleted pairs around their last day; as
many that are no pairs. The tables of the packs are their own: this reads the published ones."""
import datetime, random
from key import *

DAY, FIRST = '2024-08-15', '2009-01-01'    # a day of the quarter; the first day of the packs
TABLES = ((OFFICE, 'office', 'ptp_2024q3_practitioner_infusion.tsv', 1139),
          (HOSPITAL, 'facility', 'ptp_2024q3_outpatient_hospital_infusion.tsv', 886))
INDICATOR = {'0': ', whatever the modifier (indicator 0)', '1': ' without a modifier that lifts it (indicator 1)'}


def next_day(text):
    return (datetime.date.fromisoformat(text) + datetime.timedelta(1)).isoformat()


class Table:
    """Rows by pair: (last day or None, indicator)…; those that were never in force are left out."""

    def __init__(self, name):
        self.rows = collections.defaultdict(list)
        for line in open(f'{DATA}/{name}', encoding='latin-1').read().splitlines()[1:]:
            one, two, last, indicator, _ = line.split('\t')
            if indicator == '9': continue
            last = None if last == '*' else f'{last[:4]}-{last[4:6]}-{last[6:]}'
            self.rows[one, two].append((last, indicator))

    def in_force(self, one, two, date):
        """(column 1, column 2, indicator) of two codes, whichever comes first. The table has no first days: where rows
        of the two end on different days, in one order or in the other, the one that ends next is in force."""
        rows = [(last or 'open', a, b, i) for a, b in ((one, two), (two, one)) for last, i in self.rows.get((a, b), ())]
        rows = [row for row in rows if row[0] >= date]
        return {row[1:] for row in rows if row[0] == min(rows)[0]}


def claim(codes, modifiers, date, setting):
    return {'id': 'claim', 'setting': setting, 'date': date,
            'lines': [{'line': i, 'code': codes[i - 1], 'units': 1, 'modifiers': modifiers[i - 1]} for i in (1, 2)]}


def expected(table, codes, modifiers, date):
    """(line, other line, indicator) of every pair that is not paid."""
    lifted = any('59' in m for m in modifiers)
    return {(codes.index(b) + 1, codes.index(a) + 1, i)
            for a, b, i in table.in_force(*codes, date) if i == '0' or not lifted}


def got(answer):
    said = lambda f: next((i for i, text in INDICATOR.items() if f['message'].endswith(text)), None)
    return {(f['line'], f['other_line'], said(f))
            for f in answer['findings'] if f['rule'] == 'ptp' and f['kind'] == 'deny'}


def judged(table, questions):
    """What differs between the answers to (pack, codes, modifiers, date, setting)… and the table."""
    answers = asked([(pack, {}, claim(codes, modifiers, date, setting))
                     for pack, codes, modifiers, date, setting in questions])
    wrong = []
    for (pack, codes, modifiers, date, setting), a in zip(questions, answers):
        want, had = expected(table, codes, modifiers, date), got(a) if a['status'] == 'complete' else a['status']
        if date < FIRST: want = 'no_rules'
        if want != had: wrong.append(f'{codes} {modifiers} on {date}: wanted {want}, got {had}')
    return wrong


WAYS = ([], []), (['59'], []), ([], ['59']), (['76'], ['22'])
for pack, setting, name, active in TABLES:
    table = Table(name)
    pairs = sorted(p for p in table.rows if any(last is None for last, _ in table.rows[p]))
    what = setting + ', ' + name.split('_')[2]
    questions = [(pack, order, m, DAY, setting) for a, b in pairs for order in ((a, b), (b, a)) for m in WAYS]
    wrong = judged(table, questions)
    if len(pairs) != active: wrong.append(f'{len(pairs)} active pairs in the table, not {active}')
    told(f'pairs, {what}: as the table says', wrong, f'{len(pairs)} pairs, both orders, {len(WAYS)} ways of modifiers')
    ended = sorted({(a, b, last) for (a, b), rows in table.rows.items() for last, _ in rows if last})
    questions = [(pack, order, m, date, setting) for a, b, last in ended for m in WAYS
                 for date in {last, next_day(last), max(FIRST, next_day(last))} for order in ((a, b), (b, a))]
    told(f'pairs, {what}: deleted ones, last day and next', judged(table, questions),
         f'{len(ended)} pairs, {sum(last >= FIRST for _, _, last in ended)} deleted since {FIRST}')
    codes, chance = sorted({c for p in table.rows for c in p}), random.Random(1)
    apart = [(a, b) for a in codes for b in codes if a < b and not table.in_force(a, b, DAY)]
    apart = chance.sample(apart, min(len(apart), active))
    questions = [(pack, order, ([], []), DAY, setting) for p in apart for order in (p, p[::-1])]
    told(f'pairs, {what}: nothing of codes that are no pair', judged(table, questions), f'{len(apart)}, both orders')
