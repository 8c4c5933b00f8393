// Encodings: told apart by their bytes alone, in chunks of any size, and refused when they cannot be.
import { ImportFileUnreadable } from './import';
import { TextDecoding } from './text-decoding';

function decode(bytes: Buffer, chunk = bytes.length || 1): { text: string; encoding: string } {
  const decoding = new TextDecoding();
  let text = '';
  for (let at = 0; at < bytes.length; at += chunk) text += decoding.decode(bytes.subarray(at, at + chunk));
  return { text: text + decoding.end(), encoding: decoding.name };
}

function refusal(bytes: Buffer, chunk?: number): ImportFileUnreadable {
  try {
    decode(bytes, chunk);
  } catch (error) {
    return error as ImportFileUnreadable;
  }
  throw new Error('it was read');
}

const NAMES = 'name\nÇağla Øst-Müller\nJoão d’Ávila\n李 小龍\n𠮷田\n';

describe('the encoding of a file', () => {
  it.each([1, 2, 3, 5, 1000])('is UTF-8 with or without its mark, in chunks of %d bytes', (chunk) => {
    const bytes = Buffer.from(NAMES, 'utf8');
    expect(decode(bytes, chunk)).toEqual({ text: NAMES, encoding: 'utf-8' });
    expect(decode(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]), chunk)).toEqual({ text: NAMES, encoding: 'utf-8' });
  });

  it.each([1, 2, 7, 1000])('is Windows-1252 when the first bytes beyond ASCII are not UTF-8, in chunks of %d bytes', (chunk) => {
    const bytes = Buffer.concat([Buffer.from('name\nJoão d', 'latin1'), Buffer.from([0x92]), Buffer.from('Ávila\nJosé', 'latin1')]);
    expect(decode(bytes, chunk)).toEqual({ text: 'name\nJoão d’Ávila\nJosé', encoding: 'windows-1252' });
  });

  it('is ASCII when there is nothing else, and an empty file has no text', () => {
    expect(decode(Buffer.from('ab'))).toEqual({ text: 'ab', encoding: 'ascii' });
    expect(decode(Buffer.alloc(0))).toEqual({ text: '', encoding: 'ascii' });
  });

  it('is refused as UTF-16, by its mark and by its zero bytes', () => {
    const utf16 = Buffer.from(NAMES, 'utf16le');
    expect(refusal(Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])).rejection).toMatchObject({ line: 1, code: 'ENCODING_UNREADABLE' });
    expect(refusal(utf16).rejection).toMatchObject({ line: 1, code: 'ENCODING_UNREADABLE', remedy: expect.stringContaining('UTF-8') });
  });

  it.each([4, 1000])('is refused with line and byte when UTF-8 turns into something else, in chunks of %d bytes', (chunk) => {
    const bytes = Buffer.concat([Buffer.from('a\nJoão\nx'), Buffer.from([0xe3, 0x6f]), Buffer.from('\nmore')]);
    const { code, rejection, remedy } = refusal(bytes, chunk);
    expect({ code, remedy }).toEqual({ code: 'IMPORT_FILE_UNREADABLE', remedy: 'Save the file as CSV in UTF-8 and import it again.' });
    expect(rejection).toMatchObject({ line: 3, reason: expect.stringContaining('byte 2') });
  });

  it('marks the character that a cut file ends in', () => {
    const bytes = Buffer.from('João 李');
    expect(decode(bytes.subarray(0, bytes.length - 1)).text).toBe('João \ufffd');
  });
});
