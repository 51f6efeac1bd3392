#!/bin/sh
# The workload in SQLite, in memory: sqlite.sh DIRECTORY FILE, or sqlite.sh version.
[ "$1" = version ] && exec sqlite3 --version
here=$(dirname "$0")
{
    cat << END
create table drugs(drug text primary key, family text) without rowid;
create table overrides(payer text, drug text, family text, primary key (payer, drug)) without rowid;
create table mue(code text primary key, most integer) without rowid;
create table ptp(column_1 text, column_2 text, indicator integer, primary key (column_1, column_2)) without rowid;
create table raw(j text);
.mode csv
.import --skip 1 $1/drugs.csv drugs
.import --skip 1 $1/overrides.csv overrides
.import --skip 1 $1/mue.csv mue
.import --skip 1 $1/ptp.csv ptp
.mode ascii
.separator "\\037" "\\n"
.import $2 raw
create table enc as select rowid as e, j ->> 'id' as id, j ->> 'payer' as payer, (j ->> 'setting') = 'office' as office,
  j ->> 'primary' as prim from raw;
create table svc as select raw.rowid as e, s.key + 1 as i, s.value ->> 'drug' as drug, s.value ->> 'kind' as kind,
  s.value ->> 'site' as site, strftime('%s', s.value ->> 'start') / 60 as start,
  strftime('%s', coalesce(s.value ->> 'stop', s.value ->> 'start')) / 60 as stop from raw, json_each(j, '\$.services') s;
create table lin as select raw.rowid as e, l.key + 1 as j, l.value ->> 'code' as code, l.value ->> 'units' as units,
  (l.value ->> 'mods') like '%"59"%' as sep,
  exists (select 1 from json_each(l.value, '\$.mods') m where m.value in ('59', 'XE', 'XS', 'XP', 'XU', '25', 'LT', 'RT')) as lift
  from raw, json_each(j, '\$.lines') l;
create index enc_e on enc(e);
create index lin_e on lin(e);
.mode list
END
    # Its names for the same functions; an index for what is joined.
    sed "s/greatest(/max(/g; s/least(/min(/g; s/string_agg(t, ',' order by [^)]*)/group_concat(t, ',')/" "$here/lite.sql" |
        awk '/^create table/ { name = $3 } { print } /;$/ && name { print "create index " name "_e on " name "(e);"; name = "" }'
} | sqlite3 :memory:
