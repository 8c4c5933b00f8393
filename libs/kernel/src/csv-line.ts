// CSV as RFC 4180 has it: commas, CRLF, quotes around what needs them.

/** A line; null is an empty field. */
export function csvLine(fields: readonly (string | number | bigint | null)[]): string {
  return `${fields.map((field) => csvField(field)).join(',')}\r\n`;
}

function csvField(field: string | number | bigint | null): string {
  if (field === null) return '';
  if (typeof field !== 'string') return field.toString();
  const safe = isFormula(field) ? `'${field}` : field;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A spreadsheet would run it; a negative number is none. */
function isFormula(text: string): boolean {
  return /^[=+@\t\r]/.test(text) || (text.startsWith('-') && !/^-\d+(\.\d+)?$/.test(text));
}
