/** Faults that are told of one file; the others are counted. */
const toldMax = 10

/** What is wrong at one place of a file. */
export type Fault = { where: string; field?: string; why: string }

/** The file is not a taxonomy that can be taken; the message says where, in which field, what is wrong and what to do. Nothing was changed. */
export class TaxonomyRefusedError extends Error {
  readonly code: string
  readonly faults: readonly Fault[]
  constructor(code: string, message: string, faults: readonly Fault[] = []) {
    super([message, ...inWords(faults)].join('\n'))
    this.code = code
    this.faults = faults
  }
}

const inWords = (faults: readonly Fault[]): string[] => {
  const told = faults.slice(0, toldMax).map(({ where, field, why }) => `  ${where}${field === undefined ? '' : `, ${field}`}: ${why}`)
  return faults.length > toldMax ? [...told, `  and ${(faults.length - toldMax).toLocaleString('en-GB')} more`] : told
}

/** Words of a file as they can stand in a message: short, on one line. */
export const quoted = (text: string, lengthMax = 60): string => {
  const line = text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .toWellFormed()
  return `“${line.length > lengthMax ? `${line.slice(0, lengthMax - 1)}…` : line}”`
}
