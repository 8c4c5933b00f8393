// People by hand: editing, leaving, coming back, dependants, enrolments by day, and erasure; the headcount follows every step.
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { Logger } from '@nestjs/common';
import { addDays, isDomainError, LocalDate, MemberId } from '@countinghouse/kernel';
import { ImportHandler, ImportKind, ImportRow, newId, Rejection, rejection, TestClock, violatedConstraint } from '@countinghouse/platform';
import { day, days, PeopleStand } from '../../test/people-stand';
import { HeadcountLog } from '../proofs/headcount-log.proof';
import { ShowEnded } from './show-ended';

type Badge = { readonly company_number: string; readonly employee_id: string };

/** A kind of import beside that of members, which refuses every row. */
@ImportKind({ kind: 'companies.badges', queue: 'companies', columns: { company_number: { type: 'text', required: true }, employee_id: { type: 'text', required: true } }, key: ['company_number', 'employee_id'] })
class BadgesImport extends ImportHandler<Badge> {
  async check(_reader: unknown, rows: readonly ImportRow<Badge>[]): Promise<Rejection[]> {
    return rows.map(({ line, values: { employee_id: value } }) => rejection({ line, column: 'employee_id', value, code: 'BADGE_UNKNOWN', reason: `There is no badge of ${value}.`, remedy: 'Make one.' }));
  }
  async apply(): Promise<Record<string, number>> {
    return {};
  }
}

