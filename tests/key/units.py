"""Every row of the published tables of most units, read by the compiler in their own layouts: at its value and one
above, on one line and on two, on one date and on two; zero denies one unit. And the packs' own rows against them."""
import csv
from key import *

CMS = 'MCR_MUE_PractitionerServices_Eff_04-01-2026.csv'
FILES = ((OFFICE, 'cms mue', CMS, '2026-05-04'),
         (OFFICE, 'mue table', 'mue_2024q3_practitioner.csv', '2024-08-15'),
         (HOSPITAL, 'mue table', 'mue_2024q3_outpatient_hospital.csv', '2024-08-15'))
PACK = '''pack key.units{n} extends medicare.{base} from "{path}"
  title     "Most units from a whole file"
  version   1
  effective 2009-01-01 until open

retires limit mue

limit mue "Medically unlikely units", cite MUE
  of line
  from file "{file}" as {reader}
'''


def rows(name):
    """(code, most, indicator) of each row, by the csv module: past the notice and the header."""
    with open(f'{DATA}/{name}', encoding='latin-1', newline='') as f:
        for r in list(csv.reader(f))[2 if name == CMS else 1:]: yield r[0], int(r[1]), r[2][0]


def claim(setting, date, code, *lines):
    return {'id': code, 'setting': setting, 'date': date,
            'lines': [{'line': i, 'code': code, 'units': u, 'date': d} for i, (u, d) in enumerate(lines, 1)]}


def tries(code, most, indicator, setting, date):
    """Claims and the lines that are denied: all of them for a date (2, 3), the line above it for a line (1)."""
    later = date[:-1] + str(int(date[-1]) + 1)
    both = [] if indicator == '1' else [1, 2]
    yield claim(setting, date, code, (most + 1, date)), [1]
    if most == 0: return
    yield claim(setting, date, code, (most, date)), []
    yield claim(setting, date, code, (most, date), (1, date)), both
    yield claim(setting, date, code, (1, date), (most + 1, date)), both or [2]
    yield claim(setting, date, code, (most, date), (most, later)), []
    if most > 1: yield claim(setting, date, code, (most - 1, date), (1, date)), []


def denied(line):
    """Lines of a claim that an answer denies for their units."""
    if '"rule": "mue"' not in line: return []
    return sorted(f['line'] for f in json.loads(line)['findings'] if f['rule'] == 'mue' and f['kind'] == 'deny')


drugs = {r['hcpcs'] for r in csv.DictReader(open(f'{SHARED}/domain/drugs.csv', encoding='utf-8'))}
codes = {r['code'] for r in csv.DictReader(open(f'{SHARED}/domain/codes.csv', encoding='utf-8'))}
for n, (base, reader, name, date) in enumerate(FILES):
    setting = 'office' if base == OFFICE else 'facility'
    pack = f'{WORK}/units{n}.edict'
    with open(pack, 'w') as f:
        f.write(PACK.format(n=n, base='office' if base == OFFICE else 'hospital', path=os.path.abspath(base),
                            file=os.path.abspath(f'{DATA}/{name}'), reader=reader))
    table = list(rows(name))
    made = [t for code, most, indicator in table for t in tries(code, most, indicator, setting, date)]
    wrong = [f'{json.dumps(e["lines"])}: wanted {want}, got {had}'
             for (e, want), had in zip(made, asked([(pack, {}, e) for e, _ in made], denied)) if had != want]
    if len(table) < 14000: wrong.append(f'only {len(table)} rows were found in the file')
    zero, line = sum(most == 0 for _, most, _ in table), sum(i == '1' for _, _, i in table)
    told(f'units, {name}', wrong, f'{len(table)} rows, {zero} of them 0, {line} by the line, {len(made)} claims')
    if name == CMS: continue

    # ---- the packs' own rows: what they say is what the table of their quarter says, for drug administration all of it
    told_of, wrong = collections.defaultdict(list), []
    for (e, want), had in zip(made, asked([(base, {}, e) for e, _ in made], denied)):
        told_of[e['id']].append((e, want, had))
    known = {code for code, tried in told_of.items() if any(had for _, _, had in tried)}
    wrong += [f'{json.dumps(e["lines"])}: wanted {want}, got {had}'
              for code in sorted(known) for e, want, had in told_of[code] if had != want]
    wrong += [f'{code} has no row' for code, _, _ in table if code in drugs | codes and code not in known]
    told(f'units, {base}', wrong, f'{len(known)} rows of its own')
