// The workload in ordinary JavaScript, as its user would write it: node node.js DIRECTORY FILE [derived]
// Maps for tables, objects from JSON.parse. Reads the whole file: Node's line readers are slower still.
'use strict';
const fs = require('fs');
const [directory, file, only] = process.argv.slice(2);

const rows = name => fs.readFileSync(`${directory}/${name}.csv`, 'latin1').split('\n').slice(1, -1).map(r => r.split(','));
const drugs = new Map(rows('drugs'));
const overrides = new Map(rows('overrides').map(([p, d, f]) => [p + d, f]));
let most = new Map(), pairs = new Map();
if (!only) {
  most = new Map(rows('mue').map(([c, n]) => [c, +n]));
  let last, row;
  for (const [a, b, indicator] of rows('ptp')) {
    if (a !== last) pairs.set(last = a, row = new Map());
    row.set(b, +indicator);
  }
}
const administration = new Set(['96360', '96361', '96365', '96366', '96367', '96368', '96372', '96374', '96375', '96401',
  '96409', '96411', '96413', '96415', '96417']);
const lifting = new Set(['59', 'XE', 'XS', 'XP', 'XU', '25', 'LT', 'RT']);
const first = { infusionC: '96413', pushC: '96409', infusionT: '96365', pushT: '96374', hydration: '96360' };
const rank = { infusionC: 1, pushC: 2, infusionT: 3, pushT: 4, hydration: 6 };

const time = text => Date.parse(text + 'Z') / 60000;
const hours = minutes => minutes > 90 ? Math.floor((minutes - 31) / 60) : 0;
const overlap = (a, b) => Math.min(a.stop, b.stop) - Math.max(a.start, b.start);

function look(e) {
  return e.services.map((s, i) => {
    const family = overrides.get(e.payer + s.drug) || drugs.get(s.drug) || 'T';
    const start = time(s.start), stop = s.stop === null ? start : time(s.stop), minutes = stop - start;
    let kind = s.kind;
    if (kind === 'infusion') kind = family === 'H' ? 'hydration' : minutes <= 15 ? 'push' : 'infusion';
    return { i, kind, chemo: family === 'C', family, site: s.site, start, stop, minutes };
  });
}

function covered(s, services) {
  const parts = services.filter(o => o.kind === 'infusion' && o.site === s.site && overlap(o, s) > 0)
    .map(o => [Math.max(o.start, s.start), Math.min(o.stop, s.stop)]).sort((a, b) => a[0] - b[0]);
  let sum = 0, end = -Infinity;
  for (const [from, to] of parts) {
    if (to > end) sum += to - Math.max(from, end);
    end = Math.max(end, to);
  }
  return sum;
}

function best(candidates) {
  return candidates.reduce((a, b) => !a || b.rank < a.rank || (b.rank === a.rank && (b.minutes > a.minutes
    || (b.minutes === a.minutes && b.start < a.start))) ? b : a, undefined);
}

function derive(e) {
  const units = new Map(), services = look(e);
  const add = (code, mod, n) => { if (n) units.set(code + mod, (units.get(code + mod) || 0) + n); };
  for (const s of services) if (s.kind === 'hydration') s.minutes -= covered(s, services);
  for (const s of services) {
    s.what = s.kind === 'hydration' ? 'hydration' : s.kind + (s.chemo ? 'C' : 'T');
    s.rank = s.kind === 'hydration' && s.minutes < 31 ? undefined : rank[s.what];
  }
  const candidates = services.filter(s => s.rank);
  const main = e.setting === 'office' && candidates.find(s => s.i === e.primary - 1);
  const initial = main || best(candidates);
  const second = initial && best(candidates.filter(s => s.site !== initial.site));
  let concurrent = false;
  for (const s of services) {
    const more = s.kind === 'push' ? 0 : hours(s.minutes);
    if (s.kind === 'injection') add(s.chemo ? '96401' : '96372', '', 1);
    else if (!s.rank) continue;
    else if (s === initial || s === second) {
      add(first[s.what], s === second ? '59' : '', 1);
      add(s.kind === 'hydration' ? '96361' : s.chemo ? '96415' : '96366', '', more);
    } else if (s.kind === 'hydration') add('96361', '', 1 + more);
    else if (s.kind === 'push') add(s.chemo ? '96411' : '96375', '', 1);
    else if (s.chemo) {
      add('96417', '', 1);
      add('96415', '', more);
    } else if (services.some(o => o !== s && o.kind === 'infusion' && o.site === s.site
      && (o === initial || o === second || o.i < s.i) && overlap(o, s) > 0)) {
      if (!concurrent) add('96368', '', 1);
      concurrent = true;
    } else {
      add('96367', '', 1);
      add('96366', '', more);
    }
  }
  return units;
}

function findings(e, derived) {
  const found = [], lines = e.lines, lifted = lines.map(l => l.mods.some(m => lifting.has(m)));
  lines.forEach((a, i) => {
    const row = pairs.get(a.code);
    if (row) lines.forEach((b, j) => {
      const indicator = i === j ? undefined : row.get(b.code);
      if (indicator === 0 || (indicator === 1 && !lifted[i] && !lifted[j]))
        found.push({ t: 'PTP' + indicator, c1: a.code, c2: b.code, line: j + 1 });
    });
  });
  const totals = new Map(), billed = new Map();
  for (const l of lines) {
    totals.set(l.code, (totals.get(l.code) || 0) + l.units);
    if (!administration.has(l.code)) continue;
    const key = l.code + (l.mods.includes('59') ? '59' : '');
    billed.set(key, (billed.get(key) || 0) + l.units);
  }
  for (const [code, units] of totals) if (most.get(code) < units) found.push({ t: 'MUE', code, units, max: most.get(code) });
  for (const key of [...new Set([...billed.keys(), ...derived.keys()])].sort()) {
    const code = key.slice(0, 5), mod = key.slice(5), was = billed.get(key), should = derived.get(key);
    if (was === undefined) found.push({ t: 'MISSING', code, mod, units: should });
    else if (should === undefined) found.push({ t: 'UNSUPPORTED', code, mod, units: was });
    else if (was !== should) found.push({ t: 'UNITS', code, mod, billed: was, derived: should });
  }
  return found;
}

let out = [];
for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
  if (!line) continue;
  const e = JSON.parse(line), units = derive(e);
  const derived = [...units.keys()].sort().map(k => ({ code: k.slice(0, 5), mod: k.slice(5), units: units.get(k) }));
  out.push(JSON.stringify(only ? { id: e.id, derived } : { id: e.id, derived, findings: findings(e, units) }));
  if (out.length === 5000) {
    fs.writeFileSync(1, out.join('\n') + '\n');
    out = [];
  }
}
if (out.length) fs.writeFileSync(1, out.join('\n') + '\n');
