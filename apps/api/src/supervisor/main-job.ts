// The main job: bring the business in, bill its month, collect the money through the sandbox provider, prove the books.
import { INestApplicationContext } from '@nestjs/common';
import { SealBlocks, StartRecognitionRun } from '@countinghouse/accounting';
import { StartBillingRun } from '@countinghouse/invoicing';
import { addDays, addMonths, LocalDate, maxDate, RunId, startOfMonth, timeZone } from '@countinghouse/kernel';
import { StartCollectionRun } from '@countinghouse/payments';
import { AppClock, Database, Deliveries, Issuer, newId, Proofs, Run, Runs, systemActor } from '@countinghouse/platform';
import { DemoSize } from '../demo/business';
import { DEMO_FILES, DemoFile, demoFile, writeDemoFiles } from '../demo/files';
import { LoadDemo } from '../demo/load-demo';
import { Follower } from './follow';
import { grouped, Progress, Screen, startProgress } from './progress';

export const PHASES = ['import', 'bill', 'collect', 'prove'] as const;
export type Phase = (typeof PHASES)[number];

export interface MainJobInput {
  readonly companies: number;
  readonly members: number;
  /** First day of the month to bill; the last whole month of the clock when it is left out. */
  readonly month?: LocalDate;
  readonly demoFolder: string;
  readonly screen: Screen;
  readonly stopped: AbortSignal;
}

export interface ProofLine {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface MainJobOutcome {
  /** The first day of the month that was billed. */
  readonly month: LocalDate;
  readonly seconds: Readonly<Record<Phase, number>>;
  readonly proofs: readonly ProofLine[];
  /** Documents that this start has made; the tables of an earlier start stay as they are. */
  readonly newDocuments: number;
  /** Things a person should look at: rejected rows, parked items, events that were given up. */
  readonly remarks: readonly string[];
}

const ACTOR = systemActor('start');
/** Every payment moves within seconds; a time-out that the provider never answers is left to the janitor and counts as pending. */
const COLLECT_PATIENCE_MS = 120_000;
const DELIVER_PATIENCE_MS = 120_000;
const REMARKED_ITEMS = 3;

export class MainJob {
  private readonly follower: Follower;
  private readonly runs: Runs;
  private readonly remarks: string[] = [];
  private readonly seconds: Record<Phase, number> = { import: 0, bill: 0, collect: 0, prove: 0 };

  constructor(
    private readonly app: INestApplicationContext,
    private readonly input: MainJobInput,
  ) {
    this.runs = app.get(Runs);
    this.follower = new Follower(app.get(Database), this.runs, input.stopped);
  }

  async run(): Promise<MainJobOutcome> {
    const today = this.app.get(AppClock).today(timeZone('UTC'));
    const month = this.input.month ?? addMonths(startOfMonth(today), -1);
    const before = await this.documents();
    const issuers = await this.phase('import', (progress) => this.import({ ...this.input, month }, progress));
    await this.phase('bill', (progress) => this.bill(issuers, month, before, progress));
    await this.phase('collect', (progress) => this.collect(issuers, progress));
    const proofs = await this.phase('prove', (progress) => this.prove(progress));
    return { month, seconds: this.seconds, proofs, newDocuments: (await this.documents()) - before, remarks: this.remarks };
  }

  private async import({ companies, members, month }: DemoSize, progress: Progress): Promise<[Issuer[], string]> {
    const load = this.app.get(LoadDemo);
    progress.update(0, 0, 'writing the files');
    const size = await writeDemoFiles(this.input.demoFolder, { companies, members, month });
    if (size.companies !== companies || size.members !== members) {
      this.remarks.push(
        `The demo business was made with ${grouped(size.companies)} companies and ${grouped(size.members)} members and stays so; without the folder .data the next start is a first start.`,
      );
    }
    const issuers = await this.follower.patiently(() => load.setUp(size.month, ACTOR));
    for (const file of DEMO_FILES) {
      const started = await this.follower.patiently(() => load.importFile(file, demoFile(this.input.demoFolder, file), ACTOR));
      const [run] = await this.follower.follow([started.id], progress, file);
      await this.remarkRejections(file, run!);
    }
    await this.follower.patiently(() => load.agree(ACTOR));
    return [issuers, `${grouped(size.companies)} companies, ${grouped(size.members)} members`];
  }

  /**
   * Bills through the midnight that ends the month, then recognises revenue through today: what the documents of today
   * have deferred can be earned today at the earliest, and the month lies behind.
   */
  private async bill(issuers: readonly Issuer[], month: LocalDate, before: number, progress: Progress): Promise<[void, string]> {
    const through = addMonths(month, 1);
    const bill = this.app.get(StartBillingRun);
    await this.forEveryIssuer(issuers, progress, 'charges and documents', (issuerId) =>
      bill.execute({ idempotencyKey: newId<RunId>(), issuerId, through }, ACTOR),
    );
    const recognise = this.app.get(StartRecognitionRun);
    const clock = this.app.get(AppClock);
    await this.forEveryIssuer(issuers, progress, 'revenue', (issuerId, zone) =>
      recognise.execute({ issuerId, through: maxDate(clock.today(zone), addDays(through, -1)) }, ACTOR),
    );
    const made = (await this.documents()) - before;
    return [undefined, made === 0 ? `nothing to bill: ${month.slice(0, 7)} is billed already` : `${grouped(made)} documents`];
  }

