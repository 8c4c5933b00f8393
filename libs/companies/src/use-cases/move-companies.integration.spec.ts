// The hierarchy: moves from a day on, payers of payers, no circle on any day, and a thousand moves at once.
import { CompanyId, localDate, TimeZone } from '@countinghouse/kernel';
import { newId, violatedConstraint } from '@countinghouse/platform';
import { CompaniesAsVersioned } from '../proofs/companies-as-versioned.proof';
import { ACCOUNTANT, BILLING, Desk, VIEWER } from '../../test/desk';

const day = localDate;

describe('moving companies', () => {
  let desk: Desk;

  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.test.drop());

  const payerOn = async (id: CompanyId, on: string) => (await desk.test.database.read((reader) => desk.companies.payersOn(reader, [id], day(on)))).get(id);
  const pay = (companyId: CompanyId, targetId: CompanyId | null, effectiveOn?: string) =>
    desk.moves.execute({ companyId, kind: 'payer', targetId, ...(effectiveOn && { effectiveOn: day(effectiveOn) }) }, BILLING);
  const shown = async (id: CompanyId) => (await desk.query<{ parent: string; payer: string }>('SELECT parent_id AS parent, payer_id AS payer FROM companies.company WHERE id = $1', [id]))[0]!;

  it('leaves the days before where they were', async () => {
    const [child, first, second] = [await desk.company(), await desk.company(), await desk.company()];
    await pay(child, first, '2026-01-15');
    await pay(child, second, '2026-03-01');
    expect(await payerOn(child, '2026-01-14')).toBe(child);
    expect(await payerOn(child, '2026-01-15')).toBe(first);
    expect(await payerOn(child, '2026-02-28')).toBe(first);
    expect(await payerOn(child, '2026-03-01')).toBe(second);
    expect((await shown(child)).payer).toBe(second);
    const range = { start: day('2026-01-01'), end: day('2026-04-01') };
    const stretches = await desk.test.database.read((reader) => desk.companies.payerStretches(reader, [child, first], range));
    expect(stretches.get(child)!.map(({ payerId, start, end }) => [payerId, start, end])).toEqual([
      [child, '2026-01-01', '2026-01-15'],
      [first, '2026-01-15', '2026-03-01'],
      [second, '2026-03-01', '2026-04-01'],
    ]);
    expect(stretches.get(first)!.map(({ payerId }) => payerId)).toEqual([first]);
    expect(await desk.query(`SELECT action, change FROM platform.audit_entry WHERE subject_id = $1 AND action = 'companies.change-payer' ORDER BY id`, [child])).toHaveLength(2);
  });

  it('lets the payer of the payer pay', async () => {
    const [bottom, middle, top] = [await desk.company(), await desk.company(), await desk.company()];
    await pay(bottom, middle, '2026-01-01');
    await pay(middle, top, '2026-02-01');
    expect(await payerOn(bottom, '2026-01-31')).toBe(middle);
    expect(await payerOn(bottom, '2026-02-01')).toBe(top);
    await pay(middle, null, '2026-03-01');
    expect(await payerOn(bottom, '2026-03-01')).toBe(middle);
  });

  it('holds from registration for a company that begins with a payer', async () => {
    const payer = await desk.company();
    const child = await desk.company({ payerId: payer, parentId: payer });
    expect(await payerOn(child, '2001-01-01')).toBe(payer);
    expect(await shown(child)).toEqual({ parent: payer, payer });
  });

  it('that lies ahead is shown when its day has come', async () => {
    const [child, payer] = [await desk.company(), await desk.company()];
    await pay(child, payer, '2026-04-01');
    expect([(await shown(child)).payer, await payerOn(child, '2026-04-01')]).toEqual([null, payer]);
    // The payer is needed by then.
    await expect(desk.status.execute({ companyId: payer, move: 'close', reason: 'gone' }, BILLING)).rejects.toMatchObject({ code: 'COMPANY_CANNOT_MOVE' });
    expect(await desk.moves.showDue()).toBe(0);
    await desk.on('2026-04-01');
    expect([await desk.moves.showDue(), await desk.moves.showDue()]).toEqual([1, 0]);
    expect((await shown(child)).payer).toBe(payer);
  });

  describe('where it is another day already', () => {
    const daysOf = async (id: CompanyId) => (await desk.query<{ day: string }>('SELECT effective_on AS day FROM companies.company_move WHERE company_id = $1 ORDER BY id', [id])).map((row) => row.day);

    it('holds from the day that it is for each company', async () => {
      await desk.on('2026-04-02'); // Noon in London, when it is the third in Auckland.
      const [lisbon, auckland, payer] = [await desk.company(), await desk.company({ timeZone: 'Pacific/Auckland' }), await desk.company()];
      for (const id of [lisbon, auckland]) await pay(id, payer);
      expect([await daysOf(lisbon), await daysOf(auckland)]).toEqual([['2026-04-02'], ['2026-04-03']]);
      const [later, sooner] = [await desk.company(), await desk.company({ timeZone: 'Pacific/Auckland' })];
      for (const id of [later, sooner]) await pay(id, payer, '2026-04-03');
      expect([(await shown(later)).payer, (await shown(sooner)).payer]).toEqual([null, payer]);
    });

    it('lets two that change places show it one after the other', async () => {
      await desk.on('2026-04-10');
      await desk.moves.showDue();
      const [auckland, lisbon] = [await desk.company({ timeZone: 'Pacific/Auckland' }), await desk.company()];
      await pay(lisbon, auckland, '2026-04-10');
      await pay(lisbon, null, '2026-04-12');
      await pay(auckland, lisbon, '2026-04-12');
      await desk.on('2026-04-11');
      expect(await desk.moves.showDue()).toBe(1);
      expect([(await shown(auckland)).payer, (await shown(lisbon)).payer]).toEqual([lisbon, auckland]);
      const proof = () => desk.test.database.read((reader) => new CompaniesAsVersioned(desk.clock).prove(reader));
      expect(await proof()).toEqual({ ok: true, detail: expect.any(String) });
      await desk.on('2026-04-12');
      expect(await desk.moves.showDue()).toBe(1);
      expect([(await shown(auckland)).payer, (await shown(lisbon)).payer]).toEqual([lisbon, null]);
      expect(await payerOn(auckland, '2026-04-11')).toBe(auckland);
      expect(await proof()).toEqual({ ok: true, detail: expect.any(String) });
    });

    it('is shown anew when a company comes into another zone', async () => {
      await desk.on('2026-04-20');
      const [company, payer] = [await desk.company(), await desk.company()];
      await pay(company, payer, '2026-04-21');
      expect((await shown(company)).payer).toBeNull();
      await desk.editing.execute({ companyId: company, changes: { timeZone: 'Pacific/Auckland' as TimeZone } }, BILLING);
      expect((await shown(company)).payer).toBe(payer);
      await desk.editing.execute({ companyId: company, changes: { timeZone: 'America/New_York' as TimeZone } }, BILLING);
      expect((await shown(company)).payer).toBeNull();
      await desk.on('2026-04-21');
      await desk.moves.showDue();
      expect((await shown(company)).payer).toBe(payer);
    });
  });

  it('to where a company stands already does nothing', async () => {
    const [child, parent] = [await desk.company(), await desk.company()];
    const move = () => desk.moves.execute({ companyId: child, kind: 'parent', targetId: parent }, BILLING);
    await move();
    await move();
    expect(await desk.query('SELECT id FROM companies.company_move WHERE company_id = $1', [child])).toHaveLength(1);
  });

  it('is refused where it would close a circle, also on a day ahead', async () => {
    const [a, b, c] = [await desk.company(), await desk.company(), await desk.company()];
    await pay(a, b, '2026-01-01');
    await pay(b, c, '2026-06-01');
    await expect(pay(c, a, '2026-01-01')).rejects.toMatchObject({ code: 'COMPANY_CIRCLE', field: 'payerId' });
    await expect(pay(b, a, '2026-01-01')).rejects.toMatchObject({ code: 'COMPANY_CIRCLE' });
    await expect(pay(c, c)).rejects.toMatchObject({ code: 'COMPANY_CIRCLE' });
    // The parents are a hierarchy of their own.
    await desk.moves.execute({ companyId: b, kind: 'parent', targetId: a }, BILLING);
    await expect(desk.moves.execute({ companyId: a, kind: 'parent', targetId: b }, BILLING)).rejects.toMatchObject({ code: 'COMPANY_CIRCLE', field: 'parentId' });
  });

  it('is refused by the database itself, whatever the way', async () => {
    const [a, b, c] = [await desk.company(), await desk.company(), await desk.company()];
    await pay(a, b, '2026-01-01');
    await pay(b, c, '2026-06-01');
    const refused = (sql: string, params: unknown[]) =>
      desk.test.owner.transaction((tx) => tx.execute(sql, params)).then(() => 'nothing', (error: Error) => violatedConstraint(error) ?? error.message);
    const move = `INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by) VALUES ($1, $2, $3, $4, 'psql')`;
    expect(await refused(move, [c, 'payer', '2026-01-01', a])).toBe('company_move_makes_no_circle');
    expect(await refused(move, [c, 'payer', '2026-01-01', c])).toBe('company_move_is_to_another_company');
    expect(await refused(move, [c, 'payer', '2026-01-01', newId()])).toBe('company_move_target_exists');
    expect(await refused(move, [c, 'friend', '2026-01-01', a])).toBe('company_move_is_of_a_kind');
    expect(await refused('UPDATE companies.company SET payer_id = $2 WHERE id = $1', [b, a])).toBe('company_move_makes_no_circle');
    const twins = [newId(), newId()];
    expect(
      await refused(
        `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days, payer_id)
         SELECT t.id, 'T-' || t.id, 'Twin', 'PT', 'EUR', 'pt', 'UTC', 30, t.other FROM (VALUES ($1::uuid, $2::uuid), ($2, $1)) AS t(id, other)`, twins,
      ),
    ).toBe('company_move_makes_no_circle');
    expect(await refused('UPDATE companies.company_move SET target_id = NULL WHERE company_id = $1', [a])).toContain('append-only');
    expect(await refused(move, [a, 'payer', '2026-07-01', c])).toBe('nothing');
  });

  it('is refused below a hundred others', async () => {
    const chain = [await desk.company()];
    for (let level = 1; level < 100; level++) chain.push(await desk.company({ parentId: chain.at(-1)! }));
    await expect(desk.moves.execute({ companyId: await desk.company(), kind: 'parent', targetId: chain.at(-1)! }, BILLING)).rejects.toMatchObject({
      code: 'HIERARCHY_TOO_DEEP', field: 'parentId',
    });
    await desk.moves.execute({ companyId: await desk.company(), kind: 'parent', targetId: chain.at(-2)! }, BILLING);
  });

  it('that two make at once never closes a circle', async () => {
    for (let round = 0; round < 5; round++) {
      const [a, b, c] = [await desk.company(), await desk.company(), await desk.company()];
      const answers = await Promise.all(
        [[a, b], [b, c], [c, a]].map(([child, payer]) => pay(child!, payer!).then(() => 'moved', (error: { code?: string; message: string }) => error.code ?? error.message)),
      );
      expect(answers.sort()).toEqual(['COMPANY_CIRCLE', 'moved', 'moved']);
    }
  });

  it('of a closed company, to a closed company, or by a viewer is refused', async () => {
    const [child, closed] = [await desk.company(), await desk.company()];
    await desk.status.execute({ companyId: closed, move: 'close', reason: 'gone' }, BILLING);
    await expect(pay(child, closed)).rejects.toMatchObject({ code: 'COMPANY_CLOSED', field: 'payerId' });
    await expect(pay(closed, child)).rejects.toMatchObject({ code: 'COMPANY_CLOSED', field: 'companyId' });
    await expect(pay(child, newId())).rejects.toMatchObject({ code: 'COMPANY_UNKNOWN' });
    await expect(pay(child, null, '2028-01-01')).rejects.toMatchObject({ code: 'MOVE_TOO_FAR_AHEAD' });
    await expect(desk.moves.execute({ companyId: child, kind: 'payer', targetId: null }, VIEWER)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is proved: every company is what its versions say and stands where its moves put it', async () => {
    const proof = new CompaniesAsVersioned(desk.clock);
    const [child, payer] = [await desk.company(), await desk.company()];
    await pay(child, payer);
    await desk.editing.execute({ companyId: child, changes: { city: 'Porto' } }, BILLING);
    const prove = () => desk.test.database.read((reader) => proof.prove(reader));
    expect(await prove()).toEqual({ ok: true, detail: expect.stringMatching(/^\d+ companies are what the last of their \d+ versions and their moves say$/) });
    // What triggers would have kept, had they not been turned off.
    const forged = async (sql: string) => {
      let answer: unknown;
      await desk.test.owner
        .transaction(async (tx) => {
          await tx.execute('ALTER TABLE companies.company DISABLE TRIGGER USER');
          await tx.execute(sql, [child]);
          answer = await proof.prove(tx);
          throw new Error('taken back');
        })
        .catch(() => undefined);
      return answer;
    };
    expect(await forged(`UPDATE companies.company SET city = 'Faro' WHERE id = $1`)).toMatchObject({ ok: false });
    expect(await forged(`UPDATE companies.company SET payer_id = NULL WHERE id = $1`)).toMatchObject({ ok: false });
    expect(await prove()).toEqual({ ok: true, detail: expect.any(String) });
  });

  it('a thousand at once, singly and in sets, while others close, loses none', async () => {
    const [from, to] = [await desk.company(), await desk.company()];
    await desk.test.database.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days, payer_id, parent_id)
         SELECT uuidv7(), 'K-' || n, 'Child ' || n, 'PT', 'EUR', 'pt', 'UTC', 30, $1, $1 FROM generate_series(1, 1000) AS n`,
        [from],
      );
    });
    const ids = (await desk.query<{ id: CompanyId }>(`SELECT id FROM companies.company WHERE number LIKE 'K-%' ORDER BY number`)).map(({ id }) => id);
    const at = new Date(desk.clock.now());
    const move = { kind: 'payer' as const, targetId: to, effectiveOn: null, reason: 'group moved' };
    const recording = { by: 'rui', reason: 'sold', at };
    const singly = ids.slice(0, 40).map((id) => desk.moves.execute({ companyId: id, kind: 'payer', targetId: to }, BILLING));
    const inSets = [0, 1, 2, 3].map((part) =>
      desk.test.database.transaction((tx) => desk.moves.applyTo(tx, ids.slice(40 + part * 200, 240 + part * 200), move, at, BILLING)),
    );
    const closing = [0, 1].map((part) =>
      desk.test.database.transaction((tx) => desk.status.applyTo(tx, ids.slice(840 + part * 80, 920 + part * 80), 'close', recording, ACCOUNTANT)),
    );
    await Promise.all([...singly, ...inSets, ...closing]);
    expect(
      await desk.query(
        `SELECT c.status, c.payer_id = $1 AS moved, count(*)::int AS count,
                bool_and(companies.place_on(c.id, 'payer', '2026-04-20') = $2) AS was, bool_and(companies.place_on(c.id, 'payer', '2026-04-21') = c.payer_id) AS is
           FROM companies.company c WHERE number LIKE 'K-%' GROUP BY 1, 2 ORDER BY 1, 2`,
        [to, from],
      ),
    ).toEqual([
      { status: 'active', moved: true, count: 840, was: true, is: true },
      { status: 'closed', moved: false, count: 160, was: true, is: true },
    ]);
    const audited = await desk.query<{ action: string; count: number }>(
      `SELECT action, count(*)::int AS count FROM platform.audit_entry WHERE subject_id = ANY ($1::text[]) GROUP BY 1 ORDER BY 1`,
      [ids],
    );
    expect(audited).toEqual([{ action: 'companies.change-payer', count: 840 }, { action: 'companies.close-company', count: 160 }]);
  });
});
