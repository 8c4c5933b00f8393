// The life of a company as a client: active ⇄ suspended → closed; a closed one comes back only by being reopened.
import { DomainError } from '@countinghouse/kernel';

export const COMPANY_STATUSES = ['active', 'suspended', 'closed'] as const;
export type CompanyStatus = (typeof COMPANY_STATUSES)[number];

export const STATUS_MOVES = ['suspend', 'resume', 'close', 'reopen'] as const;
export type StatusMove = (typeof STATUS_MOVES)[number];

interface MoveRule {
  readonly from: readonly CompanyStatus[];
  readonly to: CompanyStatus;
  /** Who has closed a company has settled with it; to undo that takes more than the desk that edits it. */
  readonly role: 'billing' | 'accountant';
}

export const MOVES: Readonly<Record<StatusMove, MoveRule>> = {
  suspend: { from: ['active'], to: 'suspended', role: 'billing' },
  resume: { from: ['suspended'], to: 'active', role: 'billing' },
  close: { from: ['active', 'suspended'], to: 'closed', role: 'billing' },
  reopen: { from: ['closed'], to: 'active', role: 'accountant' },
};

/** True when the company is to move, false when it is there already, so that asking twice does nothing twice. @throws DomainError COMPANY_STATUS_FORBIDS */
export function mustMove(company: { readonly number: string; readonly status: CompanyStatus }, move: StatusMove): boolean {
  const { from, to } = MOVES[move];
  if (from.includes(company.status)) return true;
  if (company.status === to && move !== 'reopen') return false;
  throw new DomainError('COMPANY_STATUS_FORBIDS', `${company.number} is ${company.status}, so one cannot ${move} it.`, {
    field: 'companyId',
    value: company.number,
    remedy: company.status === 'closed' ? 'Only an accountant can reopen a closed company.' : `Only a company that is ${from.join(' or ')} can.`,
  });
}
