// The timeline of a company: complete, in order, and the same however it is cut into pages.
import { CompanyId } from '@countinghouse/kernel';
import { BILLING, Desk } from '../../test/desk';
import { CompaniesTimeline } from './companies.source';
import { CompanyTimeline, TimelineEntry, TimelinePlace } from './timeline-source';

describe('the timeline', () => {
  let desk: Desk;
  let id: CompanyId;
  /** A second source, of entries at the very same instants. */
  const other: TimelineEntry[] = [];
  const timeline = new CompanyTimeline({
    getProviders: () =>
      [
        new CompaniesTimeline(),
        new (class Other extends CompaniesTimeline {
          override readonly name = 'other' as never;
          override async entries(_reader: never, { before, limit }: { before: TimelinePlace | null; limit: number }) {
            return other.filter(({ at, id: own }) => !before || at < before.at || (at === before.at && own < before.id)).slice(0, limit);
          }
        })(),
      ].map((instance) => ({ metatype: CompaniesTimeline, instance })),
  } as never);

  const page = (before: TimelinePlace | null, limit: number) => desk.test.database.read((reader) => timeline.entries(reader, { companyId: id, issuers: '*', before, limit }));

  beforeAll(async () => {
    desk = await Desk.open();
    id = await desk.company({ legalName: 'Acme', taxId: '501964843', vatStatus: 'valid' });
    const group = await desk.company({ number: 'G-1', legalName: 'Group' });
    await desk.editing.execute({ companyId: id, changes: { city: 'Porto', addressLine2: '2.º' }, reason: 'moved house' }, BILLING);
    await desk.moves.execute({ companyId: id, kind: 'payer', targetId: group }, BILLING);
    await desk.moves.execute({ companyId: id, kind: 'payer', targetId: null }, BILLING);
    await desk.contacts.add(id, { name: 'Ana', email: 'ana@acme.example', phone: null, roles: ['hr'] }, BILLING);
    await desk.notes.execute(id, 'Pays late.', BILLING);
    await desk.status.execute({ companyId: id, move: 'suspend', reason: 'unpaid' }, BILLING);
  });
  afterAll(() => desk.test.drop());

  it('tells what happened, the newest first, with who and why', async () => {
    expect((await page(null, 100)).map(({ kind, summary, by, reason }) => [kind, summary, by, reason]).filter(([kind]) => kind !== 'vat-checked')).toEqual([
      ['company-status-changed', 'Suspended, after it was active.', 'ana', 'unpaid'],
      ['note-added', 'Pays late.', 'ana', null],
      ['contact-changed', 'A contact was added.', 'ana', null],
      ['company-moved', 'Pays for itself from 2026-03-10.', 'ana', null],
      ['company-moved', 'Is invoiced through G-1 Group from 2026-03-10.', 'ana', null],
      ['company-edited', 'Changed from 2026-03-10: address line2, city.', 'ana', 'moved house'],
      ['company-registered', 'Registered as Acme.', 'ana', null],
    ]);
    expect((await page(null, 100)).filter(({ kind }) => kind === 'vat-checked').map(({ summary }) => summary)).toEqual(['The tax id 501964843 was stated to be valid.']);
  });

  it('is the same page by page, also where several things happened at one instant', async () => {
    for (const { at } of await page(null, 100)) other.push({ at, id: 'a:1', kind: 'a', summary: '', by: null, reason: null, subject: null }, { at, id: 'z:1', kind: 'z', summary: '', by: null, reason: null, subject: null });
    other.sort((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1));
    const whole = await page(null, 100);
    expect(whole).toHaveLength(24);
    for (const size of [1, 2, 3, 5, 7, 23]) {
      const seen: TimelineEntry[] = [];
      for (let last: TimelineEntry | undefined; ; last = seen.at(-1)) {
        const next = await page(last ?? null, size);
        seen.push(...next);
        if (next.length < size) break;
      }
      expect(seen).toEqual(whole);
    }
  });
});
