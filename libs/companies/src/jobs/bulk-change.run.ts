// The run kinds companies.bulk-change and companies.bulk-vat-check: one thing done to many companies, a few hundred to a chunk.
import { Injectable } from '@nestjs/common';
import { CompanyId, DomainError } from '@countinghouse/kernel';
import { Actor, ChunkOutcome, ParkedItem, PlannedChunk, Reader, Run, RunHandler, RunKind, Tx } from '@countinghouse/platform';
import { matchingCompanies } from '../persistence/company-search.queries';
import { NumberToCheck, numbersToCheck } from '../persistence/vat.queries';
import { ChangeCompanyStatus } from '../use-cases/change-company-status';
import { CheckVat } from '../use-cases/check-vat';
import { MoveCompanies } from '../use-cases/move-companies';
import { BULK_CHANGE, BULK_VAT_CHECK, BulkInput, COMPANIES_IN_BULK_MAX } from '../use-cases/start-bulk-change';

const CHUNK = 500;
/** Each is a question to a slow service. */
const VAT_CHUNK = 40;

interface Chunk {
  readonly companyIds: readonly CompanyId[];
}

@Injectable()
@RunKind({ kind: BULK_CHANGE, queue: 'companies', version: 2 })
export class BulkChangeRun implements RunHandler<BulkInput, Chunk> {
  constructor(
    private readonly statuses: ChangeCompanyStatus,
    private readonly moves: MoveCompanies,
  ) {}

  async plan(tx: Tx, { input }: Run<BulkInput>): Promise<PlannedChunk<Chunk>[]> {
    // Whoever is paid for is closed before its payer, which may not leave it behind; one stage after the other.
    const chunks = chunksOf(await companiesMeant(tx, input), CHUNK);
    return chunks.map((companyIds, stage) => ({ ...(input.doing.act === 'close' && { stage }), items: companyIds.length, input: { companyIds } }));
  }

  async processInTx(tx: Tx, { companyIds }: Chunk, { input }: Run<BulkInput>): Promise<ChunkOutcome> {
    const { doing, reason, by } = input;
    const at = new Date(input.at);
    const actor = actorOf(input);
    if (doing.act === 'check-vat') throw new RangeError('VAT checks are a run of their own');
    const { moved, refused } =
      doing.act === 'move'
        ? await this.moves.applyTo(tx, companyIds, { kind: doing.kind, targetId: doing.targetId, effectiveOn: doing.effectiveOn ?? null, reason }, at, actor)
        : await this.statuses.applyTo(tx, companyIds, doing.act, { by, reason, at }, actor);
    const numbers = await numbersOf(tx, refused.map(({ companyId }) => companyId));
    return {
      parked: refused.map(({ companyId, error }) => parkedItem(numbers.get(companyId) ?? companyId, error)),
      result: { changed: moved.length, unchanged: companyIds.length - moved.length - refused.length, refused: refused.length },
    };
  }
}

@Injectable()
@RunKind({ kind: BULK_VAT_CHECK, queue: 'companies' })
export class BulkVatCheckRun implements RunHandler<BulkInput, { readonly numbers: readonly NumberToCheck[] }> {
  constructor(private readonly vat: CheckVat) {}

  async plan(tx: Tx, { input }: Run<BulkInput>): Promise<PlannedChunk<{ numbers: readonly NumberToCheck[] }>[]> {
    const numbers = await numbersToCheck(tx, await companiesMeant(tx, input));
    return chunksOf(numbers, VAT_CHUNK).map((some) => ({ items: some.length, input: { numbers: some } }));
  }

  async process({ numbers }: { numbers: readonly NumberToCheck[] }, { input }: Run<BulkInput>): Promise<ChunkOutcome> {
    return { result: { checked: numbers.length, changed: await this.vat.check(numbers, actorOf(input)) } };
  }
}

/** Those that are paid for or stand under others first, then by number. @throws DomainError BULK_TOO_LARGE */
async function companiesMeant(tx: Tx, { companyIds, criteria, at }: BulkInput): Promise<CompanyId[]> {
  const meant = companyIds ?? (await companiesOfCriteria(tx, criteria!));
  if (meant.length > COMPANIES_IN_BULK_MAX) {
    throw new DomainError('BULK_TOO_LARGE', `The filter means more than ${COMPANIES_IN_BULK_MAX} companies.`, { field: 'filter', remedy: 'Narrow it, and start several runs.' });
  }
  const rows = await tx.query<{ id: CompanyId }>(
    `SELECT asked.id FROM unnest($1::uuid[]) WITH ORDINALITY AS asked(id, place)
       -- Wherever on earth, it is one of these three days.
       JOIN (SELECT company_id AS id, max(depth) AS depth FROM companies.stretches_above($1, 'payer', $2::date - 1, $2::date + 2) GROUP BY 1) AS above ON above.id = asked.id
      ORDER BY above.depth DESC, asked.place`,
    [meant, at.slice(0, 10)],
  );
  return rows.map(({ id }) => id);
}

async function companiesOfCriteria(reader: Reader, criteria: NonNullable<BulkInput['criteria']>): Promise<CompanyId[]> {
  const { from, where } = await matchingCompanies(reader, criteria);
  const sql = `SELECT c.id FROM ${from} WHERE ${where.and()} ORDER BY c.number LIMIT ${COMPANIES_IN_BULK_MAX + 1}`;
  return (await reader.query<{ id: CompanyId }>(sql, where.params)).map(({ id }) => id);
}

async function numbersOf(reader: Reader, ids: readonly CompanyId[]): Promise<Map<CompanyId, string>> {
  if (ids.length === 0) return new Map();
  const rows = await reader.query<{ id: CompanyId; number: string }>('SELECT id, number FROM companies.company WHERE id = ANY ($1::uuid[])', [ids]);
  return new Map(rows.map(({ id, number }) => [id, number]));
}

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  const chunks: Item[][] = [];
  for (let from = 0; from < items.length; from += size) chunks.push(items.slice(from, from + size));
  return chunks;
}

/** What was authorised when the run was asked for is done in the name of who did. */
function actorOf({ by }: BulkInput): Actor {
  return { subject: by, role: 'accountant', issuers: '*' };
}

function parkedItem(item: string, { code, message, remedy }: DomainError): ParkedItem {
  return { item, code, reason: `${message} ${remedy ?? ''}`.trim() };
}
