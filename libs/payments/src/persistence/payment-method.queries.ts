// The SQL of payment methods, in sets.
import type { Reader, Tx } from '@countinghouse/platform';

export interface MemberKey {
  readonly companyNumber: string;
  readonly employeeId: string;
}

export interface MethodRow {
  readonly memberId: string;
  readonly provider: string;
  readonly token: string;
  readonly label: string;
}

/** The members with these keys; null, in the same place, for those that do not exist. */
export async function membersByKey(reader: Reader, keys: readonly MemberKey[]): Promise<(string | null)[]> {
  const rows = await reader.query<{ id: string | null }>(
    `SELECT m.id FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(company_number, employee_id, place)
       LEFT JOIN companies.company c ON c.number = k.company_number
       LEFT JOIN companies.member m ON m.company_id = c.id AND m.employee_id = k.employee_id
      ORDER BY k.place`,
    [keys.map((key) => key.companyNumber), keys.map((key) => key.employeeId)],
  );
  return rows.map((row) => row.id);
}

/**
 * Makes each of these the active method of its member, one to a member; the one that was active before is replaced.
 * How many methods are new, and how many were known and have changed.
 */
export async function activateMethods(tx: Tx, methods: readonly MethodRow[]): Promise<{ added: number; changed: number }> {
  const given = [methods.map((method) => method.memberId), methods.map((method) => method.provider), methods.map((method) => method.token)];
  await tx.execute(
    `UPDATE payments.payment_method m SET state = 'replaced'
       FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n(member_id, provider, token)
      WHERE m.member_id = n.member_id AND m.state = 'active' AND (m.provider, m.token) <> (n.provider, n.token)`,
    given,
  );
  const { added, changed } = await tx.one<{ added: number; changed: number }>(
    `WITH written AS (
       INSERT INTO payments.payment_method AS m (id, member_id, provider, token, label)
       SELECT uuidv7(), n.* FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS n(member_id) ORDER BY n.member_id
       ON CONFLICT ON CONSTRAINT payment_method_is_known_once DO UPDATE SET state = 'active', label = excluded.label
         WHERE m.state <> 'active' OR m.label <> excluded.label
       RETURNING old IS NULL AS is_new
     )
     SELECT count(*) FILTER (WHERE is_new)::int AS added, count(*) FILTER (WHERE NOT is_new)::int AS changed FROM written`,
    [...given, methods.map((method) => method.label)],
  );
  return { added, changed };
}
