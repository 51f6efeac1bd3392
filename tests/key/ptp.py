"""Published tables of pairs for pairs.py and whole.py: rows in force on a day, the claim of two lines, what is found in
it. The tables are read here too, independently of the compiler."""
import datetime
from key import *

DAY, FIRST = '2024-08-15', '2009-01-01'    # a day of the tables' quarter; the first day of the packs
WAYS = ([], []), (['59'], []), ([], ['59']), (['76'], ['22'])    # modifiers of the lines; 59 lifts, 76 and 22 do not
SAYS = {'0': ', whatever the modifier (indicator 0)', '1': ' without a modifier that lifts it (indicator 1)'}


def date_of(field):
    return None if field == '*' else f'{field[:4]}-{field[4:6]}-{field[6:]}'


def next_day(date):
    return (datetime.date.fromisoformat(date) + datetime.timedelta(1)).isoformat()


class Table:
    """Rows by pair: (last day or None, indicator)…; those that were never in force are left out."""

    def __init__(self):
        self.rows = collections.defaultdict(list)

    def add(self, one, two, last, indicator):
        if indicator != '9': self.rows[one, two].append((date_of(last), indicator))

    def in_force(self, one, two, date):
        """(column 1, column 2, indicator) of two codes, whichever comes first. The tables have no first days: where
        rows of the two end on different days, in one order or in the other, the one that ends next is in force."""
        rows = [(last or 'open', a, b, i) for a, b in ((one, two), (two, one)) for last, i in self.rows.get((a, b), ())]
        rows = [row for row in rows if row[0] >= date]
        return {row[1:] for row in rows if row[0] == min(rows)[0]}


def claim(codes, modifiers, date, setting):
    return {'id': 'claim', 'setting': setting, 'date': date,
            'lines': [{'line': i, 'code': codes[i - 1], 'units': 1, 'modifiers': modifiers[i - 1]} for i in (1, 2)]}


def told_of(line):
    """(line, other line, indicator) of the pairs that an answer denies, or its status where there is no answer."""
    answer = json.loads(line)
    if answer['status'] != 'complete': return answer['status']
    says = lambda f: next((i for i, text in SAYS.items() if f['message'].endswith(text)), None)
    denied = [f for f in answer['findings'] if f['rule'] == 'ptp' and f['kind'] == 'deny']
    return {(f['line'], f['other_line'], says(f)) for f in denied}


def judged(table, questions):
    """What differs between the answers to (pack, codes, modifiers, date, setting)… and the table."""
    wrong, answers = [], asked([(q[0], {}, claim(*q[1:])) for q in questions], told_of)
    for (_, codes, modifiers, date, _), had in zip(questions, answers):
        lifted = any('59' in m for m in modifiers)
        want = 'no_rules' if date < FIRST else {(codes.index(b) + 1, codes.index(a) + 1, i) for a, b, i in
                                                table.in_force(*codes, date) if i == '0' or not lifted}
        if want != had: wrong.append(f'{codes} {modifiers} on {date}: wanted {want}, got {had}')
    return wrong
