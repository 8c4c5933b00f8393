// The tick that keeps the seal chain close behind the ledger.
import { Injectable } from '@nestjs/common';
import { Tick } from '@countinghouse/platform';
import { SealBlocks } from '../use-cases/seal-blocks';

@Injectable()
export class SealChainTick {
  constructor(private readonly sealBlocks: SealBlocks) {}

  @Tick({ queue: 'accounting', name: 'accounting.seal-blocks', everyMs: 5_000 })
  seal(): Promise<number> {
    return this.sealBlocks.execute();
  }
}
