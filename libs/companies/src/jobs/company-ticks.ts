// What companies does every so often.
import { Injectable } from '@nestjs/common';
import { Tick } from '@countinghouse/platform';
import { MoveCompanies } from '../use-cases/move-companies';

@Injectable()
export class CompanyTicks {
  constructor(private readonly moves: MoveCompanies) {}

  @Tick({ queue: 'companies', name: 'companies.show-due-moves', everyMs: 600_000 })
  showDueMoves(): Promise<number> {
    return this.moves.showDue();
  }
}
