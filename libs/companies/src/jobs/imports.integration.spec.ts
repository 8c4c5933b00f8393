// Importing companies and their people: what is refused and why, what a later file changes, and what it does to the headcount.
import { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import { CompanyId, DateRange, localDate } from '@countinghouse/kernel';
import { Actor, Audit, Imports, JobRegistry, Outbox, QueueSettings, Run, RunChunks, Runs, StartImport, TestClock } from '@countinghouse/platform';
import { companiesCsv } from '../exports/companies-csv';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { moveChecks } from '../../test/desk';
import { Companies } from '../companies.facade';
import { CompaniesImport } from './companies-import';
import { MembersImport } from './members-import';

const COMPANIES_HEADER =
  'number,legal_name,trade_name,country,tax_id,vat_status,currency,language,time_zone,payment_terms_days,email,address_line,postal_code,city';
const MEMBERS_HEADER = 'company_number,employee_id,name,email,cost_centre,eligible_from,left_on';

describe('the imports of companies', () => {
  const actor: Actor = { subject: 'ana', role: 'billing', issuers: '*' };
  let test: TestDatabase;
  let runs: Runs;
  let imports: Imports;
  const companiesImport = new CompaniesImport(new Audit(), moveChecks);

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestDatabase();
    const registry = JobRegistry.of(companiesImport, new MembersImport(new Outbox(), new TestClock(Date.UTC(2026, 0, 1))));
    runs = new Runs(test.database, new Audit(), new RunChunks(test.database, new Audit(), registry, new QueueSettings(test.url)));
    imports = new Imports(test.database, runs, registry);
  });
  afterAll(() => test.drop());

  async function run(kind: 'companies' | 'members', lines: readonly string[], options: Partial<StartImport> = {}): Promise<Run> {
    const header = kind === 'companies' ? COMPANIES_HEADER : MEMBERS_HEADER;
    const source = Readable.from([Buffer.from([header, ...lines].join('\n'))]);
    const done = await runs.drain((await imports.start({ kind: `companies.${kind}`, fileName: `${kind}.csv`, source, ...options }, actor)).id);
    if (done.state === 'failed') throw new Error(`run ${done.kind} failed: ${done.error}`);
    return done;
  }
  const raw = (kind: string, text: string) => run('members', [], { kind, source: Readable.from([Buffer.from(text)]) });
  const rejections = async (of: Run) =>
    (await test.database.read((reader) => imports.rejections(reader, of.id, { limit: 1_000 }))).map(({ line, column, code }) => [line, column, code]);
  const register = async (...numbers: string[]): Promise<CompanyId[]> => {
    await run('companies', numbers.map((number) => `${number},Company ${number},,PT,501964843,valid,EUR,pt,Europe/Lisbon,30,,,,`));
    const rows = await test.database.query<{ id: CompanyId }>('SELECT id FROM companies.company WHERE number = ANY ($1) ORDER BY number', [numbers]);
    return rows.map(({ id }) => id);
  };
  const members = (companyId: CompanyId) =>
    test.database.query<{ employee_id: string; name: string; email: string | null; status: string; eligible_from: string; left_on: string | null }>(
      `SELECT employee_id, name, email, status, eligible_from, left_on FROM companies.member WHERE company_id = $1 ORDER BY employee_id`,
      [companyId],
    );
  const headcount = async (companyId: CompanyId, range: DateRange) =>
    (await test.database.read((reader) => new Companies().headcountStretches(reader, [companyId], range)))
      .get(companyId)!
      .map(({ start, end, count }) => `${start}..${end} ${count}`);
  const log = (companyId: CompanyId) =>
    test.database.query<{ effective_on: string; change: number }>(
      `SELECT effective_on, change FROM companies.headcount_change WHERE company_id = $1 ORDER BY id`,
      [companyId],
    );
  const spring: DateRange = { start: localDate('2026-03-01'), end: localDate('2026-06-01') };

  describe('companies', () => {
    it('are added, changed by a later file, and left alone by the same one', async () => {
      const lines = [
        'C-1,Padaria d’Ávila Lda,Ávila,PT,PT 501 964 843,valid,EUR,pt,europe/lisbon,30,contas@avila.example,Rua Ç 1,1000-001,Lisboa',
        'C-2,Müller & Søn GmbH,,DE,"DE 136,695 976",unchecked,eur,de,Europe/Berlin,14,,,,',
        'C-3,Três Irmãos S.A.,,BR,12.ABC.345/01DE-35,not-required,BRL,pt-BR,America/Sao_Paulo,0,,,,',
      ];
      expect(await run('companies', lines)).toMatchObject({ state: 'succeeded', result: { imported: '3', added: '3', changed: '0' } });
      const later = [lines[0]!, lines[1]!.replace(',14,', ',45,')];
      expect(await run('companies', later)).toMatchObject({ result: { added: '0', changed: '1', unchanged: '1' } });
      expect(
        await test.database.query(
          `SELECT number, tax_id, currency, time_zone, payment_terms_days, status FROM companies.company WHERE number LIKE 'C-_' ORDER BY number`,
        ),
      ).toEqual([
        { number: 'C-1', tax_id: '501964843', currency: 'EUR', time_zone: 'Europe/Lisbon', payment_terms_days: 30, status: 'active' },
        { number: 'C-2', tax_id: 'DE136695976', currency: 'EUR', time_zone: 'Europe/Berlin', payment_terms_days: 45, status: 'active' },
        { number: 'C-3', tax_id: '12ABC34501DE35', currency: 'BRL', time_zone: 'America/Sao_Paulo', payment_terms_days: 0, status: 'active' },
      ]);
    });

    it('keep what a file does not speak of, and lose the VAT check with the number it was made for', async () => {
      await run('companies', ['K-1,Keep,Keeper,PT,501964843,valid,EUR,pt,Europe/Lisbon,30,a@keep.example,Street 1,1000,Lisboa']);
      await test.database.transaction((tx) => tx.execute(`UPDATE companies.company SET vat_checked_on = '2026-01-02' WHERE number = 'K-1'`));
      const columns = 'number;legal_name;country;currency;language;time_zone;payment_terms_days';
      await raw('companies.companies', `${columns}\nK-1;Kept;PT;EUR;pt;Europe/Lisbon;30\n`);
      const profile = `SELECT legal_name, trade_name, email, city, vat_status, vat_checked_on FROM companies.company WHERE number = 'K-1'`;
      const kept = { legal_name: 'Kept', trade_name: 'Keeper', email: 'a@keep.example', city: 'Lisboa' };
      expect(await test.database.query(profile)).toEqual([{ ...kept, vat_status: 'valid', vat_checked_on: '2026-01-02' }]);
      await raw('companies.companies', `${columns};tax_id\nK-1;Kept;PT;EUR;pt;Europe/Lisbon;30;999999990\n`);
      expect(await test.database.query(profile)).toEqual([{ ...kept, vat_status: 'unchecked', vat_checked_on: null }]);
    });

    it('write versions by the rules of a single edit, each with who and why, and keep who stated a VAT status', async () => {
      const columns = 'number;legal_name;country;tax_id;vat_status;currency;language;time_zone;payment_terms_days;payment_terms_kind;delivery;email;cost_centres;iban;region';
      const file = (name: string, email = 'a@v.example') =>
        raw('companies.companies', `${columns}\nV-1;${name};PT;501964843;valid;EUR;pt;Europe/Lisbon;30;end-of-month;email;${email};Sales|IT;PT50 0002 0123 1234 5678 9015 4;Lisboa\n`);
      await file('First');
      await file('First', 'b@v.example');
      await file('First', 'b@v.example');
      expect(
        await test.database.query(
          `SELECT v.no, v.profile ->> 'email' AS email, v.recorded_by, v.reason FROM companies.company_version v JOIN companies.company c ON c.id = v.company_id
            WHERE c.number = 'V-1' ORDER BY v.no`,
        ),
      ).toEqual([
        { no: 1, email: 'a@v.example', recorded_by: 'ana', reason: 'imported from a file' },
        { no: 2, email: 'b@v.example', recorded_by: 'ana', reason: 'imported from a file' },
      ]);
      expect(await test.database.query(`SELECT payment_terms_kind, delivery, cost_centres, iban, region FROM companies.company WHERE number = 'V-1'`)).toEqual([
        { payment_terms_kind: 'end-of-month', delivery: 'email', cost_centres: ['Sales', 'IT'], iban: 'PT50000201231234567890154', region: 'Lisboa' },
      ]);
      expect(await test.database.query(`SELECT k.result, k.source FROM companies.vat_check k JOIN companies.company c ON c.id = k.company_id WHERE c.number = 'V-1'`)).toEqual([
        { result: 'valid', source: 'stated' },
      ]);
      // What the file leaves empty must go with what the company has.
      const emptied = await raw('companies.companies', 'number;legal_name;country;currency;language;time_zone;payment_terms_days;email\nV-1;First;PT;EUR;pt;Europe/Lisbon;30;\n');
      expect(await rejections(emptied)).toEqual([[2, 'email', 'DELIVERY_WITHOUT_ADDRESS']]);
    });

    it('come out as CSV that changes nothing when it is imported again', async () => {
      await raw('companies.companies', 'number;legal_name;country;tax_id;vat_status;currency;language;time_zone;payment_terms_days;cost_centres;address_line2\nZ-1;"Ávila; ""Øst"", Lda";PT;501964843;valid;EUR;pt;Europe/Lisbon;30;Sales|IT;2.º\nZ-2;Plain;GB;;;GBP;en;Europe/London;0;;\n');
      let csv = '';
      await test.database.read(async (reader) => {
        for await (const line of companiesCsv(reader, { search: 'Z' })) csv += line;
      });
      expect(csv.split('\r\n')).toHaveLength(4);
      expect(await raw('companies.companies', csv)).toMatchObject({ state: 'succeeded', result: { added: '0', changed: '0', unchanged: '2' } });
    });

    describe('with places', () => {
      const columns = 'number;legal_name;country;currency;language;time_zone;payment_terms_days;parent_number;payer_number';
      const row = (number: string, parent = '', payer = '') => `${number};${number};PT;EUR;pt;Europe/Lisbon;30;${parent};${payer}`;
      const file = (rows: readonly string[], options: Partial<StartImport> = {}) =>
        run('companies', [], { source: Readable.from([Buffer.from(`${columns}\n${rows.join('\n')}\n`)]), ...options });
      const places = (like: string) =>
        test.database.query(
          `SELECT c.number || ' ' || coalesce(p.number, '-') || ' ' || coalesce(y.number, '-') AS place FROM companies.company c
             LEFT JOIN companies.company p ON p.id = c.parent_id LEFT JOIN companies.company y ON y.id = c.payer_id WHERE c.number LIKE $1 ORDER BY c.number`,
          [like],
        ).then((rows) => (rows as { place: string }[]).map(({ place }) => place));
      const moves = async () => (await test.database.query('SELECT 1 FROM companies.company_move')).length;

      it.each(['goodRows', 'allOrNothing'] as const)('name companies anywhere in the file, move, change places, and come out as they came in (%s)', async (mode) => {
        const h = mode === 'goodRows' ? 'HG' : 'HA';
        expect(await file([row(`${h}-1`, `${h}-3`, `${h}-2`), row(`${h}-2`), row(`${h}-3`)], { mode })).toMatchObject({ state: 'succeeded', result: { added: '3', moved: '2' } });
        expect(await places(`${h}-_`)).toEqual([`${h}-1 ${h}-3 ${h}-2`, `${h}-2 - -`, `${h}-3 - -`]);
        expect(await file([row(`${h}-3`, `${h}-1`), row(`${h}-1`, '', `${h}-2`)], { mode })).toMatchObject({ result: { unchanged: '2', moved: '2' } });
        expect(await places(`${h}-_`)).toEqual([`${h}-1 - ${h}-2`, `${h}-2 - -`, `${h}-3 ${h}-1 -`]);
        const before = await moves();
        let csv = '';
        await test.database.read(async (reader) => {
          for await (const line of companiesCsv(reader, { search: h })) csv += line;
        });
        expect(await raw('companies.companies', csv)).toMatchObject({ state: 'succeeded', result: { added: '0', changed: '0', unchanged: '3', moved: '0' } });
        expect(await moves()).toBe(before);
        expect(
          await test.database.query(
            `SELECT a.actor, a.action, a.reason FROM platform.audit_entry a JOIN companies.company c ON c.id::text = a.subject_id::text WHERE c.number = $1 ORDER BY a.id`, [`${h}-3`],
          ),
        ).toEqual([{ actor: 'ana', action: 'companies.move-company', reason: 'imported from a file' }]);
      });

      it('hold always for a company that the file registers, and from its own day for one that was there', async () => {
        await raw('companies.companies', 'number;legal_name;country;currency;language;time_zone;payment_terms_days\nHN-1;First;KI;AUD;en;Pacific/Kiritimati;30\nHN-2;Last;AS;USD;en;Pacific/Pago_Pago;30\n');
        await raw('companies.companies', `${columns}\nHN-1;First;KI;AUD;en;Pacific/Kiritimati;30;;HN-4\nHN-2;Last;AS;USD;en;Pacific/Pago_Pago;30;HN-4;HN-3\nHN-3;New;PT;EUR;pt;Europe/Lisbon;30;HN-4;HN-4\nHN-4;Top;PT;EUR;pt;Europe/Lisbon;30;;\n`);
        const moved = await test.database.query<{ place: string; since: string }>(
          `SELECT c.number || ' ' || m.kind || ' ' || t.number AS place, CASE WHEN m.effective_on = (r.started_at AT TIME ZONE c.time_zone)::date THEN 'today' ELSE m.effective_on::text END AS since
             FROM companies.company_move m JOIN companies.company c ON c.id = m.company_id JOIN companies.company t ON t.id = m.target_id,
                  (SELECT started_at FROM platform.run ORDER BY created_at DESC LIMIT 1) AS r WHERE c.number LIKE 'HN-_' ORDER BY 1`,
        );
        expect(moved.map(({ place, since }) => `${place} ${since}`)).toEqual([
          'HN-1 payer HN-4 today', 'HN-2 parent HN-4 today', 'HN-2 payer HN-3 today', 'HN-3 parent HN-4 -infinity', 'HN-3 payer HN-4 -infinity',
        ]);
        const ids = await test.database.query<{ id: CompanyId }>(`SELECT id FROM companies.company WHERE number IN ('HN-3', 'HN-4') ORDER BY number`);
        const [fresh, top] = ids.map(({ id }) => id);
        expect((await test.database.read((reader) => new Companies().payersOn(reader, [fresh!], localDate('2001-01-01')))).get(fresh!)).toBe(top);
      });

      it('stay where they are when the file does not speak of them', async () => {
        await file([row('HS-1', 'HS-2'), row('HS-2')]);
        await raw('companies.companies', 'number;legal_name;country;currency;language;time_zone;payment_terms_days\nHS-1;New name;PT;EUR;pt;Europe/Lisbon;30\n');
        expect(await places('HS-1')).toEqual(['HS-1 HS-2 -']);
      });

      it('are refused when they name nobody, a closed company, a refused row, or themselves through others', async () => {
        await file([row('HR-1', 'HR-2'), row('HR-2'), row('HR-9')]);
        await test.database.transaction((tx) => tx.execute(`UPDATE companies.company SET status = 'closed' WHERE number = 'HR-9'`));
        const done = await file([
          row('HR-2', 'HR-1'), // Closes a circle, since the row that would open it is refused.
          row('HR-1', '', 'HR-0'),
          row('HR-3', 'HR-3'),
          row('HR-4', 'HR-5'),
          row('HR-5', 'HR-6'),
          row('HR-6', 'HR-4'),
          row('HR-7', 'HR-9'),
          row('HR-8', 'HR-7'),
          row('HR-A', 'HR-4'),
          row('HR-B', '', 'HR-2'),
        ]);
        expect((await rejections(done)).sort(([a], [b]) => Number(a) - Number(b))).toEqual([
          [2, 'parent_number', 'COMPANY_CIRCLE'],
          [3, 'payer_number', 'COMPANY_UNKNOWN'],
          [4, 'parent_number', 'COMPANY_CIRCLE'],
          [5, 'parent_number', 'COMPANY_CIRCLE'],
          [6, 'parent_number', 'COMPANY_CIRCLE'],
          [7, 'parent_number', 'COMPANY_CIRCLE'],
          [8, 'parent_number', 'COMPANY_CLOSED'],
          [9, 'parent_number', 'COMPANY_UNKNOWN'],
          [10, 'parent_number', 'COMPANY_UNKNOWN'],
        ]);
        expect(done).toMatchObject({ state: 'succeeded', result: { imported: '1', refused: '9', moved: '1' } });
        expect(await places('HR-_')).toEqual(['HR-1 HR-2 -', 'HR-2 - -', 'HR-9 - -', 'HR-B - HR-2']);
      });

      it('of more moves than are taken at once fail before anything is applied', async () => {
        const { movesMax } = companiesImport;
        companiesImport.movesMax = 10;
        try {
          await expect(file(Array.from({ length: 12 }, (_, i) => row(`HM-${i}`, i === 0 ? '' : 'HM-0')))).rejects.toThrow('11 times');
        } finally {
          companiesImport.movesMax = movesMax;
        }
        expect(await places('HM-%')).toEqual([]);
      });

      it('are refused when a move that lies ahead would close the circle', async () => {
        await file([row('HF-1'), row('HF-2')]);
        await test.database.transaction((tx) =>
          tx.execute(
            `INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by)
             SELECT a.id, 'parent', current_date + 30, b.id, 'ana' FROM companies.company a, companies.company b WHERE a.number = 'HF-1' AND b.number = 'HF-2'`,
          ),
        );
        expect(await rejections(await file([row('HF-2', 'HF-1')]))).toEqual([[2, 'parent_number', 'COMPANY_CIRCLE']]);
      });

      it('are refused when they would stand under a hundred others', async () => {
        const chain = Array.from({ length: 102 }, (_, i) => row(`HD-${1000 + i}`, i === 0 ? '' : `HD-${999 + i}`));
        const done = await file(chain);
        expect(await rejections(done)).toEqual(expect.arrayContaining([[103, 'parent_number', 'HIERARCHY_TOO_DEEP']]));
        expect(done).toMatchObject({ state: 'succeeded' });
      });
    });

    it('are refused by line and column', async () => {
      await register('X-0');
      await test.database.transaction((tx) => tx.execute(`UPDATE companies.company SET status = 'closed' WHERE number = 'X-0'`));
      const done = await run('companies', [
        'X-1,One,,PT,501964842,valid,EUR,pt,Europe/Lisbon,30,,,,',
        'X-2,Two,,PT,,valid,EUR,pt,Europe/Lisbon,30,,,,',
        'X-3,Three,,PT,,,EUR,pt,Europe/Lisbon,-5,,,,',
        'X-4,Four,,UK,,,EUR,en,Europe/London,30,,,,',
        'X-5,Five,,GB,,,GBX,en,Europe/London,30,,,,',
        'X-6,Six,,GB,,,GBP,english,Europe/Londres,30,,,,',
        'X-7,Seven,,GB,,maybe,GBP,en,Europe/London,30,seven at example,,,',
        'X-8,,,GB,,,GBP,en,Europe/London,30,,,,',
        'X-0,Zero,,GB,,,GBP,en,Europe/London,30,,,,',
        'X-9,Nine,,GB,,,GBP,en,Europe/London,30,,,,',
        'X-9,Nine again,,GB,,,GBP,en,Europe/London,30,,,,',
      ]);
      expect(await rejections(done)).toEqual([
        [2, 'tax_id', 'TAX_ID_INVALID'],
        [3, 'vat_status', 'VAT_STATUS_WITHOUT_TAX_ID'],
        [4, 'payment_terms_days', 'NUMBER_INVALID'],
        [5, 'country', 'COUNTRY_UNKNOWN'],
        [6, 'currency', 'CURRENCY_UNKNOWN'],
        [7, 'time_zone', 'TIME_ZONE_UNKNOWN'],
        [7, 'language', 'LANGUAGE_INVALID'],
        [8, 'vat_status', 'CHOICE_UNKNOWN'],
        [8, 'email', 'EMAIL_INVALID'],
        [9, 'legal_name', 'VALUE_MISSING'],
        [10, 'number', 'COMPANY_CLOSED'],
        [12, 'number', 'ROW_REPEATED'],
      ]);
      expect(await test.database.query(`SELECT number FROM companies.company WHERE number LIKE 'X-_' ORDER BY number`)).toEqual([
        { number: 'X-0' },
        { number: 'X-9' },
      ]);
    });
  });

  describe('members', () => {
    it('of several companies move between cost centres on the day that it is for each company', async () => {
      await raw('companies.companies', 'number;legal_name;country;currency;language;time_zone;payment_terms_days\nDZ-1;First;KI;AUD;en;Pacific/Kiritimati;30\nDZ-2;Last;AS;USD;en;Pacific/Pago_Pago;30\n');
      await run('members', ['DZ-1,1,Ana,,Sales,2025-01-01,', 'DZ-2,1,Bo,,Sales,2025-01-01,']);
      // Midnight in Greenwich begins 2026: it is the first of January in Kiribati, and the last day of the old year in Samoa.
      await run('members', ['DZ-1,1,Ana,,Ops,2025-01-01,', 'DZ-2,1,Bo,,Ops,2025-01-01,']);
      expect(await test.database.query(`SELECT m.cost_centre_since AS since FROM companies.member m JOIN companies.company c ON c.id = m.company_id WHERE c.number LIKE 'DZ-_' ORDER BY c.number`)).toEqual([
        { since: '2026-01-01' }, { since: '2025-12-31' },
      ]);
    });

    it('may have any name, the e-mail of another, or none', async () => {
      const [acme] = await register('M-1');
      const done = await run('members', [
        'M-1,1,Çağla Øst-Müller,family@example.com,,2026-01-01,',
        'M-1,2,João d’Ávila,family@example.com,Sales,2026-01-01,',
        'M-1,3,李 小龍,,,2026-01-01,2026-05-01',
        'M-1,4,  Zoe\u0308  ,,,2026-01-01,',
      ]);
      expect(done).toMatchObject({ state: 'succeeded', result: { imported: '4', refused: '0', added: '4', left: '1' } });
      expect(await members(acme!)).toEqual([
        { employee_id: '1', name: 'Çağla Øst-Müller', email: 'family@example.com', status: 'eligible', eligible_from: '2026-01-01', left_on: null },
        { employee_id: '2', name: 'João d’Ávila', email: 'family@example.com', status: 'eligible', eligible_from: '2026-01-01', left_on: null },
        { employee_id: '3', name: '李 小龍', email: null, status: 'left', eligible_from: '2026-01-01', left_on: '2026-05-01' },
        { employee_id: '4', name: 'Zoë', email: null, status: 'eligible', eligible_from: '2026-01-01', left_on: null },
      ]);
      expect(await headcount(acme!, spring)).toEqual(['2026-03-01..2026-05-01 4', '2026-05-01..2026-06-01 3']);
    });

    it('are refused by line and column, and the good ones are imported', async () => {
      const [acme] = await register('R-1');
      const done = await run('members', [
        'R-1,1,Ana,,,2026-01-01,',
        'R-9,2,Bo,,,2026-01-01,',
        'R-1,3,Cleo,cleo(at)example.com,,2026-01-01,',
        'R-1,4,Dan,,,2026-02-01,2026-02-01',
        'R-1,5,Eve,,,01/02/2026,',
        'R-1,1,Ana again,,,2026-01-01,',
        'R-1,,Nobody,,,2026-01-01,',
        'R-1,8,Hal,,,2026-01-01,',
      ]);
      expect(await rejections(done)).toEqual([
        [3, 'company_number', 'COMPANY_UNKNOWN'],
        [4, 'email', 'EMAIL_INVALID'],
        [5, 'left_on', 'LEFT_BEFORE_ELIGIBLE'],
        [6, 'eligible_from', 'DATE_INVALID'],
        [7, 'employee_id', 'ROW_REPEATED'],
        [8, 'employee_id', 'VALUE_MISSING'],
      ]);
      expect((await members(acme!)).map(({ name }) => name)).toEqual(['Ana', 'Hal']);
      expect(await headcount(acme!, spring)).toEqual(['2026-03-01..2026-06-01 2']);
    });

    it('of a file with 3 % bad rows: every bad one is named, every good one is in', async () => {
      const [acme] = await register('B-1');
      const bad = (i: number) => i % 100 < 3;
      const lines = Array.from({ length: 5_000 }, (_, i) => `B-1,${i},Name ${i},,,${bad(i) ? '2026-13-01' : '2026-01-01'},`);
      const done = await run('members', lines);
      const expected = lines.flatMap((_, i) => (bad(i) ? [[i + 2, 'eligible_from', 'DATE_INVALID']] : []));
      expect(await rejections(done)).toEqual(expected);
      expect(done.result).toMatchObject({ imported: '4850', refused: '150', added: '4850' });
      expect(await headcount(acme!, spring)).toEqual(['2026-03-01..2026-06-01 4850']);
    });

    it('of a file that must be whole are all refused with one of them', async () => {
      const [acme] = await register('W-1');
      const done = await run('members', ['W-1,1,Ana,,,2026-01-01,', 'W-1,2,Bo,,,never,'], { mode: 'allOrNothing' });
      expect(done).toMatchObject({ state: 'succeeded', result: { imported: '0', refused: '2' } });
      expect(await members(acme!)).toEqual([]);
      expect(await log(acme!)).toEqual([]);
    });

    it('that have not changed are not written, and add nothing to the headcount', async () => {
      const [acme] = await register('S-1');
      const lines = ['S-1,1,Ana,,,2026-01-01,', 'S-1,2,Bo,,,2026-01-01,2026-04-01'];
      const first = await run('members', lines);
      expect((await run('members', lines)).id).toBe(first.id);
      const before = await log(acme!);
      expect(await run('members', lines, { again: true })).toMatchObject({ result: { added: '0', changed: '0', unchanged: '2' } });
      expect(await log(acme!)).toEqual(before);
    });

    it('that have changed are corrected by compensating changes, and nobody else is touched', async () => {
      const [acme] = await register('D-1');
      await run('members', ['D-1,1,Ana,,,2026-01-01,', 'D-1,2,Bo,,,2026-01-01,2026-04-01', 'D-1,3,Cleo,,,2026-01-01,']);
      const done = await run('members', ['D-1,1,Ana Maria,ana@example.com,,2026-03-11,', 'D-1,2,Bo,,,2026-01-01,']);
      expect(done).toMatchObject({ result: { added: '0', changed: '2', left: '0' } });
      expect(await log(acme!)).toEqual([
        { effective_on: '2026-01-01', change: 3 },
        { effective_on: '2026-04-01', change: -1 },
        { effective_on: '2026-01-01', change: -1 },
        { effective_on: '2026-03-11', change: 1 },
        { effective_on: '2026-04-01', change: 1 },
      ]);
      expect((await members(acme!)).map(({ name, status }) => [name, status])).toEqual([
        ['Ana Maria', 'eligible'],
        ['Bo', 'eligible'],
        ['Cleo', 'eligible'],
      ]);
      expect(await headcount(acme!, spring)).toEqual(['2026-03-01..2026-03-11 2', '2026-03-11..2026-06-01 3']);
    });

    it('keep what a file does not speak of', async () => {
      const [acme] = await register('P-1');
      await run('members', ['P-1,1,Ana,ana@example.com,Sales,2026-01-01,2026-04-01']);
      await raw('companies.members', 'Company Number;Employee ID;Name;Eligible from\nP-1;1;Ana Maria;2026-02-01\n');
      expect(await members(acme!)).toEqual([
        { employee_id: '1', name: 'Ana Maria', email: 'ana@example.com', status: 'left', eligible_from: '2026-02-01', left_on: '2026-04-01' },
      ]);
    });

    it('who come back on or after the day they left have both stays counted', async () => {
      const [acme] = await register('P-2');
      await run('members', ['P-2,1,Ana,,,2026-01-01,2026-04-01']);
      const done = await raw('companies.members', 'Company Number;Employee ID;Name;Eligible from\nP-2;1;Ana;2026-05-01\n');
      expect(done).toMatchObject({ result: { added: '0', changed: '1', returned: '1' } });
      expect(await members(acme!)).toMatchObject([{ status: 'eligible', eligible_from: '2026-05-01', left_on: null }]);
      expect(await headcount(acme!, spring)).toEqual(['2026-03-01..2026-04-01 1', '2026-04-01..2026-05-01 0', '2026-05-01..2026-06-01 1']);
      // A list that gives the day on which somebody first came says nothing new of the present stay.
      const again = await raw('companies.members', 'Company Number;Employee ID;Name;Eligible from\nP-2;1;Ana;2026-01-01\n');
      expect(again).toMatchObject({ result: { changed: '0', unchanged: '1' } });
    });

    it('are told to the others once, and not when nothing has changed', async () => {
      await register('E-1', 'E-2');
      const done = await run('members', ['E-1,1,Ana,,,2026-01-01,', 'E-2,1,Bo,,,2026-01-01,2026-02-01', 'E-9,1,Cleo,,,2026-01-01,']);
      const again = await run('members', ['E-1,1,Ana,,,2026-01-01,']);
      const events = await test.database.query<{ payload: { runId: string } }>(
        `SELECT payload FROM platform.outbox_event WHERE name = 'companies.members-imported.v1' AND payload ->> 'runId' = ANY ($1)`,
        [[done.id, again.id]],
      );
      expect(events.map(({ payload }) => payload)).toEqual([{ runId: done.id, companies: 2, added: 2, changed: 0, left: 1 }]);
    });

    it('of the same companies in two files at once are all there, counted once', async () => {
      const numbers = Array.from({ length: 20 }, (_, i) => `T-${i}`);
      const ids = await register(...numbers);
      const lines = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, i) => from + i).flatMap((i) => numbers.map((number) => `${number},${i},Name ${i},,,2026-01-01,`));
      // Overlapping halves, one of them backwards, so that they meet in the middle.
      const [one, two] = await Promise.all([run('members', lines(0, 150)), run('members', lines(50, 200).reverse())]);
      expect([one.state, two.state]).toEqual(['succeeded', 'succeeded']);
      const added = (done: Run) => Number(done.result['added']);
      expect(added(one) + added(two)).toBe(200 * numbers.length);
      for (const id of ids) expect(await headcount(id, spring)).toEqual(['2026-03-01..2026-06-01 200']);
    });

    it('and their companies may be imported at once by two files that name them in opposite orders', async () => {
      const lines = Array.from({ length: 3_000 }, (_, i) => `O-${i},Company ${i},,PT,,,EUR,pt,Europe/Lisbon,30,,,,`);
      const other = lines.map((line) => line.replace(',30,', ',60,')).reverse();
      const [one, two] = await Promise.all([run('companies', lines), run('companies', other)]);
      expect([one.state, two.state]).toEqual(['succeeded', 'succeeded']);
      expect(Number(one.result['added']) + Number(two.result['added'])).toBe(3_000);
    });
  });
});
