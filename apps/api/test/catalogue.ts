// The catalogue of a database as text: everything that a migration can make, one line each, in a stable order.
import { Reader } from '@countinghouse/platform';

const OURS = `NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'bullmq')`;

/** Columns, constraints, indexes, triggers, functions, views, sequences, types and rights, without object ids. */
const CATALOGUE = `
  SELECT 'schema ' || nspname AS line FROM pg_namespace WHERE nspname ${OURS} AND nspname !~ '^pg_'
  UNION ALL
  SELECT format('column %s.%s %s %s%s%s%s %s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull THEN ' not null' ELSE '' END, coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''),
                a.attidentity::text || a.attgenerated::text, a.attnum)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE n.nspname ${OURS} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm')
  UNION ALL
  SELECT format('relation %s.%s %s %s %s', n.nspname, c.relname, c.relkind, c.relpersistence, coalesce(c.reloptions::text, ''))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname ${OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
  UNION ALL
  SELECT format('constraint %s.%s %s %s', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname ${OURS}
  UNION ALL
  SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname ${OURS}
  UNION ALL
  SELECT format('trigger %s enabled %s', pg_get_triggerdef(t.oid), t.tgenabled)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname ${OURS} AND NOT t.tgisinternal
  UNION ALL
  SELECT 'function ' || pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname ${OURS} AND p.prokind IN ('f', 'p')
  UNION ALL
  SELECT format('view %s.%s %s', schemaname, viewname, definition) FROM pg_views WHERE schemaname ${OURS}
  UNION ALL
  SELECT format('type %s.%s %s %s', n.nspname, t.typname, t.typtype, coalesce(pg_get_constraintdef(k.oid), ''))
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_constraint k ON k.contypid = t.oid
   WHERE n.nspname ${OURS} AND t.typtype IN ('d', 'e', 'r')
  UNION ALL
  SELECT format('rights %s.%s %s', n.nspname, c.relname, c.relacl::text)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname ${OURS} AND c.relacl IS NOT NULL
  ORDER BY 1`;

export async function catalogueOf(reader: Reader): Promise<string[]> {
  return (await reader.query<{ line: string }>(CATALOGUE)).map(({ line }) => line);
}
