// Bytes to text in one pass: UTF-8 with or without its mark, else Windows-1252, the superset of Latin-1 that spreadsheets write.
import { isAscii, isUtf8 } from 'node:buffer';
import { ImportFileUnreadable } from './import';

export type TextEncodingName = 'ascii' | 'utf-8' | 'windows-1252';

const NEWLINE = 0x0a;
const SAVE_AS_UTF8 = 'Save the file as CSV in UTF-8 and import it again.';

/**
 * Decides on the encoding when the first bytes beyond ASCII come by: until then both decode alike, so nothing has to be
 * read twice. A file that has shown itself to be UTF-8 and then is not, is refused: guessing would misspell names.
 */
export class TextDecoding {
  private encoding: TextEncodingName = 'ascii';
  private readonly windows1252 = new TextDecoder('windows-1252');
  /** Bytes not yet decoded: the beginning of a character whose end is in the next chunk. */
  private rest: Buffer = Buffer.alloc(0);
  private started = false;
  private linesBefore = 0;

  /** What the bytes so far were read as. */
  get name(): TextEncodingName {
    return this.encoding;
  }

  /** @throws ImportFileUnreadable ENCODING_UNREADABLE, with the line */
  decode(chunk: Buffer): string {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    if (!this.started) {
      // Three bytes tell whether there is a byte order mark.
      if (bytes.length < 3) {
        this.rest = bytes;
        return '';
      }
      bytes = this.start(bytes);
    }
    const end = this.encoding === 'windows-1252' ? bytes.length : endOfWholeCharacters(bytes);
    this.rest = bytes.subarray(end);
    return this.text(bytes.subarray(0, end));
  }

  /** What is left when the file has ended. A character cut in half becomes U+FFFD, which no column accepts. */
  end(): string {
    const bytes = this.started ? this.rest : this.start(this.rest);
    this.rest = Buffer.alloc(0);
    if (bytes.length === 0) return '';
    return this.encoding === 'utf-8' ? bytes.toString('utf8') : this.text(bytes);
  }

  private start(bytes: Buffer): Buffer {
    this.started = true;
    if (bytes.length >= 2 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))) {
      throw this.unreadable(bytes, 0, 'The file is in UTF-16.');
    }
    if (bytes.length < 3 || bytes[0] !== 0xef || bytes[1] !== 0xbb || bytes[2] !== 0xbf) return bytes;
    this.encoding = 'utf-8';
    return bytes.subarray(3);
  }

  private text(bytes: Buffer): string {
    const nul = bytes.indexOf(0);
    if (nul !== -1) throw this.unreadable(bytes, nul, 'The file is no text, or text in UTF-16: it holds a zero byte.');
    if (this.encoding === 'ascii' && !isAscii(bytes)) this.encoding = this.encodingOf(bytes);
    if (this.encoding === 'utf-8' && !isUtf8(bytes)) {
      throw this.unreadable(bytes, firstInvalid(bytes), 'The file is in UTF-8 up to here, and what follows is not.');
    }
    this.linesBefore += count(bytes, NEWLINE);
    return this.encoding === 'windows-1252' ? this.windows1252.decode(bytes) : bytes.toString('utf8');
  }

  private encodingOf(bytes: Buffer): TextEncodingName {
    if (isUtf8(bytes)) return 'utf-8';
    return isAscii(bytes.subarray(0, firstInvalid(bytes))) ? 'windows-1252' : 'utf-8';
  }

  private unreadable(bytes: Buffer, at: number, reason: string): ImportFileUnreadable {
    const before = bytes.subarray(0, at);
    return new ImportFileUnreadable({
      line: this.linesBefore + count(before, NEWLINE) + 1,
      column: null,
      value: null,
      code: 'ENCODING_UNREADABLE',
      reason: `${reason} (byte ${at - before.lastIndexOf(NEWLINE)} of the line)`,
      remedy: SAVE_AS_UTF8,
    });
  }
}

/** Where the last character that is whole ends; a character of UTF-8 has at most four bytes. */
function endOfWholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** The offset of the first byte that no valid UTF-8 has there, by halving: rare, and only on the way to a refusal or a decision. */
function firstInvalid(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    const end = endOfWholeCharacters(bytes.subarray(0, middle));
    if (isUtf8(bytes.subarray(0, end))) valid = middle;
    else invalid = middle;
  }
  return endOfWholeCharacters(bytes.subarray(0, valid));
}

function count(bytes: Buffer, byte: number): number {
  let found = 0;
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) found++;
  return found;
}
