// What is refused over plain HTTP: a DomainError with the status that fits it and its words as JSON, never with a stack.
import { HttpException } from '@nestjs/common';
import { isDomainError } from '@countinghouse/kernel';

const STATUS: Readonly<Record<string, number>> = {
  FORBIDDEN: 403,
  UPLOAD_TIMED_OUT: 408,
  UPLOAD_TOO_LARGE: 413,
  UPLOAD_TYPE_REFUSED: 415,
  IMPORT_FILE_UNREADABLE: 422,
  TOO_MANY_DOWNLOADS: 503,
  TOO_MANY_UPLOADS: 503,
};

export function refusal(error: unknown): unknown {
  if (!isDomainError(error)) return error;
  const { code, message, field, value, remedy } = error;
  return new HttpException({ code, message, field, value, remedy }, STATUS[code] ?? statusByEnding(code));
}

function statusByEnding(code: string): number {
  if (/_(UNKNOWN|NOT_FOUND)$/.test(code)) return 404;
  return code.endsWith('_UNDER_WAY') ? 409 : 400;
}
