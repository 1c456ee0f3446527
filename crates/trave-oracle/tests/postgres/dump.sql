-- The catalog of PostgreSQL as one JSON object, with the sections and fields of `trave schema`.
-- What PostgreSQL prints anew stands in `printed`: it can be compared with itself only.
-- Runs with an empty search path. Members of extensions and temporary objects are left out, and
-- so is what is older than $1, but for the tables of the platform that projects build upon.
with ns as materialized (
  select oid, nspname from pg_namespace
  where nspname !~ '^pg_(catalog|toast|temp)' and nspname <> 'information_schema'
), member as materialized (
  select classid, objid from pg_depend where deptype = 'e'
), rel as materialized (
  select c.*, ns.nspname from pg_class c join ns on ns.oid = c.relnamespace
  where c.relpersistence <> 't'
    and (c.oid >= $1 or c.oid in ('auth.users'::regclass, 'storage.objects'::regclass))
    and not exists (select from member where classid = 'pg_class'::regclass and objid = c.oid)
), con as materialized (
  select k.*, rel.nspname, rel.relname from pg_constraint k join rel on rel.oid = k.conrelid
), who as materialized (
  select 0::oid as oid, 'public' as name
  union all
  select oid, rolname from pg_roles
  where rolname !~ '^(pg_|supabase_|pgsodium_)'
    and rolname not in ('postgres', 'authenticator', 'dashboard_user', 'pgbouncer')
)
select json_build_object(
'schemas', (
  select json_agg(json_build_object('name', n.nspname, 'usage', (
    select json_agg(distinct who.name order by who.name)
    from pg_namespace p, aclexplode(coalesce(p.nspacl, acldefault('n', p.nspowner))) a
      join who on who.oid = a.grantee
    where p.oid = n.oid and a.privilege_type = 'USAGE')))
  from ns n
  where not exists (select from member where classid = 'pg_namespace'::regclass and objid = n.oid)),
'tables', (
  select json_agg(json_build_object(
    'schema', nspname, 'name', relname,
    'kind', case relkind when 'r' then 'table' when 'p' then 'partitioned' else 'foreign' end,
    'rls_enabled', relrowsecurity, 'rls_forced', relforcerowsecurity,
    'unlogged', relpersistence = 'u',
    'partition_of', case when relispartition then
      (select inhparent::regclass::text from pg_inherits where inhrelid = rel.oid) end,
    'inherits', case when not relispartition then
      (select json_agg(inhparent::regclass::text order by inhseqno)
       from pg_inherits where inhrelid = rel.oid) end,
    'partition_key', case when relkind = 'p' then pg_get_partkeydef(rel.oid) end,
    'columns', (
      select json_agg(json_build_object(
        'name', attname, 'type', format_type(atttypid, atttypmod), 'not_null', attnotnull,
        'has_default', atthasdef and attgenerated = '',
        'default', case when attgenerated = '' then pg_get_expr(adbin, adrelid) end,
        'identity', case attidentity when 'a' then 'always' when 'd' then 'by default' end,
        'generated', case when attgenerated <> '' then pg_get_expr(adbin, adrelid) end)
        order by attnum)
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = rel.oid and attnum > 0 and not attisdropped),
    'printed', json_build_object('bound', pg_get_expr(relpartbound, rel.oid))))
  from rel where relkind in ('r', 'p', 'f')),
'constraints', (
  select json_agg(json_build_object(
    'schema', nspname, 'table', relname, 'name', conname,
    'type', case contype when 'p' then 'primary_key' when 'u' then 'unique'
      when 'c' then 'check' else 'exclude' end,
    'columns', (
      select json_agg(attname order by o) from unnest(conkey) with ordinality u(n, o)
      join pg_attribute on attrelid = conrelid and attnum = n),
    'validated', convalidated, 'deferrable', condeferrable,
    'printed', json_build_object('definition', pg_get_constraintdef(con.oid))))
  from con where contype in ('p', 'u', 'c', 'x')),
'foreign_keys', (
  select json_agg(json_build_object(
    'schema', con.nspname, 'table', con.relname, 'name', conname,
    'columns', (
      select json_agg(attname order by o) from unnest(conkey) with ordinality u(n, o)
      join pg_attribute on attrelid = conrelid and attnum = n),
    'ref_schema', (select nspname from pg_namespace n where n.oid = r.relnamespace), 'ref_table', r.relname,
    'ref_columns', (
      select json_agg(attname order by o) from unnest(confkey) with ordinality u(n, o)
      join pg_attribute on attrelid = confrelid and attnum = n),
    'on_delete', case confdeltype when 'a' then 'no action' when 'r' then 'restrict'
      when 'c' then 'cascade' when 'n' then 'set null' else 'set default' end,
    'on_update', case confupdtype when 'a' then 'no action' when 'r' then 'restrict'
      when 'c' then 'cascade' when 'n' then 'set null' else 'set default' end,
    'validated', convalidated, 'deferrable', condeferrable))
  from con join pg_class r on r.oid = confrelid where contype = 'f'),
'indexes', (
  select json_agg(json_build_object(
    'schema', t.nspname, 'table', t.relname, 'name', i.relname, 'method', am.amname,
    'unique', x.indisunique, 'primary', x.indisprimary,
    'nulls_not_distinct', x.indnullsnotdistinct,
    'constraint', (select conname from pg_constraint k
      where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x')),
    'keys', (
      select json_agg(json_build_object(
        'column', a.attname,
        'expression', case when x.indkey[p] = 0
          then pg_get_indexdef(x.indexrelid, p + 1, false) end,
        'opclass', case when not o.opcdefault then o.opcname end,
        'desc', (x.indoption[p] & 1) = 1, 'nulls_first', (x.indoption[p] & 2) = 2) order by p)
      from generate_series(0, x.indnkeyatts - 1) p
      left join pg_attribute a
        on a.attrelid = x.indrelid and a.attnum = x.indkey[p] and x.indkey[p] <> 0
      left join pg_opclass o on o.oid = x.indclass[p]),
    'include', (
      select json_agg(a.attname order by p)
      from generate_series(x.indnkeyatts, x.indnatts - 1) p
      join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[p]),
    'predicate', pg_get_expr(x.indpred, x.indrelid), 'valid', x.indisvalid,
    'printed', json_build_object('definition', pg_get_indexdef(x.indexrelid))))
  from pg_index x join rel t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
    join pg_am am on am.oid = i.relam),
'policies', (
  select json_agg(json_build_object(
    'schema', nspname, 'table', relname, 'name', polname,
    'command', case polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE'
      when 'd' then 'DELETE' else 'ALL' end,
    'permissive', polpermissive,
    'roles', (
      select json_agg(name order by name) from (
        select coalesce((select rolname from pg_roles where pg_roles.oid = r), 'public') as name
        from unnest(polroles) r) s),
    'using', pg_get_expr(polqual, polrelid), 'with_check', pg_get_expr(polwithcheck, polrelid)))
  from pg_policy join rel on rel.oid = polrelid),
'views', (
  select json_agg(json_build_object(
    'schema', nspname, 'name', relname,
    'kind', case relkind when 'v' then 'view' else 'materialized view' end,
    'security_invoker', exists (select from unnest(reloptions) o
      where o ~* '^security_invoker=(1|true|yes|on)$'),
    'security_barrier', exists (select from unnest(reloptions) o
      where o ~* '^security_barrier=(1|true|yes|on)$'),
    'columns', (
      select json_agg(json_build_object('name', attname) order by attnum)
      from pg_attribute where attrelid = rel.oid and attnum > 0 and not attisdropped),
    'printed', json_build_object(
      'definition', pg_get_viewdef(rel.oid),
      'types', (
        select json_agg(format_type(atttypid, atttypmod) order by attnum)
        from pg_attribute where attrelid = rel.oid and attnum > 0 and not attisdropped))))
  from rel where relkind in ('v', 'm')),
'functions', (
  select json_agg(json_build_object(
    'schema', nspname, 'name', proname,
    'identity_args', pg_get_function_identity_arguments(p.oid),
    'kind', case prokind when 'f' then 'function' when 'p' then 'procedure'
      when 'a' then 'aggregate' else 'window' end,
    'args', pg_get_function_arguments(p.oid), 'returns', pg_get_function_result(p.oid),
    'language', lanname, 'security_definer', prosecdef,
    'volatility', case provolatile when 'i' then 'immutable' when 's' then 'stable'
      else 'volatile' end,
    'strict', proisstrict, 'config', to_json(proconfig),
    'execute', (
      select json_agg(distinct who.name order by who.name)
      from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        join who on who.oid = a.grantee
      where a.privilege_type = 'EXECUTE'),
    'printed', json_build_object('definition',
      case when prokind in ('f', 'p') then pg_get_functiondef(p.oid) end)))
  from pg_proc p join ns on ns.oid = p.pronamespace join pg_language l on l.oid = p.prolang
  where p.oid >= $1
    and not exists (select from member where classid = 'pg_proc'::regclass and objid = p.oid)),
'triggers', (
  select json_agg(json_build_object(
    'schema', nspname, 'table', relname, 'name', tgname,
    'timing', case when (tgtype & 2) <> 0 then 'before' when (tgtype & 64) <> 0
      then 'instead of' else 'after' end,
    'events', array_remove(array[
      case when (tgtype & 4) <> 0 then 'insert' end, case when (tgtype & 16) <> 0 then 'update' end,
      case when (tgtype & 8) <> 0 then 'delete' end,
      case when (tgtype & 32) <> 0 then 'truncate' end], null),
    'update_of', (
      select json_agg(attname order by attnum) from pg_attribute
      where attrelid = tgrelid and attnum = any (tgattr::smallint[])),
    'level', case when (tgtype & 1) <> 0 then 'row' else 'statement' end,
    'function', tgfoid::regproc::text, 'enabled', tgenabled <> 'D',
    'when', substring(pg_get_triggerdef(t.oid) from ' WHEN \((.*)\) EXECUTE '),
    'printed', json_build_object('definition', pg_get_triggerdef(t.oid))))
  from pg_trigger t join rel on rel.oid = tgrelid where not tgisinternal),
'event_triggers', (
  select json_agg(json_build_object(
    'name', evtname, 'event', evtevent, 'function', evtfoid::regproc::text))
  from pg_event_trigger),
'types', (
  select json_agg(json_build_object(
    'schema', nspname, 'name', typname,
    'kind', case typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range'
      else 'composite' end,
    'labels', (select json_agg(enumlabel order by enumsortorder) from pg_enum
      where enumtypid = t.oid),
    'base', case when typtype = 'd' then format_type(typbasetype, typtypmod) end,
    'attributes', (
      select json_agg(json_build_object(
        'name', attname, 'type', format_type(atttypid, atttypmod)) order by attnum)
      from pg_attribute
      where typtype = 'c' and attrelid = typrelid and attnum > 0 and not attisdropped),
    'printed', json_build_object('not_null', typnotnull, 'default', typdefault, 'checks', (
      select json_agg(conname || ' ' || pg_get_constraintdef(k.oid) order by conname)
      from pg_constraint k where contypid = t.oid))))
  from pg_type t join ns on ns.oid = t.typnamespace
  where t.oid >= $1 and (typtype in ('e', 'd', 'r')
      or typtype = 'c' and (select relkind from pg_class c where c.oid = typrelid) = 'c')
    and not exists (select from member where classid = 'pg_type'::regclass and objid = t.oid)),
'sequences', (
  select json_agg(json_build_object('schema', nspname, 'name', relname,
    'printed', json_build_object('owner', (
      select refobjid::regclass::text || '.' || attname
      from pg_depend d join pg_attribute on attrelid = refobjid and attnum = refobjsubid
      where classid = 'pg_class'::regclass and objid = rel.oid
        and refclassid = 'pg_class'::regclass and refobjsubid > 0 and d.deptype in ('a', 'i')))))
  from rel where relkind = 'S'),
'extensions', (
  select json_agg(json_build_object(
    'name', extname, 'schema', nspname))
  from pg_extension e join pg_namespace n on n.oid = extnamespace),
'grants', (
  select json_agg(json_build_object(
    'schema', nspname, 'name', relname, 'grantee', name, 'privileges', privileges))
  from (
    select rel.nspname, rel.relname, who.name,
      json_agg(distinct a.privilege_type order by a.privilege_type) as privileges
    from rel, aclexplode(coalesce(rel.relacl,
        acldefault(case relkind when 'S' then 's'::"char" else 'r' end, rel.relowner))) a
      join who on who.oid = a.grantee
    where relkind in ('r', 'p', 'f', 'v', 'm', 'S') and a.grantee <> rel.relowner
      and a.privilege_type <> 'MAINTAIN'
    group by 1, 2, 3) g),
'column_grants', (
  select json_agg(json_build_object('schema', nspname, 'name', relname, 'column', attname,
    'grantee', name, 'privileges', privileges))
  from (
    select rel.nspname, rel.relname, c.attname, who.name,
      json_agg(distinct a.privilege_type order by a.privilege_type) as privileges
    from rel join pg_attribute c on c.attrelid = rel.oid, aclexplode(c.attacl) a
      join who on who.oid = a.grantee
    where c.attacl is not null and not c.attisdropped
    group by 1, 2, 3, 4) g),
'default_privileges', (
  select json_agg(json_build_object(
    'schema', (select nspname from pg_namespace n where n.oid = defaclnamespace),
    'for_role', (select rolname from pg_roles r where r.oid = defaclrole),
    'objects', case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences'
      when 'f' then 'functions' when 'T' then 'types' else 'schemas' end,
    'acl', defaclacl::text))
  from pg_default_acl),
'buckets', (
  select json_agg(json_build_object('id', id, 'public', coalesce(public, false)))
  from storage.buckets),
'roles', (
  select json_agg(json_build_object(
    'name', rolname, 'bypass_rls', rolbypassrls, 'superuser', rolsuper))
  from pg_roles where rolname !~ '^pg_' and rolname <> 'postgres'),
'publications', (
  select json_agg(json_build_object('name', pubname, 'all_tables', puballtables, 'tables', (
    select json_agg(name order by name collate "C") from (
      select nspname || '.' || relname as name
      from pg_publication_rel x join pg_class c on c.oid = x.prrelid
        join pg_namespace n on n.oid = c.relnamespace
      where x.prpubid = p.oid) t)))
  from pg_publication p)
)
