/** What an expected failure tells its reader. */
import { DomainError, isDomainError } from './domain-error';

describe('DomainError', () => {
  it('carries a code, a message and what the user can do', () => {
    const cause = new Error('socket closed');
    const error = new DomainError('INVOICE_ALREADY_FINALISED', 'The invoice is already finalised.', {
      field: 'invoiceId',
      value: 'INV-7',
      remedy: 'Issue a credit note.',
      cause,
    });

    expect(error).toMatchObject({
      name: 'DomainError',
      code: 'INVOICE_ALREADY_FINALISED',
      message: 'The invoice is already finalised.',
      field: 'invoiceId',
      value: 'INV-7',
      remedy: 'Issue a credit note.',
    });
    expect(error.cause).toBe(cause);
    expect(error).toBeInstanceOf(Error);
  });

  it('leaves unsaid what was not given', () => {
    const error = new DomainError('RUN_CANCELLED', 'The run was cancelled.');

    expect(error.field).toBeUndefined();
    expect(error.remedy).toBeUndefined();
    expect('cause' in error).toBe(false);
  });

  it('is told apart from any other failure', () => {
    expect(isDomainError(new DomainError('A', 'a'))).toBe(true);
    expect(isDomainError(new Error('a'))).toBe(false);
    expect(isDomainError({ code: 'A', message: 'a' })).toBe(false);
    expect(isDomainError(undefined)).toBe(false);
  });
});
