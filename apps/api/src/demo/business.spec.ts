// The demo business: the size that was asked for, the same every time, and with the people that real files have.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDate } from '@countinghouse/kernel';
import { companySizes, demoCompanies, DemoMember, demoMember } from './business';
import { DEMO_FILES, demoFile, writeDemoFiles } from './files';

const MONTH = localDate('2026-02-01');
const SIZE = { companies: 40, members: 2_000, month: MONTH };

describe('the demo business', () => {
  const companies = [...demoCompanies(SIZE)];
  const members = companies.flatMap((company) => Array.from({ length: company.members }, (_, i) => demoMember(company, i, MONTH)));
  const share = (holds: (member: DemoMember) => boolean) => members.filter(holds).length / members.length;

  it.each([
    [1, 7],
    [3, 3],
    [40, 2_000],
    [200, 20_000],
    [7, 1_000_003],
  ])('spreads the members of %d companies so that all %d have one and the largest company a quarter', (count, total) => {
    const sizes = companySizes(count, total);
    expect(sizes).toHaveLength(count);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(total);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1);
    if (count > 3) expect(sizes[0]! / total).toBeCloseTo(0.25, 2);
  });

  it('has companies of all three issuers, each with a tax id of its own, some billed across the border', () => {
    expect(new Set(companies.map((company) => company.issuer.code))).toEqual(new Set(['PT', 'DE', 'BR']));
    expect(new Set(companies.map((company) => company.taxId)).size).toBe(companies.length);
    expect(companies.some((company) => company.country !== company.issuer.country)).toBe(true);
  });

  it('enrols about seven in ten, with a card that may decline, and leaves some without an e-mail or with a shared one', () => {
    expect(share((member) => member.enrolment !== undefined)).toBeCloseTo(0.7, 1);
    expect(new Set(members.map((member) => member.card?.token))).toContain('tok_decline_hard');
    expect(share((member) => member.email === '')).toBeCloseTo(0.125, 1);
    const emails = members.map((member) => member.email).filter(Boolean);
    expect(new Set(emails).size).toBeLessThan(emails.length);
  });

  it('enrols nobody before the contract, eligibility or the end of it allows', () => {
    for (const company of companies) {
      for (let i = 0; i < company.members; i++) {
        const { enrolment, eligibleFrom, leftOn } = demoMember(company, i, MONTH);
        if (!enrolment) continue;
        expect(enrolment.startsOn >= company.terms.startsOn && enrolment.startsOn >= eligibleFrom).toBe(true);
        expect(leftOn === '' || (enrolment.endsOn === leftOn && enrolment.startsOn < leftOn)).toBe(true);
      }
    }
  });

  it('writes the same files every time, and keeps the ones that are there', async () => {
    const folders = ['a', 'b'].map((name) => mkdtempSync(join(tmpdir(), `countinghouse-demo-${name}-`)));
    for (const folder of folders) await writeDemoFiles(folder, SIZE);
    const [a, b] = folders.map((folder) => DEMO_FILES.map((file) => readFileSync(demoFile(folder, file), 'utf8')));
    expect(a).toEqual(b);
    expect(a![1]!.split('\n')).toHaveLength(SIZE.members + 2);
    expect(await writeDemoFiles(folders[0]!, { ...SIZE, members: 5 })).toEqual(SIZE);
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
});
