-- The workload in Lua with lua-cjson, as its user would write it: luajit luajit.lua DIRECTORY FILE [derived]
local cjson = require 'cjson'
local directory, file, only = arg[1], arg[2], arg[3]

local function rows(name, put)
  local first = true
  for row in io.lines(directory .. '/' .. name .. '.csv') do
    if not first then put(row:match('^([^,]*),([^,]*),?(.*)$')) end
    first = false
  end
end
local drugs, overrides, most, pairs_of = {}, {}, {}, {}
rows('drugs', function(d, f) drugs[d] = f end)
rows('overrides', function(p, d, f) overrides[p .. d] = f end)
if not only then
  rows('mue', function(c, n) most[c] = tonumber(n) end)
  rows('ptp', function(a, b, indicator)
    local row = pairs_of[a]
    if not row then row = {}; pairs_of[a] = row end
    row[b] = indicator == '1' and 1 or 0
  end)
end
local function set(text) local s = {}; for w in text:gmatch('%S+') do s[w] = true end; return s end
local administration = set('96360 96361 96365 96366 96367 96368 96372 96374 96375 96401 96409 96411 96413 96415 96417')
local lifting = set('59 XE XS XP XU 25 LT RT')
local first_code = { infusionC = '96413', pushC = '96409', infusionT = '96365', pushT = '96374', hydration = '96360' }
local rank = { infusionC = 1, pushC = 2, infusionT = 3, pushT = 4, hydration = 6 }

local max, min, floor = math.max, math.min, math.floor
local function time(text)
  local y, m, d, h, n = tonumber(text:sub(1, 4)), tonumber(text:sub(6, 7)), tonumber(text:sub(9, 10)),
    tonumber(text:sub(12, 13)), tonumber(text:sub(15, 16))
  if m <= 2 then y = y - 1; m = m + 12 end
  return ((365 * y + floor(y / 4) - floor(y / 100) + floor(y / 400) + floor((153 * (m - 3) + 2) / 5) + d) * 24 + h) * 60 + n
end
local function hours(minutes) return minutes > 90 and floor((minutes - 31) / 60) or 0 end
local function overlap(a, b) return min(a.stop, b.stop) - max(a.start, b.start) end

local function look(e)
  local seen = {}
  for i, s in ipairs(e.services) do
    local family = overrides[e.payer .. s.drug] or drugs[s.drug] or 'T'
    local start = time(s.start)
    local stop = s.stop == cjson.null and start or time(s.stop)
    local kind, minutes = s.kind, stop - start
    if kind == 'infusion' then kind = family == 'H' and 'hydration' or minutes <= 15 and 'push' or 'infusion' end
    seen[i] = { i = i, kind = kind, chemo = family == 'C', site = s.site, start = start, stop = stop, minutes = minutes }
  end
  return seen
end

