// The log: one JSON object a line, for machines to read, with secrets taken out.
import { LoggerService } from '@nestjs/common';
import pino, { DestinationStream, Logger } from 'pino';
import { logContext } from './log-context';

export interface LogOptions {
  readonly level: string;
  /** 'api', 'worker', 'cli'. */
  readonly process: string;
  /** Standard output unless told. */
  readonly destination?: DestinationStream;
}

/** Fields that are never written, at the top and one level down. */
const SECRET_FIELDS = ['authorization', 'cookie', 'password', 'secret', 'token', 'accessToken', 'cardNumber', 'signature', 'connectionString'];
const REDACTED = '[redacted]';
const CREDENTIALS_IN_URL = /\/\/[^\s/:@]+:[^\s/@]+@/g;

/** Takes the place of Nest's logger: `new Logger('Relay').warn({ message: 'delivery failed', eventId })`. */
export class JsonLogger implements LoggerService {
  private readonly pino: Logger;

  constructor({ level, process: processName, destination }: LogOptions) {
    this.pino = pino(
      {
        level,
        base: { process: processName, pid: process.pid },
        mixin: () => ({ ...logContext() }),
        formatters: { level: (label) => ({ level: label }) },
        timestamp: pino.stdTimeFunctions.isoTime,
        messageKey: 'message',
        redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: REDACTED },
      },
      destination ?? pino.destination({ fd: 1, sync: false }),
    );
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest puts the logger's name last, and before it, for an error, the stack. */
  private write(level: 'debug' | 'info' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const texts = rest.filter((part): part is string => typeof part === 'string');
    const context = texts.at(-1);
    const stack = texts.length > 1 ? texts[0] : undefined;
    const fields = { ...(context && { context }), ...fieldsOf(message), ...(stack && { stack: withoutCredentials(stack) }) };
    this.pino[level](fields);
  }
}

function fieldsOf(message: unknown): Record<string, unknown> {
  if (message instanceof Error) {
    return { message: withoutCredentials(message.message), name: message.name, stack: withoutCredentials(message.stack ?? '') };
  }
  if (typeof message !== 'object' || message === null) return { message: withoutCredentials(String(message)) };
  return Object.fromEntries(Object.entries(message).map(([name, value]) => [name, valueOf(value)]));
}

/** JSON has no bigint, and an error has no fields that JSON would write. */
function valueOf(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return withoutCredentials(value);
  return value instanceof Error ? fieldsOf(value) : value;
}

function withoutCredentials(text: string): string {
  return text.replace(CREDENTIALS_IN_URL, `//${REDACTED}@`);
}
