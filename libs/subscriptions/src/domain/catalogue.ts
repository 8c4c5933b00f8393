// What a catalogue takes: codes that stand in files, names, and reasons for what changes.
import { DomainError } from '@countinghouse/kernel';

const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
const MAX_NAME = 200;
const MAX_REASON = 1000;

/** @throws DomainError PLAN_CODE_INVALID, PRODUCT_CODE_INVALID */
export function refuseBadCode(what: 'plan' | 'product', code: string, field = 'code'): void {
  if (CODE.test(code)) return;
  const value = code.slice(0, 60);
  throw new DomainError(`${what.toUpperCase()}_CODE_INVALID`, `${JSON.stringify(value)} is not a code for a ${what}.`, {
    field,
    value,
    remedy: 'Use up to 40 letters, digits, points, hyphens and underscores.',
  });
}

/** @throws DomainError PLAN_NAME_MISSING and the like */
export function refuseBadName(what: 'plan' | 'product' | 'component', name: string): void {
  if (name.trim() !== '' && name.length <= MAX_NAME) return;
  const remedy = `Fill in a name of at most ${MAX_NAME} characters.`;
  throw new DomainError(`${what.toUpperCase()}_NAME_MISSING`, `A ${what} has a name of at most ${MAX_NAME} characters.`, { field: 'name', remedy });
}

/**
 * What is agreed otherwise is recorded with who and why.
 * @throws DomainError REASON_MISSING
 */
export function refuseNoReason(reason: string): void {
  if (reason.trim() !== '' && reason.length <= MAX_REASON) return;
  throw new DomainError('REASON_MISSING', 'A change of what was agreed has a reason.', { field: 'reason', remedy: `Say why, in at most ${MAX_REASON} characters.` });
}
