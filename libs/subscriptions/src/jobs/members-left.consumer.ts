// What subscriptions does when companies tell that members leave, or do not after all.
import { Injectable } from '@nestjs/common';
import { MembersLeft } from '@countinghouse/contracts';
import { MemberId } from '@countinghouse/kernel';
import { Consumer, Delivered, Tx } from '@countinghouse/platform';
import { FollowLeaving } from '../use-cases/follow-leaving';

/** With a thousand members in each, so many members are one transaction. */
const EVENTS_AT_A_TIME = 5;

@Injectable()
export class MembersLeftConsumer {
  constructor(private readonly followLeaving: FollowLeaving) {}

  @Consumer({ queue: 'subscriptions', name: 'subscriptions.follow-leaving', event: MembersLeft, batch: EVENTS_AT_A_TIME })
  async follow(tx: Tx, events: readonly Delivered<typeof MembersLeft>[]): Promise<void> {
    const ids = new Set(events.flatMap(({ payload }) => payload.members.map(({ memberId }) => memberId as MemberId)));
    await this.followLeaving.execute(tx, [...ids]);
  }
}
