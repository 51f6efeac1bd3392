"""The whole published table of practitioner pairs, read as it is beside the office pack: in little memory, opened and
asked without reading all of it, and a sample of its rows answers as it says. Part `whole` of tests/run.sh."""
import shutil, subprocess
from ptp import *

NAME = 'full_ptp_2024q3_practitioner_no_effective_dates.txt'
MOST = 128 * 1024    # KiB of memory
EVERY = 211          # of so many rows one is asked
PACK = '''pack key.whole extends medicare.office from "{path}"
  title     "The whole table of pairs"
  version   1
  effective 2009-01-01 until open

retires bundle ptp

bundle ptp "Column two is not paid beside column one", cite PTPP
  of line with same date
  lifted by ncci_associated
  from file "{file}" as cms ptp
'''


class Whole(Table):
    def in_force(self, one, two, date):
        """Without a first day a row holds until its last; of two indicators of one pair the stricter."""
        for a, b in ((one, two), (two, one)):
            alive = [i for last, i in self.rows.get((a, b), ()) if not last or last >= date]
            if alive: yield a, b, min(alive)


def fields():
    with open(f'{WORK}/{NAME}', encoding='latin-1') as f:
        for n, line in enumerate(f):
            if n > 5: yield line.split('\t')


def resident(process, end):
    """KiB of a mapped file that a process has touched."""
    name, kib = '', 0
    for line in open(f'/proc/{process}/smaps'):
        if '-' in line.split()[0]: name = line.split()[-1]
        elif line.startswith('Rss:') and name.endswith(end): kib += int(line.split()[1])
    return kib


if not shutil.which('zstd') or not os.path.exists(f'{DATA}/{NAME}.zst'):
    print('skip the whole table is not here, or no zstd')
    sys.exit()
subprocess.run(['zstd', '-dqf', '-o', f'{WORK}/{NAME}', f'{DATA}/{NAME}.zst'], check=True)
pack, image = f'{WORK}/whole.edict', f'{WORK}/whole.edx'
with open(pack, 'w') as f: f.write(PACK.format(path=os.path.abspath(OFFICE), file=NAME))

build = subprocess.Popen([EDICT, 'build', pack, '-o', image], stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(build.pid, 0)
wrong = [f'status {status}'] if status else []
if usage.ru_maxrss > MOST: wrong.append(f'{usage.ru_maxrss} KiB, at most {MOST}')
told('whole table: compiled in little memory', wrong, f'at most {usage.ru_maxrss // 1024} MiB resident')
if status: sys.exit()

run = subprocess.Popen([EDICT, 'run', '-q', image], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
run.stdin.write(json.dumps(claim(('96374', '96365'), ([], []), DAY, 'office')) + '\n')
run.stdin.flush()
had, touched, size = told_of(run.stdout.readline()), resident(run.pid, '.edx'), os.path.getsize(image) // 1024
run.communicate()
wrong = [] if had == {(1, 2, '1')} else [f'got {had}']
if not 0 < touched < size / 2: wrong.append(f'{touched} of {size} KiB were read')
told('whole table: a pair is looked up without reading all of it', wrong, f'{touched} of {size} KiB')

table, count, chosen = Whole(), 0, set()
for n, (one, two, *_) in enumerate(fields()):
    if n % EVERY == 0: chosen |= {(one, two), (two, one)}
for one, two, _, _, last, indicator, _ in fields():
    count += 1
    if (one, two) in chosen: table.add(one, two, last, indicator)
questions = [(image, p, m, DAY, 'office') for p in sorted(chosen) for m in WAYS[:3]]
for p in sorted(table.rows):
    for date in {d for last, _ in table.rows[p] if last and last >= FIRST for d in (last, next_day(last))}:
        questions.append((image, p, ([], []), date, 'office'))
told('whole table: a sample answers as it says', judged(table, questions),
     f'{sum(map(len, table.rows.values()))} of {count} rows, {len(questions)} claims')
