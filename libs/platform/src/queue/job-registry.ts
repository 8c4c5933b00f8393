// Knows every consumer, kind of run and tick that the loaded contexts have declared with decorators.
import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { EventContract } from '@countinghouse/contracts';
import { Tx } from '../database/tx';
import { CONSUMER, ConsumerOptions, Delivered } from '../outbox/consumer';
import { RUN_KIND, RunHandler, RunKindOptions } from '../runs/run';
import { TICK, TickOptions } from '../scheduling/tick';

export interface RegisteredConsumer extends ConsumerOptions {
  readonly deliver: (tx: Tx, events: Delivered<EventContract>[]) => Promise<void>;
}
export interface RegisteredRunKind extends RunKindOptions {
  readonly handler: RunHandler;
}
export interface RegisteredTick extends TickOptions {
  readonly run: () => Promise<number>;
}

interface Registered {
  readonly consumers: ReadonlyMap<string, RegisteredConsumer>;
  readonly runKinds: ReadonlyMap<string, RegisteredRunKind>;
  readonly ticks: ReadonlyMap<string, RegisteredTick>;
}

@Injectable()
export class JobRegistry {
  private registered: Registered | undefined;

  constructor(private readonly discovery: DiscoveryService) {}

  /** A registry of instances that Nest does not know, for specs of one handler. */
  static of(...instances: object[]): JobRegistry {
    const wrappers = instances.map((instance) => ({ instance }));
    return new JobRegistry({ getProviders: () => wrappers, getControllers: () => [] } as unknown as DiscoveryService);
  }

  /** By the consumer's name. */
  get consumers(): Registered['consumers'] {
    return this.all().consumers;
  }

  /** By the kind of run. */
  get runKinds(): Registered['runKinds'] {
    return this.all().runKinds;
  }

  /** By the tick's name. */
  get ticks(): Registered['ticks'] {
    return this.all().ticks;
  }

  /** Every queue that something is registered on, sorted. */
  get queues(): string[] {
    const { consumers, runKinds, ticks } = this.all();
    return [...new Set([...consumers.values(), ...runKinds.values(), ...ticks.values()].map((each) => each.queue))].sort();
  }

  /** Looked up on first use, when Nest has made every provider. */
  private all(): Registered {
    return (this.registered ??= this.discover());
  }

  private discover(): Registered {
    const consumers = new Map<string, RegisteredConsumer>();
    const runKinds = new Map<string, RegisteredRunKind>();
    const ticks = new Map<string, RegisteredTick>();
    for (const { instance } of this.discovery.getProviders()) {
      if (!isDeclaredObject(instance)) continue;
      const kind = Reflect.getMetadata(RUN_KIND, instance.constructor) as RunKindOptions | undefined;
      if (kind) add(runKinds, kind.kind, { ...kind, handler: instance as unknown as RunHandler });
      for (const method of methodsOf(instance)) {
        const call = (...args: never[]) => method.call(instance, ...args);
        const consumer = Reflect.getMetadata(CONSUMER, method) as ConsumerOptions | undefined;
        if (consumer) add(consumers, consumer.name, { ...consumer, deliver: call as RegisteredConsumer['deliver'] });
        const tick = Reflect.getMetadata(TICK, method) as TickOptions | undefined;
        if (tick) add(ticks, tick.name, { ...tick, run: call as RegisteredTick['run'] });
      }
    }
    return { consumers, runKinds, ticks };
  }
}

/** Nest also holds factories' values and modules that have no class of their own. */
function isDeclaredObject(instance: unknown): instance is object {
  return typeof instance === 'object' && instance !== null && instance.constructor !== Object;
}

function methodsOf(instance: object): ((...args: never[]) => unknown)[] {
  const methods: ((...args: never[]) => unknown)[] = [];
  for (let level = Object.getPrototypeOf(instance) as object | null; level && level !== Object.prototype; level = Object.getPrototypeOf(level) as object | null) {
    for (const { value } of Object.values(Object.getOwnPropertyDescriptors(level)) as { value?: unknown }[]) {
      if (typeof value === 'function') methods.push(value as (...args: never[]) => unknown);
    }
  }
  return methods;
}

/** A name is the key of rows: two declarations of one name (or one class provided by two modules) would share them. */
function add<T extends object>(map: Map<string, T>, name: string, registered: T): void {
  if (map.has(name)) throw new Error(`${name} is declared twice`);
  map.set(name, registered);
}
