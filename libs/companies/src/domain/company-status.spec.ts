// Which moves of a company's status are taken, and which refused.
import { COMPANY_STATUSES, mustMove, STATUS_MOVES } from './company-status';

describe('the status of a company', () => {
  const answer = (status: (typeof COMPANY_STATUSES)[number], move: (typeof STATUS_MOVES)[number]) => {
    try {
      return mustMove({ number: 'C-1', status }, move) ? 'moves' : 'stays';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('moves from active to suspended to closed, and back only by resuming or reopening', () => {
    const table = Object.fromEntries(COMPANY_STATUSES.map((status) => [status, STATUS_MOVES.map((move) => answer(status, move))]));
    const no = 'COMPANY_STATUS_FORBIDS';
    expect(table).toEqual({
      //          suspend  resume   close    reopen
      active: ['moves', 'stays', 'moves', no],
      suspended: ['stays', 'moves', 'moves', no],
      closed: [no, no, 'stays', 'moves'],
    });
  });
});
