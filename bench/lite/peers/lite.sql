-- The workload as sets, for SQLite and DuckDB: from enc, svc and lin, made by sqlite.sql or duckdb.js, to the answers.
create table s1 as
  select e, i, site, start, stop, stop - start as minutes, family,
    case when kind <> 'infusion' then kind when family = 'H' then 'hydration' when stop - start <= 15 then 'push' else kind end as kind
  from (select svc.*, coalesce(o.family, d.family, 'T') as family
    from svc join enc on enc.e = svc.e left join overrides o on o.payer = enc.payer and o.drug = svc.drug
      left join drugs d on d.drug = svc.drug) v;
create table cov as
  with parts as (
    select h.e, h.i, greatest(h.start, f.start) as a, least(h.stop, f.stop) as b
    from s1 h join s1 f on f.e = h.e and f.site = h.site
    where h.kind = 'hydration' and f.kind = 'infusion' and least(h.stop, f.stop) > greatest(h.start, f.start)),
  seen as (select *, max(b) over (partition by e, i order by a, b rows between unbounded preceding and 1 preceding) as m from parts)
  select e, i, sum(case when m is null or m <= a then b - a when b > m then b - m else 0 end) as covered from seen group by e, i;
create table s2 as
  select *, case when kind = 'infusion' then case when family = 'C' then 1 else 3 end
      when kind = 'push' then case when family = 'C' then 2 else 4 end
      when kind = 'hydration' and eff >= 31 then 6 end as rank,
    case when kind <> 'push' and eff > 90 then (eff - 31 - (eff - 31) % 60) / 60 else 0 end as more
  from (select s1.*, minutes - coalesce(covered, 0) as eff from s1 left join cov on cov.e = s1.e and cov.i = s1.i) v;
create table first_one as
  select e, i, site from (select c.e, c.i, c.site, row_number() over (partition by c.e
      order by case when office = 1 and prim = c.i then 0 else 1 end, c.rank, c.eff desc, c.start, c.i) as k
    from s2 c join enc on enc.e = c.e where c.rank is not null) v where k = 1;
create table second_one as
  select e, i from (select c.e, c.i, row_number() over (partition by c.e order by c.rank, c.eff desc, c.start, c.i) as k
    from s2 c join first_one f on f.e = c.e where c.rank is not null and c.site <> f.site) v where k = 1;
create table s3 as
  select s2.*, case when f.i is not null then 1 when n.i is not null then 2 else 0 end as role
  from s2 left join first_one f on f.e = s2.e and f.i = s2.i left join second_one n on n.e = s2.e and n.i = s2.i;
create table conc as
  select distinct s.e, s.i from s3 s join s3 o on o.e = s.e and o.site = s.site and o.i <> s.i
  where s.role = 0 and s.kind = 'infusion' and s.family <> 'C' and o.kind = 'infusion' and (o.role > 0 or o.i < s.i)
    and least(o.stop, s.stop) > greatest(o.start, s.start);
create table derived as
  select e, code, mod, cast(sum(units) as integer) as units from (
    select e, case when family = 'C' then '96401' else '96372' end as code, '' as mod, 1 as units from s3 where kind = 'injection'
    union all select e, case rank when 1 then '96413' when 2 then '96409' when 3 then '96365' when 4 then '96374' else '96360' end,
      case role when 2 then '59' else '' end, 1 from s3 where role > 0
    union all select e, case rank when 1 then '96417' when 2 then '96411' when 4 then '96375' else '96361' end, '', 1
      from s3 where role = 0 and rank in (1, 2, 4, 6)
    union all select s3.e, '96367', '', 1 from s3 left join conc on conc.e = s3.e and conc.i = s3.i
      where role = 0 and rank = 3 and conc.i is null
    union all select e, '96368', '', 1 from conc group by e
    union all select s3.e, case rank when 1 then '96415' when 3 then '96366' else '96361' end, '', more
      from s3 left join conc on conc.e = s3.e and conc.i = s3.i where rank in (1, 3, 6) and more > 0 and conc.i is null) v
  group by e, code, mod;
create table billed as
  select e, code, case when sep = 1 then '59' else '' end as mod, cast(sum(units) as integer) as units from lin
  where code in ('96360', '96361', '96365', '96366', '96367', '96368', '96372', '96374', '96375', '96401', '96409', '96411',
    '96413', '96415', '96417')
  group by e, code, case when sep = 1 then '59' else '' end;
create table said as
  select a.e, 1 as g, a.j as k1, b.j as k2, '' as k3,
    '{"t":"PTP' || indicator || '","c1":"' || a.code || '","c2":"' || b.code || '","line":' || b.j || '}' as t
  from lin a join lin b on b.e = a.e and b.j <> a.j join ptp on column_1 = a.code and column_2 = b.code
  where indicator = 0 or (indicator = 1 and a.lift = 0 and b.lift = 0)
  union all
  select e, 2, j, 0, '', '{"t":"MUE","code":"' || v.code || '","units":' || units || ',"max":' || most || '}'
  from (select e, code, min(j) as j, cast(sum(units) as integer) as units from lin group by e, code) v join mue on mue.code = v.code
  where units > most
  union all
  select d.e, 3, 0, 0, d.code || d.mod,
    '{"t":"MISSING","code":"' || d.code || '","mod":"' || d.mod || '","units":' || d.units || '}'
  from derived d left join billed b on b.e = d.e and b.code = d.code and b.mod = d.mod where b.e is null
  union all
  select b.e, 3, 0, 0, b.code || b.mod,
    case when d.e is null then '{"t":"UNSUPPORTED","code":"' || b.code || '","mod":"' || b.mod || '","units":' || b.units || '}'
    else '{"t":"UNITS","code":"' || b.code || '","mod":"' || b.mod || '","billed":' || b.units || ',"derived":' || d.units || '}' end
  from billed b left join derived d on d.e = b.e and d.code = b.code and d.mod = b.mod where d.e is null or d.units <> b.units;
create table told as
  select e, string_agg(t, ',' order by g, k1, k2, k3) as t from (select * from said order by e, g, k1, k2, k3) v group by e;
create table charged as
  select e, string_agg(t, ',' order by code, mod) as t
  from (select e, code, mod, '{"code":"' || code || '","mod":"' || mod || '","units":' || units || '}' as t
    from derived order by e, code, mod) v group by e;
select '{"id":"' || id || '","derived":[' || coalesce(c.t, '') || '],"findings":[' || coalesce(f.t, '') || ']}' as answer
from enc left join charged c on c.e = enc.e left join told f on f.e = enc.e order by enc.e;
