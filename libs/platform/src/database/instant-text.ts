// Instants that come back to the database travel as text: a Date of JavaScript knows milliseconds, PostgreSQL microseconds.

/** SQL of an instant as ISO text, to the microsecond. */
export function instantAsText(instant: string): string {
  return `to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
