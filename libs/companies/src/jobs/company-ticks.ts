// What companies does every so often.
import { Injectable } from '@nestjs/common';
import { Tick } from '@countinghouse/platform';
import { CheckVat } from '../use-cases/check-vat';
import { MoveCompanies } from '../use-cases/move-companies';
import { ShowEnded } from '../use-cases/show-ended';

@Injectable()
export class CompanyTicks {
  constructor(
    private readonly moves: MoveCompanies,
    private readonly vat: CheckVat,
    private readonly ended: ShowEnded,
  ) {}

  @Tick({ queue: 'companies', name: 'companies.show-ended-enrolments', everyMs: 600_000 })
  showEnded(): Promise<number> {
    return this.ended.execute();
  }

  @Tick({ queue: 'companies', name: 'companies.show-due-moves', everyMs: 600_000 })
  showDueMoves(): Promise<number> {
    return this.moves.showDue();
  }

  @Tick({ queue: 'companies', name: 'companies.check-vat', everyMs: 60_000 })
  checkVat(): Promise<number> {
    return this.vat.checkDue();
  }
}
