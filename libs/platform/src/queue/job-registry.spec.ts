// Decorated classes are found with what they declare, and a name belongs to one declaration.
import { defineEvent } from '@countinghouse/contracts';
import { z } from 'zod';
import { Consumer } from '../outbox/consumer';
import { RunKind } from '../runs/run';
import { Tick } from '../scheduling/tick';
import { JobRegistry } from './job-registry';

const Done = defineEvent('spec.done.v1', z.object({}));

class Jobs {
  readonly greeting = 'hello';

  @Consumer({ queue: 'b', name: 'spec.consume', event: Done })
  async consume(): Promise<void> {}

  @Tick({ queue: 'a', name: 'spec.tick', everyMs: 1000 })
  async tick(): Promise<number> {
    return this.greeting.length;
  }
}

@RunKind({ kind: 'spec.run', queue: 'c' })
class SpecRun {}

describe('JobRegistry', () => {
  it('finds consumers, ticks and kinds of runs, and the queues they need', async () => {
    const registry = JobRegistry.of(new Jobs(), new SpecRun(), { plain: true });
    expect([...registry.consumers.keys(), ...registry.ticks.keys(), ...registry.runKinds.keys()]).toEqual([
      'spec.consume',
      'spec.tick',
      'spec.run',
    ]);
    expect(registry.queues).toEqual(['a', 'b', 'c']);
    expect(await registry.ticks.get('spec.tick')!.run()).toBe(5);
  });

  it('finds what a base class declares', () => {
    class More extends Jobs {}
    expect([...JobRegistry.of(new More()).consumers.keys()]).toEqual(['spec.consume']);
  });

  it('refuses one name for two declarations', () => {
    expect(() => JobRegistry.of(new Jobs(), new Jobs()).queues).toThrow('spec.consume is declared twice');
  });
});