describe('people by hand', () => {
  let stand: PeopleStand;
  const year = days('2026-01-01', '2027-01-01');

  beforeAll(async () => {
    Logger.overrideLogger(false);
    stand = await PeopleStand.create('2026-07-01', [new BadgesImport()]);
  });
  afterAll(() => stand.test.drop());
  afterEach(async () => expect(await stand.failedProofs()).toEqual([]));

  const add = (companyNumber: string, employeeId: string, more: object = {}) =>
    stand.add.execute({ companyNumber, employeeId, name: `Person ${employeeId}`, eligibleFrom: day('2026-02-01'), ...more }, stand.actor);
  const enrol = (...changes: [MemberId, string, boolean][]) =>
    stand.test.database.transaction((tx) => stand.companies.recordEnrolment(tx, changes.map(([memberId, on, enrolled]) => ({ memberId, on: day(on), enrolled }))));
  const refused = (work: Promise<unknown>) => work.then(() => 'nothing', (error: { code?: string }) => violatedConstraint(error) ?? error.code);

  /** What the business refuses is fine; what the database has to refuse is a hole in the use case. */
  const allowed = (work: Promise<unknown>) => work.catch((error: unknown) => (isDomainError(error) ? undefined : Promise.reject(error)));

  it('leave, come back, and leave again; every stay stays counted', async () => {
    const acme = await stand.company('L-1');
    const ana = await add('L-1', '1');
    await stand.change.leave(ana, day('2026-04-01'), stand.actor, 'resigned');
    expect(await refused(stand.change.leave(ana, day('2026-05-01'), stand.actor))).toBe('MEMBER_HAS_LEFT');
    expect(await refused(stand.change.return(ana, day('2026-03-01'), stand.actor))).toBe('RETURN_BEFORE_LEAVING');
    await stand.change.return(ana, day('2026-06-01'), stand.actor);
    expect(await refused(stand.change.return(ana, day('2026-06-01'), stand.actor))).toBe('MEMBER_HAS_NOT_LEFT');
    expect(await refused(stand.change.edit({ memberId: ana, eligibleFrom: day('2026-03-31') }, stand.actor))).toBe('EARLIER_STAY_OVERLAPS');
    await stand.change.leave(ana, day('2026-09-01'), stand.actor);
    await stand.change.return(ana, day('2026-09-01'), stand.actor);
    expect(await stand.headcount(acme, year)).toEqual([
      '2026-01-01..2026-02-01 0', '2026-02-01..2026-04-01 1', '2026-04-01..2026-06-01 0', '2026-06-01..2027-01-01 1',
    ]);
    const audit = await stand.query<{ action: string; reason: string | null }>('SELECT action, reason FROM platform.audit_entry WHERE subject_id = $1 ORDER BY id', [ana]);
    expect(audit.slice(0, 2)).toEqual([{ action: 'companies.add-member', reason: null }, { action: 'companies.leave-member', reason: 'resigned' }]);
  });

  it('are edited; a corrected day is a new row of the log, and a cost centre moves from a day on', async () => {
    const acme = await stand.company('E-1');
    const ana = await add('E-1', '1', { costCentre: 'Sales' });
    await stand.change.edit({ memberId: ana, costCentre: 'Ops', costCentreFrom: day('2026-05-01') }, stand.actor);
    await stand.change.edit({ memberId: ana, eligibleFrom: day('2026-03-01'), name: ' Çağla  Øst-Müller ', employeeId: '2' }, stand.actor);
    expect(await stand.people(acme)).toEqual(['2: eligible 2026-03-01.. (Ops)']);
    expect(await stand.headcount(acme, year, 'eligible', 'Sales')).toEqual(['2026-01-01..2026-03-01 0', '2026-03-01..2026-05-01 1', '2026-05-01..2027-01-01 0']);
    const counts = await stand.test.database.read((reader) => stand.companies.headcountOn(reader, [acme], day('2026-06-01')));
    expect(counts.get(acme)).toEqual({ count: 1, byCostCentre: new Map([['Ops', 1]]) });
    // Without a day, from today in the company's zone.
    await stand.change.edit({ memberId: ana, costCentre: null }, stand.actor);
    expect(await stand.headcount(acme, year, 'eligible', 'Ops')).toEqual(['2026-01-01..2026-05-01 0', '2026-05-01..2026-07-01 1', '2026-07-01..2027-01-01 0']);
    expect(await stand.query('SELECT name FROM companies.member WHERE id = $1', [ana])).toEqual([{ name: 'Çağla Øst-Müller' }]);
    expect(await refused(stand.change.edit({ memberId: ana, email: 'nobody' }, stand.actor))).toBe('EMAIL_INVALID');
    expect(await refused(stand.change.edit({ memberId: ana, leftOn: day('2026-03-01') }, stand.actor))).toBe('LEFT_BEFORE_ELIGIBLE');
    await add('E-1', '9');
    expect(await refused(stand.change.edit({ memberId: ana, employeeId: '9' }, stand.actor))).toBe('MEMBER_ALREADY_ADDED');
  });

  it('have dependants, who are no employees of their own and leave with theirs', async () => {
    const acme = await stand.company('D-1');
    const ana = await add('D-1', '1', { email: 'couple@example.com' });
    const bo = await add('D-1', '1b', { email: 'couple@example.com', dependantOf: '1' });
    expect(await refused(add('D-1', '1c', { dependantOf: '1b' }))).toBe('EMPLOYEE_IS_DEPENDANT');
    expect(await refused(add('D-1', '1c', { dependantOf: '404' }))).toBe('EMPLOYEE_UNKNOWN');
    expect(await stand.headcount(acme, year)).toEqual(['2026-01-01..2026-02-01 0', '2026-02-01..2027-01-01 1']);
    await enrol([bo, '2026-02-01', true]);
    expect(await stand.headcount(acme, year, 'enrolled')).toEqual(['2026-01-01..2026-02-01 0', '2026-02-01..2027-01-01 1']);
    await stand.change.leave(ana, day('2026-08-01'), stand.actor);
    expect(await stand.people(acme)).toEqual(['1: left 2026-02-01..2026-08-01 ()', '1b: left 2026-02-01..2026-08-01 ()']);
    await stand.change.edit({ memberId: ana, leftOn: day('2026-07-15') }, stand.actor);
    expect(await stand.people(acme)).toEqual(['1: left 2026-02-01..2026-07-15 ()', '1b: left 2026-02-01..2026-07-15 ()']);
    expect(await refused(stand.change.return(bo, day('2026-09-01'), stand.actor))).toBe('EMPLOYEE_LEAVES');
    expect(await refused(add('D-1', '1d', { dependantOf: '1' }))).toBe('EMPLOYEE_LEAVES');
  });

  it('are enrolled by day: told again nothing changes, told anew the old day is corrected', async () => {
    const acme = await stand.company('N-1');
    const [ana, bo] = [await add('N-1', '1', { costCentre: 'Sales' }), await add('N-1', '2')];
    expect(await enrol([ana, '2026-03-01', true], [bo, '2026-03-01', true], [bo, '2026-05-01', false])).toBe(2);
    expect(await enrol([ana, '2026-03-01', true], [bo, '2026-05-01', false])).toBe(0);
    expect(await stand.headcount(acme, year, 'enrolled')).toEqual([
      '2026-01-01..2026-03-01 0', '2026-03-01..2026-05-01 2', '2026-05-01..2027-01-01 1',
    ]);
    expect(await stand.headcount(acme, year, 'enrolled', 'Sales')).toEqual(['2026-01-01..2026-03-01 0', '2026-03-01..2027-01-01 1']);
    expect((await stand.people(acme)).map((line) => line.split(' ')[1])).toEqual(['enrolled', 'eligible']);
    await enrol([ana, '2026-03-01', false], [ana, '2026-03-11', true]);
    await stand.change.edit({ memberId: ana, costCentre: 'Ops', costCentreFrom: day('2026-06-01') }, stand.actor);
    expect(await stand.headcount(acme, year, 'enrolled', 'Sales')).toEqual(['2026-01-01..2026-03-11 0', '2026-03-11..2026-06-01 1', '2026-06-01..2027-01-01 0']);
    expect(await stand.headcount(acme, year, 'enrolled', 'Ops')).toEqual(['2026-01-01..2026-06-01 0', '2026-06-01..2027-01-01 1']);
    await stand.change.leave(ana, day('2026-12-01'), stand.actor);
    await stand.change.return(ana, day('2026-12-15'), stand.actor);
    expect((await stand.people(acme))[0]).toBe('1: enrolled 2026-12-15.. (Ops)');
  });

  it('count on every day as their own days say, whatever was done to them and in whatever order', async () => {
    const start = day('2026-01-01');
    const on = fc.integer({ min: 0, max: 60 }).map((n) => addDays(start, n));
    const act = fc.oneof(
      fc.record({ kind: fc.constant('edit' as const), from: on, left: fc.option(on), centre: fc.constantFrom('A', 'B', null), since: on }),
      fc.record({ kind: fc.constant('enrol' as const), on, enrolled: fc.boolean() }),
      fc.record({ kind: fc.constant('return' as const), on }),
    );
    let no = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(act, { maxLength: 5 }), { minLength: 1, maxLength: 3 }), async (histories) => {
        const number = `R-${no++}`;
        await stand.company(number);
        for (const [i, acts] of histories.entries()) {
          const id = await add(number, `${i}`, { eligibleFrom: addDays(start, 10), costCentre: 'A' });
          for (const each of acts) {
            if (each.kind === 'enrol') await enrol([id, each.on, each.enrolled]);
            // What makes no sense is refused, and must leave everything as it was.
            else if (each.kind === 'return') await allowed(stand.change.return(id, each.on, stand.actor));
            else await allowed(stand.change.edit({ memberId: id, eligibleFrom: each.from, leftOn: each.left, costCentre: each.centre, costCentreFrom: each.since }, stand.actor));
          }
        }
        for (const offset of [0, 15, 30, 45, 61]) expect(await differences(addDays(start, offset))).toEqual([]);
      }),
      // The same in every run, so that what fails has been changed; another seed finds others. Not shrunk: the proof looks at all
      // companies, so after one that is wrong it finds every other one wrong, too.
      { numRuns: 25, seed: 2026, endOnFailure: true },
    );
  });

  /** Where the log and the members differ on a day; by the proof, with its clock on that day. */
  async function differences(on: LocalDate): Promise<string[]> {
    const clock = { today: () => on } as never;
    const proof = await stand.test.database.read((reader) => new HeadcountLog(clock).prove(reader));
    return proof.ok ? [] : [proof.detail];
  }

  it('that are erased leave nothing of themselves anywhere, and the counts stay', async () => {
    const acme = await stand.company('X-1');
    const header = 'employee_id,name,email,eligible_from,left_on';
    const ivo = 'P-4711,Ivo Zatopek,ivo.zatopek@example.com,2026-01-01';
    await stand.import(acme, [header, `${ivo},2026-06-01`, 'P-2,Eva,eva@example.com,2026-01-01,']);
    // The person also stands in refused rows, of a run that has ended and of one that waits, and in a row of that one.
    await stand.import(acme, [header, `${ivo},2025-01-01`, '"P-4711,Ivo Zatopek'], { review: false });
    const waiting = [`${header},dependant_of`, `${ivo},2026-06-01,`, 'P-5,Olga,,2026-01-01,2026-06-01,P-4711', '"P-99;Ivo Zatopek;ivo.zatopek@example.com', 'P-2,Eva,eva@example.com,2026-01-01,,'];
    const waits = await stand.import(acme, waiting, { review: true, content: 'snapshot', mode: 'goodRows' });
    expect(waits).toMatchObject({ state: 'awaiting-approval', result: { toAdd: '1', toRefuse: '1' } });
    // And in a file of another kind: refused, misspelt, and as a row that could not be read.
    const badges = Readable.from([Buffer.from('company_number,employee_id\nX-1,P-4711\nX-1,P-4711\n"X-1;P-4711"\nX-2,P-47110\n')]);
    const other = await stand.drained(await stand.imports.start({ kind: 'companies.badges', fileName: 'badges.csv', source: badges }, stand.actor));
    expect((await stand.rejections(other)).map(([line, column]) => [line, column])).toEqual([[2, 'employee_id'], [3, 'employee_id'], [3, 'employee_id'], [4, null], [5, 'employee_id']]);
    const id = await stand.member(acme, 'P-4711');
    const before = await stand.headcount(acme, year);

    await enrol([id, '2026-02-01', true]);
    expect(await refused(stand.erase.execute(id, 'request 17', stand.actor))).toBe('MEMBER_NOT_ERASABLE');
    await enrol([id, '2026-07-01', false]);
    expect(await refused(stand.erase.execute(id, ' ', stand.actor))).toBe('REASON_MISSING');
    expect(await refused(stand.erase.execute(id, 'as Ivo Zatopek asked', stand.actor))).toBe('REASON_NAMES_THE_PERSON');
    expect(await refused(stand.erase.execute(id, 'request 17', { ...stand.actor, role: 'billing' }))).toBe('FORBIDDEN');
    await stand.erase.execute(id, 'request 17', stand.actor);

    expect(await placesOf('zatopek')).toEqual([]);
    expect((await placesOf('P-4711')).filter((place) => !place.includes('P-47110'))).toEqual([]);
    expect(await placesOf('P-47110')).toHaveLength(1);
    expect(await stand.headcount(acme, year)).toEqual(before);
    expect(await stand.query('SELECT erased_by, reason FROM companies.member_erasure WHERE member_id = $1', [id])).toEqual([{ erased_by: 'ana', reason: 'request 17' }]);
    expect(await refused(stand.erase.execute(id, 'request 17', stand.actor))).toBe('MEMBER_ERASED');
    expect(await refused(stand.change.edit({ memberId: id, name: 'Ivo' }, stand.actor))).toBe('MEMBER_ERASED');
    expect(await refused(stand.execute(`UPDATE companies.member SET name = 'Ivo' WHERE id = $1`, [id]))).toBe('member_erased_stays_erased');
    expect(await refused(stand.erase.execute(await stand.member(acme, 'P-2'), 'request 18', stand.actor))).toBe('MEMBER_HAS_NOT_LEFT');
  });

  /** Every table of every schema in which a text stands, whatever the column. */
  async function placesOf(text: string): Promise<string[]> {
    const tables = await stand.query<{ name: string }>(`SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`);
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await stand.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t WHERE strpos(lower(t::text), lower($1)) > 0`, [text]);
      found.push(...rows.map(({ row }) => `${name}: ${row}`));
    }
    return found;
  }

  it('are enrolled until the day has come on which that ends', async () => {
    const acme = await stand.company('S-1');
    const ana = await add('S-1', '1');
    const status = async () => (await stand.people(acme))[0];
    const told = (today: string, ...changes: [string, boolean][]) =>
      stand.test.database.transaction((tx) => stand.companies.recordEnrolment(tx, changes.map(([on, enrolled]) => ({ memberId: ana, on: day(on), enrolled })), { today: day(today) }));
    const shown = (today: string) => new ShowEnded(stand.test.database, new TestClock(Date.parse(`${today}T12:00:00Z`))).execute();
    await told('2026-07-01', ['2026-03-01', true], ['2026-09-01', false]);
    expect(await status()).toBe('1: enrolled 2026-02-01.. ()');
    expect(await shown('2026-08-31')).toBe(0);
    expect(await shown('2026-09-15')).toBe(1);
    expect(await shown('2026-09-15')).toBe(0);
    expect(await status()).toBe('1: eligible 2026-02-01.. ()');
    await told('2026-09-15', ['2026-09-01', true], ['2026-12-01', false]);
    expect(await status()).toBe('1: enrolled 2026-02-01.. ()');
  });

  it('are guarded by the database too', async () => {
    const acme = await stand.company('G-1');
    const other = await stand.company('G-2');
    const [ana, bo, stranger] = [await add('G-1', '1'), await add('G-1', '2', { dependantOf: '1' }), await add('G-2', '1')];
    const dependant = (id: MemberId, of: MemberId) => refused(stand.execute('UPDATE companies.member SET dependant_of = $2 WHERE id = $1', [id, of]));
    expect(await dependant(ana, ana)).toBe('member_is_not_its_own_dependant');
    expect(await dependant(stranger, ana)).toBe('dependant_has_an_employee_of_its_company');
    expect(await dependant(ana, bo)).toBe('dependant_has_an_employee_of_its_company');
    expect(await dependant(bo, newId<MemberId>())).toBe('dependant_has_an_employee_of_its_company');
    const insert = (table: string, values: string) => refused(stand.execute(`INSERT INTO companies.${table} VALUES (${values})`));
    const nobody = newId<MemberId>();
    expect(await insert('member_past_stay', `'${nobody}', '2026-01-01', '2026-02-01'`)).toBe('past_stay_member_exists');
    expect(await insert('member_past_stay', `'${ana}', '2026-01-01', '2026-01-01'`)).toBe('past_stay_has_days');
    expect(await insert('member_past_cost_centre', `'${nobody}', '-infinity', '2026-02-01', 'A'`)).toBe('past_cost_centre_member_exists');
    expect(await insert('member_past_cost_centre', `'${ana}', '2026-01-01', 'infinity', 'A'`)).toBe('past_cost_centre_has_days');
    expect(await insert('member_enrolment', `'${nobody}', '2026-01-01', true`)).toBe('member_enrolment_member_exists');
    expect(await insert('member_erasure', `'${nobody}', '${acme}', now(), 'ana', 'r'`)).toBe('erasure_member_exists');
    expect(await insert('member_erasure', `'${ana}', '${acme}', now(), 'ana', ''`)).toBe('erasure_has_a_reason');
    expect(await insert('member_import_settings', `'${newId()}', '{}', 10`)).toBe('import_settings_company_exists');
    expect(await insert('member_import_settings', `'${acme}', '[]', 10`)).toBe('import_settings_mapping_is_an_object');
    expect(await insert('member_import_settings', `'${acme}', '{}', 101`)).toBe('import_settings_limit_is_a_share');
    expect(await refused(stand.execute(`UPDATE companies.member SET earlier_left_on = '2026-03-01' WHERE id = $1`, [ana]))).toBe('member_comes_back_after_leaving');
    expect(await refused(stand.execute(`UPDATE companies.member SET erased_at = now(), email = 'a@b.c' WHERE company_id = $1`, [other]))).toBe('member_erased_has_no_email');
    for (const table of ['member_past_stay', 'member_erasure']) expect(await refused(stand.execute(`DELETE FROM companies.${table}`))).toBe('23001');
  });
});