  private async collect(issuers: readonly Issuer[], progress: Progress): Promise<[void, string]> {
    await this.follower.waitFor((reader) => this.app.get(Deliveries).backlog(reader), progress, 'scheduling', DELIVER_PATIENCE_MS);
    const collect = this.app.get(StartCollectionRun);
    const clock = this.app.get(AppClock);
    // Each issuer collects on its own local day.
    await this.forEveryIssuer(issuers, progress, 'charging', (issuerId, zone) =>
      collect.execute({ idempotencyKey: newId<RunId>(), issuerId, through: clock.today(zone) }, ACTOR),
    );
    await this.follower.waitFor(paymentsInFlight, progress, 'webhooks', COLLECT_PATIENCE_MS);
    const settled = await this.follower.look((reader) => reader.one<{ n: bigint }>(`SELECT count(*) AS n FROM payments.payment WHERE state = 'succeeded'`));
    return [undefined, `${grouped(settled.n)} payments settled`];
  }

  private async prove(progress: Progress): Promise<[ProofLine[], string]> {
    const left = await this.follower.waitFor((reader) => this.app.get(Deliveries).backlog(reader), progress, 'events', DELIVER_PATIENCE_MS);
    const delivered = { name: 'events-delivered', ok: left === 0, detail: left === 0 ? 'every event has reached every consumer' : `${left} wait` };
    // The worker seals by itself every few seconds; what is proved here should be sealed to the last entry.
    await this.follower.waitFor(() => this.app.get(SealBlocks).execute(), progress, 'sealing', DELIVER_PATIENCE_MS);
    const proofs = await this.follower.look((reader) => this.app.get(Proofs).all(reader));
    const all = [...proofs, delivered];
    const failed = all.filter((proof) => !proof.ok).length;
    return [all, failed === 0 ? `all ${all.length} proofs hold` : `${failed} of ${all.length} proofs FAIL`];
  }

  /** One run for each issuer, side by side. */
  private async forEveryIssuer(
    issuers: readonly Issuer[],
    progress: Progress,
    what: string,
    start: (issuerId: Issuer['id'], zone: Issuer['timeZone']) => Promise<Run>,
  ): Promise<void> {
    const started: Run[] = [];
    for (const { id, timeZone: zone } of issuers) started.push(await this.follower.patiently(() => start(id, zone)));
    const runs = await this.follower.follow(started.map((run) => run.id), progress, what);
    for (const run of runs.filter((each) => each.parked > 0)) await this.remarkParked(run);
  }

  private async phase<T>(name: Phase, work: (progress: Progress) => Promise<[T, string]>): Promise<T> {
    const started = performance.now();
    const progress = startProgress(this.input.screen, name);
    const [result, said] = await work(progress);
    this.seconds[name] = Math.round(performance.now() - started) / 1000;
    progress.finish(said);
    return result;
  }

  private async documents(): Promise<number> {
    const { n } = await this.follower.look((reader) => reader.one<{ n: bigint }>(`SELECT count(*) AS n FROM invoicing.invoice WHERE state <> 'draft'`));
    return Number(n);
  }

  private async remarkRejections(file: DemoFile, run: Run): Promise<void> {
    const rejected = await this.follower.look((reader) =>
      reader.query<{ line: number; code: string; reason: string }>(
        `SELECT line, code, reason FROM platform.import_rejection WHERE run_id = $1 ORDER BY line LIMIT $2`,
        [run.id, REMARKED_ITEMS],
      ),
    );
    for (const { line, code, reason } of rejected) this.remarks.push(`${file}.csv line ${line} was refused (${code}): ${reason}`);
  }

  private async remarkParked(run: Run): Promise<void> {
    const items = await this.follower.look((reader) => this.runs.parkedItems(reader, run.id, { limit: REMARKED_ITEMS }));
    this.remarks.push(`${run.kind} has parked ${grouped(run.parked)}: ${items.map((item) => `${item.item} (${item.code}: ${item.reason})`).join('; ')}`);
  }
}

/** Payments that can still move today; one that waits for a later day to be tried again cannot. */
async function paymentsInFlight(reader: { one<Row extends object>(sql: string): Promise<Row> }): Promise<number> {
  const { n } = await reader.one<{ n: bigint }>(
    `SELECT count(*) AS n FROM payments.payment p JOIN platform.issuer i ON i.id = p.issuer_id
      WHERE p.state IN ('processing', 'unknown')
         OR (p.state = 'scheduled' AND p.collect_on <= (now() AT TIME ZONE i.time_zone)::date)`,
  );
  return Number(n);
}
