"""Every published pair of drug administration as a claim of two lines, in both orders, with and without a modifier that
lifts it on either: told or not as the table says, and nothing else of pairs; deleted pairs around their last day; as
many that are no pairs. The rows of the packs are their own."""
import random
from ptp import *

TABLES = (OFFICE, 'office', 'practitioner', 1139), (HOSPITAL, 'facility', 'outpatient_hospital', 886)
for pack, setting, name, active in TABLES:
    table = Table()
    for line in open(f'{DATA}/ptp_2024q3_{name}_infusion.tsv', encoding='latin-1').read().splitlines()[1:]:
        table.add(*line.split('\t')[:4])
    pairs = sorted(p for p, rows in table.rows.items() if any(last is None for last, _ in rows))
    wrong = judged(table, [(pack, p, m, DAY, setting) for a, b in pairs for p in ((a, b), (b, a)) for m in WAYS])
    if len(pairs) != active: wrong.append(f'{len(pairs)} active pairs in the table, not {active}')
    told(f'pairs, {name}: as the table says', wrong, f'{len(pairs)} pairs, both orders, {len(WAYS)} ways of modifiers')

    ended = sorted({(a, b, last) for (a, b), rows in table.rows.items() for last, _ in rows if last})
    wrong = judged(table, [(pack, p, m, date, setting) for a, b, last in ended for m in WAYS for p in ((a, b), (b, a))
                           for date in {last, next_day(last), max(FIRST, next_day(last))}])
    told(f'pairs, {name}: deleted ones, last day and next', wrong,
         f'{len(ended)} pairs, {sum(last >= FIRST for _, _, last in ended)} of them since {FIRST}')

    codes = sorted({c for p in table.rows for c in p})
    apart = [(a, b) for a in codes for b in codes if a < b and not table.in_force(a, b, DAY)]
    apart = random.Random(1).sample(apart, min(len(apart), active))
    wrong = judged(table, [(pack, order, ([], []), DAY, setting) for p in apart for order in (p, p[::-1])])
    told(f'pairs, {name}: nothing of codes that are no pair', wrong, f'{len(apart)} of them, both orders')
