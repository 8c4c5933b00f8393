// Suspending, closing and reopening companies, contacts and notes: what is done, what stands in the way, and who may.
import { CompanyId, localDate } from '@countinghouse/kernel';
import { ACCOUNTANT, BILLING, Desk, VIEWER } from '../../test/desk';

describe('the status of a company', () => {
  let desk: Desk;

  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.test.drop());

  const statusOf = async (id: CompanyId) => (await desk.query<{ status: string }>('SELECT status FROM companies.company WHERE id = $1', [id]))[0]!.status;
  const move = (companyId: CompanyId, to: 'suspend' | 'resume' | 'close' | 'reopen', actor = BILLING, reason: string | null = 'because') =>
    desk.status.execute({ companyId, move: to, reason }, actor);

  it('moves, each time with a version that says who and why', async () => {
    const id = await desk.company();
    await move(id, 'suspend');
    await move(id, 'suspend');
    await move(id, 'resume', BILLING, null);
    await move(id, 'close', BILLING, ' left us ');
    await expect(move(id, 'resume')).rejects.toMatchObject({ code: 'COMPANY_STATUS_FORBIDS' });
    await expect(move(id, 'reopen')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(move(id, 'reopen', ACCOUNTANT, ' ')).rejects.toMatchObject({ code: 'REASON_MISSING', field: 'reason' });
    await move(id, 'reopen', ACCOUNTANT, 'came back');
    expect(await statusOf(id)).toBe('active');
    expect(await desk.query(`SELECT profile ->> 'status' AS status, recorded_by AS by, reason FROM companies.company_version WHERE company_id = $1 ORDER BY no`, [id])).toEqual([
      { status: 'active', by: 'ana', reason: null },
      { status: 'suspended', by: 'ana', reason: 'because' },
      { status: 'active', by: 'ana', reason: null },
      { status: 'closed', by: 'ana', reason: 'left us' },
      { status: 'active', by: 'rui', reason: 'came back' },
    ]);
    const audited = await desk.query<{ action: string }>('SELECT action FROM platform.audit_entry WHERE subject_id = $1 ORDER BY id', [id]);
    expect(audited.map(({ action }) => action.replace('companies.', ''))).toEqual(['register-company', 'suspend-company', 'resume-company', 'close-company', 'reopen-company']);
  });

  it('is not closed while others are invoiced through it, and its children are told of', async () => {
    const group = await desk.company();
    const child = await desk.company({ payerId: group });
    const under = await desk.company({ parentId: group });
    await expect(move(group, 'close')).rejects.toMatchObject({ code: 'COMPANY_CANNOT_MOVE', message: expect.stringContaining('is invoiced through it') });
    expect((await move(group, 'suspend')).map(({ severity }) => severity)).toEqual(['warns', 'warns']);
    await desk.moves.execute({ companyId: child, kind: 'payer', targetId: null, effectiveOn: localDate('2026-03-01') }, BILLING);
    expect(await move(group, 'close')).toMatchObject([{ severity: 'warns', detail: expect.stringMatching(/^1 company, C-\d+ the first, is under it\.$/) }]);
    expect(await statusOf(under)).toBe('active');
  });

  it('is refused with what every context says stands in the way', async () => {
    const id = await desk.company();
    desk.obstacles.push({ companyId: id, severity: 'refuses', detail: '2 invoices are open.', remedy: 'Collect them.' });
    await expect(move(id, 'close')).rejects.toMatchObject({ code: 'COMPANY_CANNOT_MOVE', message: expect.stringContaining('2 invoices are open.'), remedy: 'Collect them.' });
    expect(await statusOf(id)).toBe('active');
  });

  it('of a whole group moves in one act, and says who could not', async () => {
    const group = await desk.company();
    const child = await desk.company({ payerId: group });
    const closed = await desk.company();
    await move(closed, 'close');
    const recording = { by: 'ana', reason: 'sold', at: new Date(desk.clock.now()) };
    const done = await desk.test.database.transaction((tx) => desk.status.applyTo(tx, [group, child, closed], 'suspend', recording, BILLING));
    expect(done.moved).toEqual([group, child]);
    expect(done.refused).toMatchObject([{ companyId: closed, error: { code: 'COMPANY_STATUS_FORBIDS' } }]);
    const both = await desk.test.database.transaction((tx) => desk.status.applyTo(tx, [group, child], 'close', recording, BILLING));
    expect([both.moved.length, both.refused.length]).toEqual([2, 0]);
  });

  it('is changed by nobody below the role billing', async () => {
    const id = await desk.company();
    await expect(move(id, 'suspend', VIEWER)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('aside, contacts are added, changed and removed, with an audit row that names nobody', async () => {
    const id = await desk.company();
    const contact = { name: ' João d’Ávila ', email: 'joao@acme.example', phone: '+351 210 000 000', roles: ['hr', 'billing', 'hr'] as const };
    const contactId = await desk.contacts.add(id, contact, BILLING);
    expect(await desk.query('SELECT name, phone, roles FROM companies.company_contact WHERE company_id = $1', [id])).toEqual([
      { name: 'João d’Ávila', phone: '+351210000000', roles: ['billing', 'hr'] },
    ]);
    await desk.contacts.change(contactId, { ...contact, email: null, roles: ['legal'] }, BILLING);
    await expect(desk.contacts.add(id, { ...contact, email: null, phone: null }, BILLING)).rejects.toMatchObject({ code: 'CONTACT_INCOMPLETE', field: 'email' });
    await expect(desk.contacts.add(id, { ...contact, roles: [] }, BILLING)).rejects.toMatchObject({ code: 'CONTACT_INCOMPLETE', field: 'roles' });
    await expect(desk.contacts.add(id, { ...contact, phone: 'call me' }, BILLING)).rejects.toMatchObject({ code: 'PHONE_INVALID' });
    await expect(desk.contacts.add(id, contact, VIEWER)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await desk.contacts.remove(contactId, BILLING)).toBe(id);
    await expect(desk.contacts.remove(contactId, BILLING)).rejects.toMatchObject({ code: 'CONTACT_UNKNOWN' });
    const rows = await desk.query<{ action: string }>(`SELECT action, change FROM platform.audit_entry WHERE subject_id = $1 ORDER BY id`, [id]);
    expect(rows.slice(1)).toEqual(['add', 'change', 'remove'].map((act) => ({ action: `companies.${act}-contact`, change: { contactId } })));
  });

  it('aside, notes are written and never changed', async () => {
    const id = await desk.company();
    await desk.notes.execute(id, ' Pays late in August. ', BILLING);
    expect(await desk.query('SELECT text, written_by FROM companies.company_note WHERE company_id = $1', [id])).toEqual([{ text: 'Pays late in August.', written_by: 'ana' }]);
    await expect(desk.notes.execute(id, ' ', BILLING)).rejects.toMatchObject({ code: 'NOTE_INVALID' });
    await expect(desk.test.owner.transaction((tx) => tx.execute('DELETE FROM companies.company_note'))).rejects.toThrow('append-only');
  });
});
