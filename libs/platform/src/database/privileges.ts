// Who may do what in the database. Two roles that nobody logs in with: one owns everything that migrations make, the other is
// what every process of ours runs as. ADR 11 says why.
import { DomainError } from '@countinghouse/kernel';
import type { ClientBase } from 'pg';
import { PersistenceManifest } from '../persistence/manifest';
import { QUEUE_SCHEMA } from '../queue/migrate-queue';
import { sqlState } from './database';

export const ROLES_OF_DATABASE = { owner: 'countinghouse_owner', app: 'countinghouse_app' } as const;
export type DatabaseRole = keyof typeof ROLES_OF_DATABASE;

const { owner: OWNER, app: APP } = ROLES_OF_DATABASE;
const INSUFFICIENT_PRIVILEGE = '42501';

/** The connection option that makes a session act as one of the roles, from its first statement on. */
export function actingAs(role: DatabaseRole): string {
  return `-c role=${ROLES_OF_DATABASE[role]}`;
}

/**
 * Makes the roles where the cluster has none yet, lets the login act as them, and hands over what it made before they
 * were there. Does nothing when there is nothing to do. Roles belong to the cluster, so another database may be making
 * the same ones at this moment.
 * @throws DomainError DATABASE_ROLES_NOT_GRANTED when the login may not do that
 */
export async function prepareRoles(login: ClientBase, manifests: readonly PersistenceManifest[]): Promise<void> {
  try {
    await login.query(MAKE_ROLES);
    const { rows } = await login.query<{ sql: string }>(HAND_OVER, [schemasOf(manifests)]);
    for (const { sql } of rows) await login.query(sql);
  } catch (error) {
    if (sqlState(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new DomainError('DATABASE_ROLES_NOT_GRANTED', `the login of DATABASE_URL may not prepare the roles ${OWNER} and ${APP}: ${(error as Error).message}`, {
      field: 'DATABASE_URL',
      remedy: `give it CREATEROLE and the ownership of the database, or as an administrator run: CREATE ROLE ${OWNER} NOLOGIN; CREATE ROLE ${APP} NOLOGIN; GRANT ${OWNER}, ${APP} TO <login>; GRANT CREATE ON DATABASE <database> TO ${OWNER}`,
      cause: error,
    });
  }
}

/**
 * Brings the rights of the application to what the manifests say, whatever they were: new tables need no word in their
 * migration. Run as the owner, in one transaction, so that nobody ever meets a table without its rights.
 */
export async function grantRights(owner: ClientBase, manifests: readonly PersistenceManifest[]): Promise<void> {
  const tables = manifests.flatMap(({ schema, rights = {} }) =>
    Object.entries(rights).flatMap(([table, allowed]) => [
      `REVOKE INSERT, UPDATE, DELETE ON ${schema}.${table} FROM ${APP}`,
      ...(allowed.length > 0 ? [`GRANT ${allowed.join(', ')} ON ${schema}.${table} TO ${APP}`] : []),
    ]),
  );
  await owner.query(['BEGIN', ...manifests.flatMap(({ schema }) => rightsInSchema(schema)), ...tables, RIGHTS_IN_QUEUE, 'COMMIT'].join(';\n'));
}

function schemasOf(manifests: readonly PersistenceManifest[]): string[] {
  return [...manifests.map(({ schema }) => schema), QUEUE_SCHEMA];
}

function rightsInSchema(schema: string): string[] {
  return [
    `REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM PUBLIC, ${APP}`,
    `REVOKE ALL ON ALL ROUTINES IN SCHEMA ${schema} FROM PUBLIC, ${APP}`,
    `GRANT USAGE ON SCHEMA ${schema} TO ${APP}`,
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${APP}`,
    `GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ${schema} TO ${APP}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${APP}`,
  ];
}

/** BullMQ makes a sequence of its own for each queue when it first meets it, so these belong to the application itself. */
const RIGHTS_IN_QUEUE = `
  GRANT USAGE, CREATE ON SCHEMA ${QUEUE_SCHEMA} TO ${APP};
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${QUEUE_SCHEMA} TO ${APP};
  GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ${QUEUE_SCHEMA} TO ${APP};
  DO $$
  DECLARE sequence regclass;
  BEGIN
    FOR sequence IN SELECT oid FROM pg_class WHERE relnamespace = '${QUEUE_SCHEMA}'::regnamespace AND relkind = 'S' AND relowner = '${OWNER}'::regrole LOOP
      EXECUTE format('GRANT ALL ON SEQUENCE %s TO ${APP}', sequence);
    END LOOP;
  END $$`;

const MAKE_ROLES = `
  DO $$
  DECLARE name text;
  BEGIN
    FOREACH name IN ARRAY ARRAY['${OWNER}', '${APP}'] LOOP
      BEGIN
        IF to_regrole(name) IS NULL THEN EXECUTE format('CREATE ROLE %I NOLOGIN', name); END IF;
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END;
      IF NOT pg_has_role(current_user, name, 'SET') THEN
        EXECUTE format('GRANT %I TO CURRENT_USER WITH INHERIT TRUE, SET TRUE', name);
      END IF;
    END LOOP;
    IF NOT has_database_privilege('${OWNER}', current_database(), 'CREATE') THEN
      EXECUTE format('GRANT CREATE ON DATABASE %I TO ${OWNER}', current_database());
    END IF;
  END $$`;

/** One statement for each thing in the schemas that belongs to neither role; schemas first. What belongs to a table goes with it. */
const HAND_OVER = `
  WITH ours AS (SELECT oid, nspname, nspowner FROM pg_namespace WHERE nspname = ANY ($1))
  SELECT format('ALTER %s OWNER TO ${OWNER}', thing) AS sql FROM (
    SELECT 1 AS place, format('SCHEMA %I', nspname) AS thing, nspowner AS owned_by FROM ours
    UNION ALL
    SELECT 2, format('%s %s', CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, c.oid::regclass), relowner
      FROM pg_class c JOIN ours ON ours.oid = relnamespace
     WHERE relkind IN ('r', 'p', 'v', 'm', 'S')
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND c.relkind = 'S')
    UNION ALL
    SELECT 3, format('ROUTINE %s', p.oid::regprocedure), proowner FROM pg_proc p JOIN ours ON ours.oid = pronamespace
     -- What an extension made stays with whom PostgreSQL gave it to.
     WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 4, format('TYPE %s', t.oid::regtype), typowner FROM pg_type t JOIN ours ON ours.oid = typnamespace
     WHERE typtype IN ('e', 'd') OR (typtype = 'c' AND (SELECT relkind FROM pg_class WHERE pg_class.oid = typrelid) = 'c')
  ) AS things
   WHERE owned_by NOT IN ('${OWNER}'::regrole, '${APP}'::regrole) ORDER BY place`;
