// Files that people really send: each fault is reported by line and column with the remedy, and hurts nothing else.
import { Readable } from 'node:stream';
import { Imports, ImportMode, systemActor } from '@countinghouse/platform';
import { House } from './house';

const ACTOR = systemActor('scenario');
const COMPANIES = 'number,legal_name,trade_name,country,tax_id,vat_status,currency,language,time_zone,payment_terms_days,email,address_line,postal_code,city';
const MEMBERS = 'company_number,employee_id,name,email,cost_centre,eligible_from,left_on';
const COMPANY = (number: string, terms = '30') => `${number},Padaria João & Filhos,,PT,,not-required,EUR,pt,Europe/Lisbon,${terms},,Rua 1,1000-001,Lisboa`;
const GOOD = ['C-1,E1,Çağla Øst-Müller,a@x.example,,2026-01-01,', 'C-1,E2,"João d’Ávila",a@x.example,,2026-01-01,', 'C-1,E3,李 小龍,,,2026-01-01,'];

describe('files with faults', () => {
  let house: House;

  beforeAll(async () => {
    house = await House.open();
    await house.startWorker();
    await load('companies.companies', [COMPANIES, COMPANY('C-1')]);
  }, 60_000);
  afterAll(() => house.close());

  const start = (kind: string, content: string | Buffer, mode: ImportMode) =>
    house.get(Imports).start({ kind, fileName: 'people.csv', source: Readable.from([Buffer.from(content)]), mode }, ACTOR);

  async function load(kind: string, lines: readonly string[], mode: ImportMode = 'goodRows') {
    const run = await house.done((await start(kind, lines.join('\n'), mode)).id);
    const rejections = await house.database.read((reader) => house.get(Imports).rejections(reader, run.id));
    return { run, rejections };
  }
  const members = async () => (await house.database.query('SELECT employee_id FROM companies.member')).length;

  it('report a duplicate employee id with the line of the first, and import the good rows', async () => {
    const { run, rejections } = await load('companies.members', [MEMBERS, ...GOOD, 'C-1,E2,Again,,,2026-01-01,']);
    expect(run).toMatchObject({ state: 'succeeded' });
    expect(rejections).toMatchObject([{ line: 5, column: 'employee_id', value: 'E2' }]);
    expect(rejections[0]!.remedy).not.toBe('');
    expect(await members()).toBe(3);
  });

  it('import nothing when all or nothing was asked for', async () => {
    const before = await members();
    const { rejections } = await load('companies.members', [MEMBERS, 'C-1,E9,Good,,,2026-01-01,', 'C-9,E1,Stranger,,,2026-01-01,'], 'allOrNothing');
    expect(rejections).toMatchObject([{ line: 3, column: 'company_number', value: 'C-9' }]);
    expect(await members()).toBe(before);
  });

  it('report a negative number by line and column', async () => {
    const { rejections } = await load('companies.companies', [COMPANIES, COMPANY('C-2'), COMPANY('C-3', '-5')]);
    expect(rejections).toMatchObject([{ line: 3, column: 'payment_terms_days', value: '-5' }]);
  });

  it('name a missing column, and store nothing', async () => {
    const refused = start('companies.members', 'company_number,name\nC-1,Somebody', 'goodRows');
    await expect(refused).rejects.toMatchObject({ code: 'IMPORT_FILE_UNREADABLE', message: expect.stringContaining('employee_id') });
  });

  it('name a wrong delimiter and a wrong encoding', async () => {
    const pipes = start('companies.members', MEMBERS.replaceAll(',', '|') + '\nC-1|E1|A||||', 'goodRows');
    await expect(pipes).rejects.toMatchObject({ code: 'IMPORT_FILE_UNREADABLE', remedy: expect.stringMatching(/comma|semicolon|tab/i) });
    const utf16 = start('companies.members', Buffer.from([MEMBERS, ...GOOD].join('\n'), 'utf16le'), 'goodRows');
    await expect(utf16).rejects.toMatchObject({ code: 'IMPORT_FILE_UNREADABLE', remedy: expect.stringMatching(/UTF-8/) });
  });

  it('read semicolons, tabs and Latin-1 without being told', async () => {
    const header = MEMBERS.replaceAll(',', ';');
    const latin1 = Buffer.from(`${header}\nC-1;E20;José Ñandú;;;2026-01-01;`, 'latin1');
    await house.done((await start('companies.members', latin1, 'goodRows')).id);
    const named = await house.database.query(`SELECT name FROM companies.member WHERE employee_id = 'E20'`);
    expect(named).toEqual([{ name: 'José Ñandú' }]);
  });

  it('change nothing when they come a second time', async () => {
    const lines = [MEMBERS, 'C-1,E30,Once,,,2026-01-01,'];
    const first = await load('companies.members', lines);
    const headcount = () => house.database.query('SELECT count(*) FROM companies.headcount_change');
    const before = await headcount();
    const second = await load('companies.members', lines);
    expect(second.run.id).toBe(first.run.id);
    expect(await headcount()).toEqual(before);
  });
});
