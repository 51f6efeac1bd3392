"""What the scripts of this directory share: the program asked many encounters in few runs, the cases of the answer
key with the pack and policy each stands under, charges as a set. The expected answers are read by cases.py alone."""
import atexit, collections, concurrent.futures, copy, glob, json, os, re, shutil, subprocess, sys, tempfile

EDICT = os.environ.get('EDICT', 'build/release/edict')
SHARED = '../shared'
CASES, DATA = SHARED + '/cases', SHARED + '/data/ncci'
HOSPITAL, OFFICE = 'rulesets/medicare/hospital.edict', 'rulesets/medicare/office.edict'
FILES = ('published', 'boundary', 'held', 'audit')


WORK = tempfile.mkdtemp()
atexit.register(shutil.rmtree, WORK)


def built(pack, images={}):
    """The image of a pack, made once; an image is its own."""
    if pack.endswith('.edx'): return pack
    if pack not in images:
        images[pack] = f'{WORK}/{len(images)}.edx'
        p = subprocess.run([EDICT, 'build', pack, '-o', images[pack]], capture_output=True, text=True)
        if p.returncode: sys.exit(f'build {pack}: {p.stderr[:2000]}')
    return images[pack]


def told(name, wrong, what=''):
    """One check: its line, and what went wrong below it."""
    print(('not ok ' if wrong else 'ok ') + name + (': ' + what if what else ''), flush=True)
    for w in wrong[:12]: print('#   ' + str(w)[:600])
    if len(wrong) > 12: print(f'#   and {len(wrong) - 12} more')
    return not wrong


def asked(questions, read=json.loads):
    """Answers to (pack, policy, encounter)…, in their order: one run for each pack and policy, two runs at a time.
    `read` makes what is wanted of a line of answers."""
    runs = collections.defaultdict(list)
    for i, (pack, policy, _) in enumerate(questions): runs[pack, tuple(sorted(policy.items()))].append(i)

    images = {pack: built(pack) for pack, _ in runs}

    def one(run):
        (pack, policy), places = run
        text = ''.join(json.dumps(questions[i][2]) + '\n' for i in places)
        args = [EDICT, 'run', '-q', images[pack]] + [x for k, v in policy for x in ('--set', f'{k}={v}')]
        p = subprocess.run(args, input=text, capture_output=True, text=True)
        lines = p.stdout.splitlines()
        if p.returncode not in (0, 3) or len(lines) != len(places):
            sys.exit(f'{" ".join(args)}: status {p.returncode}, {len(lines)} of {len(places)}: {p.stderr[:2000]}')
        return places, lines

    answers = [None] * len(questions)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for places, lines in pool.map(one, runs.items()):
            for i, line in zip(places, lines): answers[i] = read(line)
    return answers


class Case:
    """A case, or one of its variants: encounter, pack and policy. `name` is the case's id, and the variant's number."""

    def __init__(self, case, name, policy, expect):
        self.name, self.policy, self.expect, self.case = name, policy, expect, case
        self.encounter, self.disputed = case['encounter'], bool(case.get('disputed')) and expect is case['expect']
        claim = self.encounter.get('claim') or \
            ('institutional' if self.encounter['setting'] == 'facility' else 'professional')
        self.pack = HOSPITAL if claim == 'institutional' else OFFICE


def cases():
    """Every case of the key and every variant, disputed or not."""
    for name in FILES:
        for line in open(f'{CASES}/{name}.jsonl', encoding='utf-8'):
            c = json.loads(line)
            yield Case(c, c['id'], c.get('policy') or {}, c['expect'])
            for i, v in enumerate(c.get('variants') or [], 1):
                yield Case(c, f"{c['id']}/variant {i}", v.get('policy') or {}, v)


def mark(modifiers):
    return tuple(sorted(modifiers or []))


def summed(charges, date=False):
    """Charges as a set: units by code and modifiers (and date)."""
    units = collections.Counter()
    for c in charges or []:
        units[(c['code'], mark(c.get('modifiers'))) + ((c['date'],) if date else ())] += c.get('units', 1)
    return units


def shown(units):
    return ' '.join('-'.join((k[0],) + k[1]) + f' x{n}' + ''.join(f' on {d}' for d in k[2:])
                    for k, n in sorted(units.items())) or 'nothing'


def identified(encounter):
    """With an id on each service, as it stands without one, and a number on each line."""
    e = copy.deepcopy(encounter)
    for i, s in enumerate(e['services'], 1): s.setdefault('id', f's{i}')
    for i, x in enumerate(e.get('lines') or [], 1): x.setdefault('line', i)
    return e


def record(encounter, lines=()):
    """The documented part of an encounter, with a claim beside it."""
    e = {k: v for k, v in encounter.items() if k != 'lines'}
    if lines: e['lines'] = list(lines)
    return e


def heard(answer):
    """Findings as a set that can be compared: what a biller would read, without the lines they are on."""
    return collections.Counter(json.dumps([f['kind'], f['rule'], f.get('fact'), sorted(f.get('services') or []),
                                           f.get('code'), f.get('units'), f['message']]) for f in answer['findings'])


def brief(f):
    return f"{f['kind']} {f['rule']} line {f.get('line')} {f['message']}"


def policies():
    """Every policy of the base and its values: the columns `policy` and `one of` of its `policies` blocks."""
    found = {}
    for path in sorted(glob.glob('rulesets/cpt/*.edict')):
        block = None
        for line in open(path, encoding='utf-8'):
            if re.match(r'\S', line) and not line.startswith('#'): block = line.split()[0]
            cells = [c.strip() for c in line.split('|')]
            if block == 'policies' and len(cells) > 3 and cells[1] != 'policy':
                found.setdefault(cells[1], [v.strip().removesuffix(' min') for v in cells[2].split(',')])
    return found
