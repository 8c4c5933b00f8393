// Downloads: text that is streamed to the other end as it is read, on one snapshot, a few at a time.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError } from '@countinghouse/kernel';
import type { Actor } from '../auth/actor';
import { Database } from '../database/database';
import type { Reader } from '../database/tx';
import { refusal } from './refusal';

/** Each holds a connection and a snapshot for as long as the reader at the other end takes. */
const AT_ONCE = 4;

export interface Download {
  readonly contentType: string;
  readonly fileName: string;
  /** What is wrong with the request is thrown before the first piece, while there is still a status to say it with. */
  readonly write: (reader: Reader) => AsyncGenerator<string>;
}

@Injectable()
export class Downloads {
  private running = 0;

  constructor(private readonly database: Database) {}

  /** @param ask authorises the actor and says what is sent; a DomainError becomes the status it has */
  async send(response: Response, actor: Actor | undefined, ask: (actor: Actor) => Download): Promise<void> {
    if (!actor) throw new UnauthorizedException();
    try {
      await this.stream(response, ask(actor));
    } catch (error) {
      // Once text has gone out, all that is left is to break off, so that nobody takes half a file for a whole one.
      if (!response.headersSent) throw refusal(error);
      response.destroy();
      if (!isBreakOff(error)) throw error;
    }
  }

  private async stream(response: Response, { contentType, fileName, write }: Download): Promise<void> {
    if (this.running >= AT_ONCE) throw new DomainError('TOO_MANY_DOWNLOADS', `${AT_ONCE} downloads are running.`, { remedy: 'Try again when one has ended.' });
    this.running++;
    try {
      await this.database.read(async (reader) => {
        const pieces = write(reader);
        const first = await pieces.next();
        response.setHeader('Content-Type', contentType);
        response.setHeader('Content-Disposition', `attachment; filename="${fileName}"`);
        response.setHeader('Cache-Control', 'no-store');
        await pipeline(Readable.from(continued(first, pieces), { highWaterMark: 1 }), response);
      });
    } finally {
      this.running--;
    }
  }
}

async function* continued(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/** Whoever asked has gone away. */
function isBreakOff(error: unknown): boolean {
  return (error as { code?: string }).code === 'ERR_STREAM_PREMATURE_CLOSE';
}
