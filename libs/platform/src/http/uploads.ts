// Uploads: a file that comes in as the body of a request and is handed on as it arrives, with a bound on its bytes and its time.
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import type { Request } from 'express';
import { DomainError } from '@countinghouse/kernel';
import type { Actor } from '../auth/actor';
import { globalId } from '../graphql/node';
import type { Run } from '../runs/run';
import { refusal } from './refusal';

const TYPES = ['text/csv', 'application/octet-stream'];

export class UploadLimits {
  readonly bytes: number = 256 * 1024 ** 2;
  /** Without a byte for so long, the sender is taken for gone. */
  readonly quietMs: number = 30_000;
  /** Less than the five minutes after which the server ends a connection without a word. */
  readonly wholeMs: number = 280_000;
  /** Each holds a connection of the database for as long as the sender takes. */
  readonly atOnce: number = 2;
}

export interface UploadRequest extends Request {
  /** The middleware that checks the token has put it there; it stands before every path of uploads. */
  readonly actor?: Actor;
}

/** What the sender is told of the run that its file became. */
export interface UploadAnswer {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
}

@Injectable()
export class Uploads {
  private running = 0;

  constructor(private readonly limits: UploadLimits) {}

  /** @param take authorises the actor and reads the file to its end; a DomainError becomes the status it has */
  async receive(request: UploadRequest, take: (source: Readable, actor: Actor) => Promise<Run>): Promise<UploadAnswer> {
    if (!request.actor) throw new UnauthorizedException();
    try {
      const { id, kind, state } = await this.read(request, (source) => take(source, request.actor!));
      return { id: globalId('Run', id), kind, state: state.toUpperCase().replaceAll('-', '_') };
    } catch (error) {
      // The sender hears why as soon as it listens; what it still sends meanwhile is thrown away.
      request.resume();
      throw refusal(error);
    }
  }

  private async read(request: Request, take: (source: Readable) => Promise<Run>): Promise<Run> {
    refuseType(request);
    if (Number(request.headers['content-length'] ?? 0) > this.limits.bytes) throw tooLarge(this.limits);
    if (this.running >= this.limits.atOnce) throw new DomainError('TOO_MANY_UPLOADS', `${this.limits.atOnce} uploads are running.`, { remedy: 'Try again when one has ended.' });
    this.running++;
    const file = new ArrivingFile(this.limits);
    const brokenOff = () => {
      if (!request.complete) file.destroy(new DomainError('UPLOAD_BROKEN_OFF', 'The connection ended before the file did.', { field: 'body', remedy: 'Send the whole file again.' }));
    };
    request.on('error', brokenOff).once('close', brokenOff);
    try {
      return await take(request.pipe(file));
    } finally {
      this.running--;
      request.unpipe(file);
      file.destroy();
    }
  }
}

/** The body on its way through. It can be given up without ending the connection, on which the answer has still to go out. */
class ArrivingFile extends Transform {
  private bytes = 0;
  private readonly quiet: NodeJS.Timeout;
  private readonly whole: NodeJS.Timeout;

  constructor(private readonly limits: UploadLimits) {
    super();
    this.quiet = setTimeout(() => this.destroy(timedOut(`Nothing has come for ${limits.quietMs / 1000} seconds.`)), limits.quietMs);
    this.whole = setTimeout(() => this.destroy(timedOut(`The file has not come within ${limits.wholeMs / 1000} seconds.`)), limits.wholeMs);
    // It may fail before anybody reads it; whoever reads it then is told.
    this.on('error', () => undefined);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.quiet.refresh();
    this.bytes += chunk.length;
    if (this.bytes > this.limits.bytes) done(tooLarge(this.limits));
    else done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.stopWaiting();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.stopWaiting();
    done(error);
  }

  private stopWaiting(): void {
    clearTimeout(this.quiet);
    clearTimeout(this.whole);
  }
}

/** A body of another type may have been read by somebody else, or be a form with the file inside it. */
function refuseType({ headers }: Request): void {
  const [type] = (headers['content-type'] ?? '').split(';');
  const encoding = headers['content-encoding'] ?? 'identity';
  if (TYPES.includes(type!.trim().toLowerCase()) && encoding === 'identity') return;
  throw new DomainError('UPLOAD_TYPE_REFUSED', 'The file itself, uncompressed, must be the body.', {
    field: 'content-type',
    value: `${type} ${encoding}`.slice(0, 100),
    remedy: `Send the bytes of the file as ${TYPES.join(' or ')}.`,
  });
}

function tooLarge({ bytes }: UploadLimits): DomainError {
  return new DomainError('UPLOAD_TOO_LARGE', `The file is larger than ${bytes / 1024 ** 2} MiB.`, {
    field: 'body',
    remedy: 'Cut the file into several, each with the header, or have an operator import it from the terminal.',
  });
}

function timedOut(message: string): DomainError {
  return new DomainError('UPLOAD_TIMED_OUT', message, { field: 'body', remedy: 'Send the whole file again, over a faster connection or in parts.' });
}
