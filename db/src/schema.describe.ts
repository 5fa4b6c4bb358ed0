import type postgres from "postgres"

/**
 * What a database's schema `sluice` is, from the catalog: a line per fact, sorted, so that two databases can be compared
 * and a change reads well. The same on every supported Postgres. Functions' bodies are left out (they are in
 * `db/functions` and applied again by every migration), as are the owner's own rights.
 */
export const describeSchema = async (sql: postgres.Sql): Promise<string> => {
  const rows = await sql.begin("read only", async (tx) => {
    await tx`set local search_path = pg_catalog`
    return tx.unsafe<{ line: string }[]>(facts)
  })
  return `${rows.map(({ line }) => line).join("\n")}\n`
}

const relation = `quote_ident(n.nspname) || '.' || quote_ident(c.relname)`
const ours = `n.nspname = 'sluice'`
const kind = `case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'i' then 'index' else 'table' end`
const option = (what: string) => `coalesce(' ' || ${what}, '')`
const grantee = `case a.grantee when 0 then 'public' else a.grantee::regrole::text end`

const facts = `
with relation as (
  select c.oid, c.relkind, c.relowner, c.relacl, ${relation} as name, ${kind} as kind
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${ours} and c.relkind in ('r', 'p', 'S', 'v')
)
select line collate "C" as line from (
  select r.kind || ' ' || r.name || ' owner ' || r.relowner::regrole::text || ${option(`'with (' || array_to_string(c.reloptions, ', ') || ')'`)}
    || case when c.relrowsecurity then ' row level security' else '' end
    || ${option(`case c.relkind when 'p' then 'partition by ' || pg_get_partkeydef(c.oid) end`)}
    || ${option(`'partition ' || pg_get_expr(c.relpartbound, c.oid)`)}
    || ${option(`'-- ' || obj_description(c.oid, 'pg_class')`)} as line
  from relation r join pg_class c on c.oid = r.oid
  union all
  select r.kind || ' ' || r.name || ' column ' || to_char(row_number() over (partition by r.oid order by a.attnum), 'FM00') || ' '
    || quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
    || ${option(`case when a.attcollation <> t.typcollation then 'collate ' || l.collname end`)}
    || case when a.attnotnull then ' not null' else '' end
    || ${option(`case when a.attidentity <> '' then 'identity ' || a.attidentity::text end`)}
    || ${option(`case a.attgenerated when '' then 'default ' else 'generated ' end || pg_get_expr(d.adbin, d.adrelid)`)}
  from relation r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_collation l on l.oid = a.attcollation
    left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
  where r.relkind <> 'S'
  union all
  select r.kind || ' ' || r.name || ' constraint ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid)
  from relation r join pg_constraint k on k.conrelid = r.oid where k.contype <> 'n'
  union all
  select r.kind || ' ' || r.name || ' index ' || pg_get_indexdef(i.indexrelid)
  from relation r join pg_index i on i.indrelid = r.oid
  union all
  select r.kind || ' ' || r.name || ' trigger ' || pg_get_triggerdef(g.oid)
  from relation r join pg_trigger g on g.tgrelid = r.oid where not g.tgisinternal
  union all
  select r.kind || ' ' || r.name || ' policy ' || p.polname || ' for ' || p.polcmd::text || ' to '
    || (select string_agg(role::regrole::text, ', ' order by role::regrole::text) from unnest(p.polroles) role)
    || ${option(`'using ' || pg_get_expr(p.polqual, p.polrelid)`)} || ${option(`'with check ' || pg_get_expr(p.polwithcheck, p.polrelid)`)}
  from relation r join pg_policy p on p.polrelid = r.oid
  union all
  select r.kind || ' ' || r.name || ' grant ' || lower(a.privilege_type) || ' to ' || ${grantee}
  from relation r, aclexplode(r.relacl) a where a.grantee <> r.relowner
  union all
  select 'sequence ' || quote_ident(schemaname) || '.' || quote_ident(sequencename) || ' as ' || data_type || ' start ' || start_value
    || ' increment ' || increment_by || ' cache ' || cache_size || case when cycle then ' cycle' else '' end
  from pg_sequences where schemaname = 'sluice'
  union all
  select 'function ' || p.oid::regprocedure::text || ' returns ' || pg_get_function_result(p.oid) || ' owner ' || p.proowner::regrole::text
    || ' ' || case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end
    || case when p.prosecdef then ' security definer' else '' end
    || ${option(`'set ' || array_to_string(p.proconfig, ', ')`)}
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${ours}
  union all
  select 'function ' || p.oid::regprocedure::text || ' grant ' || lower(a.privilege_type) || ' to ' || ${grantee}
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace,
    aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
  where ${ours} and a.grantee <> p.proowner
  union all
  select 'schema ' || n.nspname || ' grant ' || lower(a.privilege_type) || ' to ' || ${grantee}
  from pg_namespace n, aclexplode(n.nspacl) a where ${ours} and a.grantee <> n.nspowner
) fact order by 1`
