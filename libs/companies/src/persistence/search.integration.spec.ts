// What search makes of names: the same words for what is stored and for what people type.
import { Where } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { holdsWords, searchWords } from './search.queries';

describe('search', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  const textOf = async (source: string) => (await test.database.query<{ text: string }>('SELECT companies.search_text($1) AS text', [source]))[0]!.text;
  const finds = (name: string, looked: string) =>
    test.database.read(async (reader) => {
      const where = new Where();
      const stored = where.param(name);
      const words = await searchWords(reader, looked);
      const { found } = await reader.one<{ found: boolean }>(
        `SELECT ${words.length === 0 ? 'false' : holdsWords(where, `companies.search_text(${stored})`, words)} AS found`,
        words.length === 0 ? [] : where.params,
      );
      return found;
    });

  it.each([
    ['Çağla Øst-Müller', ' cagla ost muller '],
    ['João d’Ávila', ' joao davila '],
    ["Joa\u0303o D'A\u0301VILA", ' joao davila '],
    ['Straße & Söhne GmbH', ' strasse sohne gmbh '],
    ['İstanbul Işık A.Ş.', ' istanbul isik as '],
    ['Bem-Estar, S.A.', ' bem estar sa '],
    ['joao.davila@acme.pt', ' joao davila acme pt '],
    ['C-000123', ' c 000123 '],
    ['李 小龍', ' u674e u5c0f u9f8d '],
    ['Ελλάδα', ' u3b5u3bbu3bbu3b1u3b4u3b1 '],
    ['Йод', ' u438u43eu434 '],
    ['한국 회사', ' ud55c uad6d ud68c uc0ac '],
    ['ＡＣＭＥ', ' acme '],
    ['—…!?', ''],
    ['', ''],
  ])('spells %j as %j', async (source, text) => {
    expect(await textOf(source)).toBe(text);
  });

  it.each([
    ['Çağla Øst-Müller', 'cagla ost'],
    ['Çağla Øst-Müller', 'MÜLLER çağ'],
    ['João d’Ávila', 'joao davila'],
    ['João d’Ávila', "d'avila"],
    ['李 小龍', '小龍'],
    ['李 小龍', '李小龍'],
    ['李小龍', '小龍'],
    ['Ελλάδα', 'ΕΛΛΑ'],
    ['Commerzbank AG', 'bank'],
    ['Commerzbank AG', 'a comm'],
    ['Acme S.A.', 'acme sa'],
  ])('finds %s by %s', async (name, looked) => {
    expect(await finds(name, looked)).toBe(true);
  });

  it.each([
    ['Çağla Øst-Müller', 'cagla west'],
    ['李 小龍', '大龍'],
    ['Commerzbank AG', 'om'],
    ['Acme', '100%'],
    ['Acme', '%'],
  ])('does not find %s by %s', async (name, looked) => {
    expect(await finds(name, looked)).toBe(false);
  });

  it('reads eight words at most, each once', async () => {
    const words = await test.database.read((reader) => searchWords(reader, 'a b a c d e f g h i j \0'));
    expect(words).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  });
});
