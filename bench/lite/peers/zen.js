// R1 and R2 of the workload in GoRules Zen, which cannot say the rest without a function of JavaScript: a decision table
// in a loop over the services; the family comes from the host. zen.js DIRECTORY FILE COUNT: nanoseconds an encounter,
// and how many encounters came out as plain JavaScript has them.
'use strict';
const fs = require('fs');
const { ZenEngine } = require('@gorules/zen-engine');
const [directory, file, count] = process.argv.slice(2);

const rows = name => fs.readFileSync(`${directory}/${name}.csv`, 'latin1').split('\n').slice(1, -1).map(r => r.split(','));
const drugs = new Map(rows('drugs')), overrides = new Map(rows('overrides').map(([p, d, f]) => [p + d, f]));
const rule = (id, kind, family, minutes, given) => ({ _id: id, k: kind, f: family, m: minutes, g: `"${given}"` });
const content = {
  contentType: 'application/vnd.gorules.decision',
  nodes: [
    { id: 'in', type: 'inputNode', name: 'request', position: { x: 0, y: 0 } },
    { id: 'out', type: 'outputNode', name: 'response', position: { x: 2, y: 0 } },
    { id: 't', type: 'decisionTableNode', name: 'given', position: { x: 1, y: 0 }, content: {
      hitPolicy: 'first', executionMode: 'loop', inputField: 'services', outputPath: 'services', passThrough: false,
      inputs: [{ id: 'k', name: 'kind', field: 'kind' }, { id: 'f', name: 'family', field: 'family' },
        { id: 'm', name: 'minutes', field: 'minutes' }],
      outputs: [{ id: 'g', name: 'given', field: 'given' }],
      rules: [rule('1', '"injection"', '', '', 'injection'), rule('2', '"hydration"', '', '', 'hydration'),
        rule('3', '"push"', '', '', 'push'), rule('4', '"infusion"', '"H"', '', 'hydration'),
        rule('5', '"infusion"', '', '<= 15', 'push'), rule('6', '', '', '', 'infusion')] } },
  ],
  edges: [{ id: 'a', type: 'edge', sourceId: 'in', targetId: 't' }, { id: 'b', type: 'edge', sourceId: 't', targetId: 'out' }],
};

const given = s => s.kind !== 'infusion' ? s.kind : s.family === 'H' ? 'hydration' : s.minutes <= 15 ? 'push' : 'infusion';
const head = Buffer.alloc(1200 * +count);
const lines = head.toString('utf8', 0, fs.readSync(fs.openSync(file), head)).split('\n').slice(0, -1).slice(0, +count);
const encounters = lines.map(line => {
  const e = JSON.parse(line);
  return { services: e.services.map(s => ({ kind: s.kind,
    family: overrides.get(e.payer + s.drug) || drugs.get(s.drug) || 'T',
    minutes: s.stop === null ? 0 : (Date.parse(s.stop) - Date.parse(s.start)) / 60000 })) };
});

(async () => {
  const decision = new ZenEngine().createDecision(Buffer.from(JSON.stringify(content)));
  let same = 0;
  for (const e of encounters) {
    const { result } = await decision.evaluate(e);
    same += result.services.every((s, i) => s.given === given(e.services[i]));
  }
  const start = process.hrtime.bigint();
  for (const e of encounters) await decision.evaluate(e);
  const took = Number(process.hrtime.bigint() - start);
  console.log(`${(took / encounters.length).toFixed(0)} ns, ${same} of ${encounters.length} the same`);
})().catch(error => {
  console.error(error.message);
  process.exit(1);
});
