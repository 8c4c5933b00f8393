// Erasure check: no enrolment that companies was told of runs today or is to begin.
import { Injectable } from '@nestjs/common';
import { LocalDate, MemberId } from '@countinghouse/kernel';
import { Reader } from '@countinghouse/platform';
import { ErasureCheck, ErasureCheckProvider, ErasureObstacle } from './erasure-check';

@Injectable()
@ErasureCheckProvider()
export class RecordedEnrolments implements ErasureCheck {
  readonly name = 'recorded-enrolments';

  async check(reader: Reader, memberId: MemberId, on: LocalDate): Promise<ErasureObstacle | null> {
    const running = await reader.first<{ since: LocalDate }>(
      `SELECT effective_on AS since
         FROM (SELECT effective_on, enrolled, lead(effective_on) OVER (ORDER BY effective_on) AS next_on
                 FROM companies.member_enrolment WHERE member_id = $1) AS told
        WHERE enrolled AND (next_on IS NULL OR next_on > $2::date)
        ORDER BY effective_on LIMIT 1`,
      [memberId, on],
    );
    return running ? { detail: `an enrolment runs since ${running.since}`, remedy: 'End the enrolment, and erase the member on the day after.' } : null;
  }
}
