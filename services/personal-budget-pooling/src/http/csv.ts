/** Text that a spreadsheet would take for a formula. */
const formula = /^[=+\-@\t\r]/

/**
 * Rows as CSV by RFC 4180, with a byte order mark so that spreadsheets read it as UTF-8. A text that a spreadsheet would run as a formula gets an apostrophe
 * before it, as it may come from anybody.
 */
export const toCsv = (rows: readonly (readonly string[])[]): string => `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`

const cell = (text: string): string => {
  const safe = formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
