// Loads the workload into DuckDB and runs lite.sql: node duckdb.js DIRECTORY FILE
'use strict';
const fs = require('fs');
const { DuckDBInstance } = require('@duckdb/node-api');
const [directory, file] = process.argv.slice(2);

const load = `
create table drugs as select * from read_csv('${directory}/drugs.csv', header = true, all_varchar = true);
create table overrides as select * from read_csv('${directory}/overrides.csv', header = true, all_varchar = true);
create table mue as select code, most::int as most from read_csv('${directory}/mue.csv', header = true, all_varchar = true);
create table ptp as select column_1, column_2, indicator::int as indicator
  from read_csv('${directory}/ptp.csv', header = true, all_varchar = true);
create table raw as select row_number() over () as e, * from read_json('${file}', format = 'newline_delimited', columns = {
  id: 'VARCHAR', payer: 'VARCHAR', setting: 'VARCHAR', "primary": 'INTEGER',
  services: 'STRUCT(drug VARCHAR, kind VARCHAR, site VARCHAR, start TIMESTAMP, stop TIMESTAMP)[]',
  lines: 'STRUCT(code VARCHAR, units INTEGER, mods VARCHAR[])[]'});
create table enc as select e, id, payer, case setting when 'office' then 1 else 0 end as office, "primary" as prim from raw;
create table svc as select e, i, s.drug as drug, s.kind as kind, s.site as site, epoch(s.start)::bigint // 60 as start,
  epoch(coalesce(s.stop, s.start))::bigint // 60 as stop
  from (select e, unnest(services) as s, generate_subscripts(services, 1) as i from raw);
create table lin as select e, j, l.code as code, l.units as units, list_contains(l.mods, '59')::int as sep,
  list_has_any(l.mods, ['59', 'XE', 'XS', 'XP', 'XU', '25', 'LT', 'RT'])::int as lift
  from (select e, unnest(lines) as l, generate_subscripts(lines, 1) as j from raw);
`;

(async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const text = fs.readFileSync(`${__dirname}/lite.sql`, 'utf8').replace(/^--.*$/gm, '');
  const statements = (load + text).split(';\n').filter(s => s.trim());
  const question = statements.pop();
  for (const s of statements) await connection.run(s);
  const rows = (await connection.runAndReadAll(question)).getRows();
  for (let i = 0; i < rows.length; i += 5000)
    fs.writeFileSync(1, rows.slice(i, i + 5000).map(r => r[0] + '\n').join(''));
})().catch(error => {
  console.error(error.message);
  process.exit(1);
});
