// What can be wrong with a record. Codes are stable; pages and the command line have the words for them, and docs/import.md says them too.

/** With one of these a record is not taken. */
export const refusingProblems = ['not-a-record', 'record-too-large', 'more-columns', 'no-id', 'id-repeated', 'no-name', 'no-organisation', 'inactive'] as const
/** With one of these it is taken all the same: shown as it is, or without what cannot be shown. */
export const toldProblems = [
  'no-organisation-description',
  'bad-url',
  'name-repeated',
  'assured-over-a-year-ago',
  'contact-left-out',
  'text-shortened',
  'speaks-of-personal-care',
  'fewer-columns',
  'missing-once',
  'missing-twice',
  'edited-here',
] as const
export const problemCodes = [...refusingProblems, ...toldProblems] as const
export type ProblemCode = (typeof problemCodes)[number]

const refusing: ReadonlySet<string> = new Set(refusingProblems)
export const isRefusing = (code: ProblemCode): boolean => refusing.has(code)

/** `missing`: the feed lacks it, but has not lacked it for long enough to say that it has gone. */
export const recordKinds = ['new', 'changed', 'same', 'missing', 'gone', 'refused'] as const
export type RecordKind = (typeof recordKinds)[number]

export type ProblemCount = { code: ProblemCode; count: number; examples: string[] }
/** Faults of how a row was written: where it stands helps more than what it is called. */
const faultsOfRows: ReadonlySet<string> = new Set<ProblemCode>(['more-columns', 'fewer-columns'])

/** What an import found, in numbers. `examples` are ids that the feed gave, `#` and the place in the feed where it gave none, or the line of a row. */
export type Report = { read: number; missing?: number } & Record<Exclude<RecordKind, 'missing'>, number> & { problems: ProblemCount[] }

const examplesMax = 5
const exampleLengthMax = 100

/** Counts records as they are compared. */
export const reporting = () => {
  const counts = { read: 0, new: 0, changed: 0, same: 0, missing: 0, gone: 0, refused: 0 }
  const problems = new Map<ProblemCode, ProblemCount>()
  return {
    counts,
    /** A record of the feed; one that has gone or is missing was not read. */
    add: (kind: RecordKind, { problems: found, example, line }: { problems: readonly ProblemCode[]; example: string; line?: number }): void => {
      if (kind !== 'gone' && kind !== 'missing') counts.read += 1
      counts[kind] += 1
      for (const code of found) {
        const known = problems.get(code) ?? { code, count: 0, examples: [] }
        known.count += 1
        if (known.examples.length < examplesMax)
          known.examples.push(line !== undefined && faultsOfRows.has(code) ? `line ${line}` : example.slice(0, exampleLengthMax))
        problems.set(code, known)
      }
    },
    /** The numbers, the problems in the order of the table above. */
    report: (): Report => {
      const { missing, ...others } = counts
      return { ...others, ...(missing > 0 ? { missing } : {}), problems: problemCodes.flatMap((code) => problems.get(code) ?? []) }
    },
  }
}
