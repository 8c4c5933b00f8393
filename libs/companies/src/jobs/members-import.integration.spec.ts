// The import of one company's people: its own column names, complete lists, the look before, the guard, and two at once.
import { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import { CompanyId } from '@countinghouse/kernel';
import type { ImportRun, Run } from '@countinghouse/platform';
import { refuseDependants } from '../persistence/members-import.queries';
import { day, days, PeopleStand } from '../../test/people-stand';

const HEADER = 'employee_id,name,email,cost_centre,eligible_from';
const person = (no: number, rest = `Person ${no},,Sales,2026-01-01`) => `E${no},${rest}`;
const list = (...numbers: number[]) => [HEADER, ...numbers.map((no) => person(no))];
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('the import of a company’s people', () => {
  let stand: PeopleStand;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    stand = await PeopleStand.create('2026-07-01');
  });
  afterAll(() => stand.test.drop());
  afterEach(async () => expect(await stand.failedProofs()).toEqual([]));

  it('needs no column for the company, and refuses a row of another', async () => {
    const acme = await stand.company('A-1');
    const done = await stand.import(acme, [`company_number,${HEADER}`, `A-1,${person(1)}`, `,${person(2)}`, `A-2,${person(3)}`]);
    expect(done).toMatchObject({ state: 'succeeded', result: { added: '2', refused: '1' } });
    expect(await stand.rejections(done)).toEqual([[4, 'company_number', 'ROW_OF_ANOTHER']]);
    expect(await stand.people(acme)).toEqual(['E1: eligible 2026-01-01.. (Sales)', 'E2: eligible 2026-01-01.. (Sales)']);
  });

  it('reads the company’s own column names, and knows them the next time', async () => {
    const acme = await stand.company('M-1');
    const header = 'Mitarbeiter-Nr;Vor- und Nachname;Eintritt';
    const mapping = { 'Mitarbeiter-Nr': 'employee_id', 'Vor- und Nachname': 'name', Eintritt: 'eligible_from' };
    expect(await stand.refusal(stand.start(acme, [header, '1;Çağla Øst-Müller;2026-01-01']))).toBe('COLUMN_MISSING');
    await stand.import(acme, [header, '1;Çağla Øst-Müller;2026-01-01', '2;João d’Ávila;2026-01-01'], { mapping });
    const next = await stand.import(acme, [header, '3;李 小龍;2026-02-01']);
    expect(next).toMatchObject({ state: 'succeeded', result: { added: '1' } });
    expect(await stand.query('SELECT name FROM companies.member WHERE company_id = $1 ORDER BY employee_id', [acme])).toEqual([
      { name: 'Çağla Øst-Müller' }, { name: 'João d’Ávila' }, { name: '李 小龍' },
    ]);
    expect(await stand.refusal(stand.start(acme, [header], { mapping: { Nummer: 'number' } }))).toBe('COLUMN_MAPPING_INVALID');
  });

  it('says what it would do before it does it, and goes on when it is confirmed', async () => {
    const acme = await stand.company('D-1');
    await stand.import(acme, [`${HEADER},left_on`, ...range(1, 30).map((no) => `${person(no)},`), `${person(31)},2026-03-01`]);
    const file = [HEADER, ...range(2, 29).map((no) => person(no)), 'E30,Renamed,,Sales,2026-01-01', person(31), person(32), 'E33,No day,,,soon'];
    const waiting = await stand.import(acme, file, { content: 'snapshot', review: true });
    expect(waiting).toMatchObject({
      state: 'awaiting-approval',
      result: { toAdd: '1', toChange: '1', toReturn: '1', toLeave: '0', toRemove: '1', toKeep: '28', toRefuse: '1', present: '30', guarded: '0' },
    });
    expect((await stand.people(acme)).length).toBe(31);
    const done = await stand.confirm(waiting);
    expect(done).toMatchObject({ state: 'succeeded', result: { added: '1', changed: '2', returned: '1', removed: '1', unchanged: '28', refused: '1' } });
    const people = await stand.people(acme);
    expect(people).toContain('E1: left 2026-01-01..2026-07-01 (Sales)');
    expect(people).toContain('E31: eligible 2026-07-01.. (Sales)');
    expect(await stand.headcount(acme, days('2026-02-01', '2026-08-01'))).toEqual(['2026-02-01..2026-03-01 32', '2026-03-01..2026-08-01 31']);
  });

  it('may be cancelled after the look, and nothing has happened', async () => {
    const acme = await stand.company('D-2');
    const waiting = await stand.import(acme, list(1, 2), { review: true });
    await stand.runs.cancel(waiting.id, stand.actor);
    expect(await stand.people(acme)).toEqual([]);
    expect(await stand.refusal(stand.members.confirm(waiting.id, false, stand.actor))).toBe('RUN_STATE_FORBIDS');
  });

  it('that is complete stops when it would remove too many, until that is confirmed in so many words', async () => {
    const acme = await stand.company('G-1');
    await stand.import(acme, list(...range(1, 20)));
    const waiting = await stand.import(acme, list(...range(1, 17)), { content: 'snapshot' });
    expect(waiting).toMatchObject({ state: 'awaiting-approval', result: { toRemove: '3', present: '20', guarded: '1' } });
    await expect(stand.confirm(waiting)).rejects.toMatchObject({ code: 'SNAPSHOT_REMOVES_TOO_MANY', message: 'The file does not name 3 of 20 people.', remedy: expect.stringContaining('acceptRemovals') });
    expect(await stand.confirm(waiting, true)).toMatchObject({ state: 'succeeded', result: { removed: '3' } });
    expect(await stand.headcount(acme, days('2026-06-01', '2026-08-01'))).toEqual(['2026-06-01..2026-07-01 20', '2026-07-01..2026-08-01 17']);
  });

  it('goes by the company’s own limit', async () => {
    const acme = await stand.company('G-2');
    await stand.import(acme, list(...range(1, 20)));
    await stand.members.saveSettings(acme, { removalLimitPercent: 20 }, stand.actor);
    expect(await stand.import(acme, list(...range(1, 17)), { content: 'snapshot' })).toMatchObject({ state: 'succeeded', result: { removed: '3' } });
    expect(await stand.refusal(stand.members.saveSettings(acme, { removalLimitPercent: 101 }, stand.actor))).toBe('REMOVAL_LIMIT_INVALID');
  });

  it('that was cut off in the middle is noticed by its last row, by the people it does not name, and removes nobody unasked', async () => {
    const acme = await stand.company('T-1');
    const whole = list(...range(1, 40)).join('\n');
    await stand.import(acme, whole.split('\n'));
    const inRow = await stand.import(acme, [], { content: 'snapshot', source: sourceOf(whole.slice(0, whole.indexOf('E39') + 8)) });
    expect(inRow).toMatchObject({ state: 'awaiting-approval', result: { guarded: '1', toRemove: '2', nameless: '1' } });
    expect(await stand.rejections(inRow)).toEqual([[40, null, 'FILE_CUT_OFF']]);
    await stand.runs.cancel(inRow.id, stand.actor);
    const betweenRows = await stand.import(acme, [], { content: 'snapshot', source: sourceOf(whole.slice(0, whole.indexOf('E21'))) });
    expect(betweenRows).toMatchObject({ state: 'awaiting-approval', result: { guarded: '1', toRemove: '20' } });
    await stand.runs.cancel(betweenRows.id, stand.actor);
    expect(await stand.headcount(acme, days('2026-07-01', '2026-08-01'))).toEqual(['2026-07-01..2026-08-01 40']);
  });

  it('that failed and is resumed when its rows are gone takes nobody for missing', async () => {
    const acme = await stand.company('GONE-1');
    await stand.import(acme, list(...range(1, 20)));
    const { id } = await stand.import(acme, list(...range(1, 20)), { content: 'snapshot' });
    // As if its last step had failed, and the rows had been forgotten since.
    await stand.test.owner.transaction((tx) => tx.execute(`UPDATE platform.run SET state = 'failed' WHERE id = $1`, [id]));
    await stand.test.owner.transaction((tx) => tx.execute(`UPDATE platform.run_chunk SET state = 'failed' WHERE run_id = $1 AND input ->> 'step' = 'remove'`, [id]));
    await stand.runs.resume(id, stand.actor);
    expect(await stand.runs.drain(id)).toMatchObject({ state: 'failed', error: 'IMPORT_ROWS_GONE: The rows of this import are not kept any more. Send the file again.' });
    expect(await stand.headcount(acme, days('2026-07-01', '2026-08-01'))).toEqual(['2026-07-01..2026-08-01 20']);
  });

  it('is one at a time: a second is refused with the run to wait for', async () => {
    const acme = await stand.company('O-1');
    const other = await stand.company('O-2');
    const first = await stand.start(acme, list(1));
    await expect(stand.start(acme, list(2))).rejects.toMatchObject({ code: 'MEMBERS_IMPORT_UNDER_WAY', remedy: expect.stringContaining(first.id) });
    await stand.import(other, list(1));
    await stand.drained(first);
    expect(await stand.import(acme, list(2))).toMatchObject({ state: 'succeeded' });
    const both = await Promise.all([3, 4].map((no) => stand.start(acme, list(no)).catch((error: unknown) => error)));
    expect(both).toEqual(expect.arrayContaining([expect.objectContaining({ state: 'planned' }), expect.objectContaining({ code: 'MEMBERS_IMPORT_UNDER_WAY' })]));
    for (const started of both) if ('state' in (started as object)) await stand.drained(started as Run);
  });

  it('of the same file twice changes nothing, and the same file of another company is another import', async () => {
    const acme = await stand.company('S-1');
    const other = await stand.company('S-2');
    const first = await stand.import(acme, list(1, 2), { content: 'snapshot' });
    const log = () => stand.query('SELECT count(*) FROM companies.headcount_change');
    const before = await log();
    expect((await stand.import(acme, list(1, 2), { content: 'snapshot' })).id).toBe(first.id);
    expect(await stand.import(acme, list(1, 2), { content: 'snapshot', again: true })).toMatchObject({ result: { added: '0', changed: '0', removed: '0', unchanged: '2' } });
    expect(await log()).toEqual(before);
    expect(await stand.import(other, list(1, 2), { content: 'snapshot' })).toMatchObject({ result: { added: '2' } });
  });

  it('moves people between cost centres from the day on which the file is true', async () => {
    const acme = await stand.company('C-1');
    await stand.import(acme, list(1, 2, 3));
    const moved = [HEADER, 'E1,Person 1,,Ops,2026-01-01', 'E2,Person 2,,,2026-01-01'];
    await stand.import(acme, moved, { asOf: day('2026-05-01') });
    const spring = days('2026-04-01', '2026-06-01');
    expect(await stand.headcount(acme, spring)).toEqual(['2026-04-01..2026-06-01 3']);
    expect(await stand.headcount(acme, spring, 'eligible', 'Sales')).toEqual(['2026-04-01..2026-05-01 3', '2026-05-01..2026-06-01 1']);
    expect(await stand.headcount(acme, spring, 'eligible', 'Ops')).toEqual(['2026-04-01..2026-05-01 0', '2026-05-01..2026-06-01 1']);
    expect(await stand.headcount(acme, spring, 'eligible', null)).toEqual(['2026-04-01..2026-05-01 0', '2026-05-01..2026-06-01 1']);
    // The move turns out to have been earlier, and then not to have been at all.
    await stand.import(acme, [HEADER, 'E1,Person 1,,Sales,2026-01-01'], { asOf: day('2026-05-01') });
    await stand.import(acme, [HEADER, 'E1,Person 1,,Ops,2026-01-01'], { asOf: day('2026-04-11'), again: true });
    expect(await stand.headcount(acme, spring, 'eligible', 'Ops')).toEqual(['2026-04-01..2026-04-11 0', '2026-04-11..2026-06-01 1']);
  });

  it('looks up by index whom the rows of dependants name, however many are on record', async () => {
    const acme = await stand.company('I-1');
    const lines = Array.from({ length: 2_000 }, (_, i) => (i % 2 === 0 ? `E${i},Ana,2026-01-01,` : `D${i},Bo,2026-01-01,E${i - 1}`));
    await stand.import(acme, ['employee_id,name,eligible_from,dependant_of', ...lines]);
    await stand.test.dataSource.query('VACUUM ANALYZE companies.member');
    const run = await stand.start(acme, ['employee_id,name,eligible_from,dependant_of', ...lines], { again: true });
    const plan = await stand.test.database.transaction(async (tx) => {
      await tx.execute('SET LOCAL enable_seqscan = off');
      const asked = jest.spyOn(tx, 'execute').mockImplementation(async (sql, params) => {
        if (sql.startsWith('WITH dependant')) rows = await tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${sql}`, params);
        else await tx.query(sql, params);
        return 0;
      });
      let rows: { 'QUERY PLAN': string }[] = [];
      await refuseDependants(tx, run as ImportRun);
      asked.mockRestore();
      return rows.map((row) => row['QUERY PLAN']);
    });
    await stand.drained(run);
    const lookups = plan.flatMap((line, i) => (/ on member/.test(line) ? [plan[i + 1]!.trim()] : []));
    expect(lookups.length).toBeGreaterThanOrEqual(3);
    for (const lookup of lookups) expect(lookup).toMatch(/^Index Cond: .*(employee_id|dependant_of) = /);
  });

  it('takes dependants with their employees, wherever these stand in the file, and lets them leave together', async () => {
    const acme = await stand.company('P-1');
    const header = 'employee_id,name,email,eligible_from,dependant_of';
    const file = [header, 'D1,Spouse of one,couple@example.com,2026-01-01,E1', 'E1,One,couple@example.com,2026-01-01,', 'E2,Two,,2026-01-01,',
      'D2,Nobody’s,,2026-01-01,E9', 'D3,Child of a dependant,,2026-01-01,D1', 'E4,Bad,,never,', 'D4,Child of a bad row,,2026-01-01,E4'];
    const done = await stand.import(acme, file);
    expect(done).toMatchObject({ result: { added: '3', refused: '4' } });
    expect(await stand.rejections(done)).toEqual([
      [5, 'dependant_of', 'EMPLOYEE_UNKNOWN'], [6, 'dependant_of', 'EMPLOYEE_IS_DEPENDANT'], [7, 'eligible_from', 'DATE_INVALID'], [8, 'dependant_of', 'EMPLOYEE_UNKNOWN'],
    ]);
    expect(await stand.headcount(acme, days('2026-02-01', '2026-03-01'))).toEqual(['2026-02-01..2026-03-01 2']);
    // Whose employee has left has left as well, whatever a file says.
    await stand.import(acme, ['employee_id,name,eligible_from,left_on,dependant_of', 'E7,Seven,2026-01-01,2026-05-01,', 'D7,Spouse of seven,2026-01-01,,E7']);
    expect((await stand.people(acme)).filter((line) => line.includes('7:'))).toEqual(['D7: left 2026-01-01..2026-05-01 ()', 'E7: left 2026-01-01..2026-05-01 ()']);
    // A list of employees alone says nothing of dependants, but they go with theirs.
    await stand.members.saveSettings(acme, { removalLimitPercent: 100 }, stand.actor);
    await stand.import(acme, ['employee_id,name,eligible_from', 'E2,Two,2026-01-01'], { content: 'snapshot' });
    expect((await stand.people(acme)).filter((line) => !line.includes('7:'))).toEqual(['D1: left 2026-01-01..2026-07-01 ()', 'E1: left 2026-01-01..2026-07-01 ()', 'E2: eligible 2026-01-01.. ()']);
  });

  it('of a file with 3 % bad rows names every bad one and takes every good one', async () => {
    const acme = await stand.company('B-1');
    const bad = (no: number) => no % 100 < 3;
    const rows = range(0, 4_999).map((no) => (bad(no) ? `E${no},Name,not an address,,2026-01-01` : person(no)));
    const done = await stand.import(acme, [HEADER, ...rows], { content: 'snapshot' });
    expect(done).toMatchObject({ state: 'succeeded', result: { added: '4850', refused: '150', removed: '0' } });
    expect(await stand.rejections(done)).toEqual(range(0, 4_999).filter(bad).map((no) => [no + 2, 'email', 'EMAIL_INVALID']));
    // Bad rows name their people all the same: nobody of them is taken for gone the next time.
    const next = await stand.import(acme, [HEADER, ...rows.map((row) => row.replace(',,Sales,2026-01-01', ',no address,Sales,2026-01-01'))], { content: 'snapshot' });
    expect(next).toMatchObject({ state: 'succeeded', result: { removed: '0', refused: '5000' } });
  });

  it('is for billing and above', async () => {
    const acme = await stand.company('R-1');
    const viewer = { ...stand.actor, role: 'viewer' as const };
    const input = { companyId: acme, fileName: 'f', source: sourceOf('x'), content: 'delta' as const };
    expect(await stand.refusal(stand.members.start(input, viewer))).toBe('FORBIDDEN');
    expect(await stand.refusal(stand.members.saveSettings(acme, {}, viewer))).toBe('FORBIDDEN');
    expect(await stand.refusal(stand.members.confirm(acme as never, true, viewer))).toBe('FORBIDDEN');
    expect(await stand.refusal(stand.start('01900000-0000-7000-8000-000000000000' as CompanyId, list(1)))).toBe('COMPANY_UNKNOWN');
  });
});

function sourceOf(text: string) {
  return Readable.from([Buffer.from(text)]);
}
