// Erasure checks: what each context says must have ended before the personal data of a member can go.
import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { LocalDate, MemberId } from '@countinghouse/kernel';
import { contributionsByName, Reader } from '@countinghouse/platform';

/** What stands in the way of an erasure. */
export interface ErasureObstacle {
  /** What there is, without personal data. */
  readonly detail: string;
  readonly remedy: string;
}

export interface ErasureCheck {
  /** Stable name: 'running-enrolments'. */
  readonly name: string;
  /** Null when nothing stands in the way on that day, in the company's zone. */
  check(reader: Reader, memberId: MemberId, on: LocalDate): Promise<ErasureObstacle | null>;
}

const ERASURE_CHECK_PROVIDER = Symbol('erasure-check-provider');

/** Marks a provider that implements ErasureCheck; the context that knows contributes its check. */
export const ErasureCheckProvider = (): ClassDecorator => SetMetadata(ERASURE_CHECK_PROVIDER, true);

@Injectable()
export class ErasureChecks {
  constructor(private readonly discovery: DiscoveryService) {}

  /** What stands in the way, one check after the other, ordered by name. */
  async obstacles(reader: Reader, memberId: MemberId, on: LocalDate): Promise<(ErasureObstacle & { name: string })[]> {
    const obstacles: (ErasureObstacle & { name: string })[] = [];
    for (const check of this.providers()) {
      const obstacle = await check.check(reader, memberId, on);
      if (obstacle !== null) obstacles.push({ name: check.name, ...obstacle });
    }
    return obstacles;
  }

  private providers(): ErasureCheck[] {
    return contributionsByName<ErasureCheck>(this.discovery, ERASURE_CHECK_PROVIDER);
  }
}