local function covered(s, services)
  local parts, sum, last = {}, 0, -math.huge
  for _, o in ipairs(services) do
    if o.kind == 'infusion' and o.site == s.site and overlap(o, s) > 0 then
      parts[#parts + 1] = { max(o.start, s.start), min(o.stop, s.stop) }
    end
  end
  table.sort(parts, function(a, b) return a[1] < b[1] end)
  for _, p in ipairs(parts) do
    if p[2] > last then sum = sum + p[2] - max(p[1], last) end
    last = max(last, p[2])
  end
  return sum
end

local function best(services, other_site)
  local b
  for _, s in ipairs(services) do
    if s.rank and s.site ~= other_site and (not b or s.rank < b.rank or s.rank == b.rank and (s.minutes > b.minutes
      or s.minutes == b.minutes and s.start < b.start)) then b = s end
  end
  return b
end

local function derive(e)
  local units, services = {}, look(e)
  local function add(code, mod, n) if n > 0 then units[code .. mod] = (units[code .. mod] or 0) + n end end
  for _, s in ipairs(services) do
    if s.kind == 'hydration' then s.minutes = s.minutes - covered(s, services) end
    s.what = s.kind == 'hydration' and s.kind or s.kind .. (s.chemo and 'C' or 'T')
    s.rank = not (s.kind == 'hydration' and s.minutes < 31) and rank[s.what] or nil
  end
  local main = e.setting == 'office' and services[e.primary]
  local initial = main and main.rank and main or best(services)
  local second = initial and best(services, initial.site)
  local concurrent = false
  for _, s in ipairs(services) do
    local more = s.kind == 'push' and 0 or hours(s.minutes)
    if s.kind == 'injection' then add(s.chemo and '96401' or '96372', '', 1)
    elseif s.rank then
      if s == initial or s == second then
        add(first_code[s.what], s == second and '59' or '', 1)
        add(s.kind == 'hydration' and '96361' or s.chemo and '96415' or '96366', '', more)
      elseif s.kind == 'hydration' then add('96361', '', 1 + more)
      elseif s.kind == 'push' then add(s.chemo and '96411' or '96375', '', 1)
      elseif s.chemo then
        add('96417', '', 1)
        add('96415', '', more)
      else
        local beside = false
        for _, o in ipairs(services) do
          beside = beside or o ~= s and o.kind == 'infusion' and o.site == s.site
            and (o == initial or o == second or o.i < s.i) and overlap(o, s) > 0
        end
        if not beside then
          add('96367', '', 1)
          add('96366', '', more)
        elseif not concurrent then
          concurrent = true
          add('96368', '', 1)
        end
      end
    end
  end
  return units
end

local function sorted(a, b)
  local keys = {}
  for k in pairs(a) do keys[#keys + 1] = k end
  for k in pairs(b or {}) do if not a[k] then keys[#keys + 1] = k end end
  table.sort(keys)
  return keys
end

-- cjson has no order of keys, so the answer is put together as text.
local function findings(e, derived)
  local found, lines, lifted = {}, e.lines, {}
  local function say(...) found[#found + 1] = string.format(...) end
  for i, l in ipairs(lines) do for _, m in ipairs(l.mods) do lifted[i] = lifted[i] or lifting[m] end end
  for i, a in ipairs(lines) do
    local row = pairs_of[a.code]
    if row then for j, b in ipairs(lines) do
      local indicator = i ~= j and row[b.code]
      if indicator == 0 or indicator == 1 and not lifted[i] and not lifted[j] then
        say('{"t":"PTP%d","c1":"%s","c2":"%s","line":%d}', indicator, a.code, b.code, j)
      end
    end end
  end
  local totals, order, billed = {}, {}, {}
  for _, l in ipairs(lines) do
    if not totals[l.code] then order[#order + 1] = l.code end
    totals[l.code] = (totals[l.code] or 0) + l.units
    if administration[l.code] then
      local key = l.code
      for _, m in ipairs(l.mods) do if m == '59' then key = l.code .. '59' end end
      billed[key] = (billed[key] or 0) + l.units
    end
  end
  for _, code in ipairs(order) do
    if most[code] and most[code] < totals[code] then
      say('{"t":"MUE","code":"%s","units":%d,"max":%d}', code, totals[code], most[code])
    end
  end
  for _, key in ipairs(sorted(derived, billed)) do
    local code, mod, was, should = key:sub(1, 5), key:sub(6), billed[key], derived[key]
    if not was then say('{"t":"MISSING","code":"%s","mod":"%s","units":%d}', code, mod, should)
    elseif not should then say('{"t":"UNSUPPORTED","code":"%s","mod":"%s","units":%d}', code, mod, was)
    elseif was ~= should then
      say('{"t":"UNITS","code":"%s","mod":"%s","billed":%d,"derived":%d}', code, mod, was, should)
    end
  end
  return table.concat(found, ',')
end

io.stdout:setvbuf('full', 1048576)
for line in io.lines(file) do
  local e = cjson.decode(line)
  local units, derived = derive(e), {}
  for i, key in ipairs(sorted(units)) do
    derived[i] = string.format('{"code":"%s","mod":"%s","units":%d}', key:sub(1, 5), key:sub(6), units[key])
  end
  io.write('{"id":"', e.id, '","derived":[', table.concat(derived, ','), ']')
  if not only then io.write(',"findings":[', findings(e, units), ']') end
  io.write('}\n')
end
