import fc from 'fast-check'
import type { ReferralCommand } from './commands.ts'
import { decide, stepsOf, transitions } from './decide.ts'
import { evolve, isOpen, type Referral, type ReferralEvent, unsent } from './referral.ts'
import { accept, colleague, conclude, decline, dee, goUnanswered, margaret, mark, outcomeIds, ruth, send, strangers, withdraw } from './testExamples.ts'

const anyone = fc.constantFrom(margaret, ruth, dee, colleague, ...Object.values(strangers))
const anyCommand: fc.Arbitrary<ReferralCommand> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<ReferralCommand>(send, { ...send, basis: { kind: 'public-task', hasReason: true } }) },
  { weight: 3, arbitrary: anyone.map(accept) },
  { weight: 1, arbitrary: anyone.map(decline) },
  { weight: 1, arbitrary: anyone.map(withdraw) },
  {
    weight: 4,
    arbitrary: fc
      .record({ outcomeId: fc.constantFrom(...outcomeIds), result: fc.constantFrom('achieved', 'partly', 'not'), by: anyone })
      .map(({ outcomeId, result, by }) => mark(outcomeId, result, by)),
  },
  { weight: 2, arbitrary: fc.record({ reason: fc.constantFrom('completed', 'moved', 'mistaken'), by: anyone }).map(({ reason, by }) => conclude(reason, by)) },
  { weight: 1, arbitrary: fc.constant(goUnanswered) },
)

/** Runs the commands one after another; a refused one leaves everything as it was. */
const play = (
  commands: readonly ReferralCommand[],
  look: (step: { before: Referral; command: ReferralCommand; events: ReferralEvent[]; after: Referral }) => void,
) =>
  commands.reduce<{ referral: Referral; events: ReferralEvent[] }>(
    ({ referral, events }, command) => {
      let decided: ReferralEvent[] = []
      try {
        decided = decide(referral, command)
      } catch (error) {
        expect(error).toMatchObject({ kind: expect.any(String), code: expect.any(String) })
      }
      const after = decided.reduce(evolve, referral)
      look({ before: referral, command, events: decided, after })
      return { referral: after, events: [...events, ...decided] }
    },
    { referral: unsent, events: [] },
  )

const sequences = fc.array(anyCommand, { maxLength: 25 }).map((commands) => [send, ...commands])

test('R1 no sequence of commands reaches a state that the table does not lead to', () => {
  fc.assert(
    fc.property(sequences, (commands) => {
      play(commands, ({ before, command, events, after }) => {
        const table: Partial<Record<Referral['status'], Referral['status']>> = transitions[command.type]
        if (events.length === 0) expect(after).toBe(before)
        else expect(after.status).toBe(table[before.status])
        expect(events.length).toBeLessThanOrEqual(1)
      })
    }),
    { numRuns: 2_000 },
  )
})

test('R1 what has ended stays as it is, whatever comes', () => {
  fc.assert(
    fc.property(sequences, (commands) => {
      play(commands, ({ before, after }) => {
        if (before.status !== 'unsent' && !isOpen(before)) expect(after).toBe(before)
      })
    }),
    { numRuns: 1_000 },
  )
})

test('R9 there is at most one acceptor, R13 what is completed is marked, R3 nobody is let in after consent is withdrawn', () => {
  fc.assert(
    fc.property(sequences, (commands) => {
      const { referral, events } = play(commands, () => undefined)
      const kinds = events.map(({ type }) => type)
      expect(kinds.filter((type) => type === 'referral.accepted.v1').length).toBeLessThanOrEqual(1)
      const withdrawn = kinds.indexOf('referral.consent-withdrawn.v1')
      if (withdrawn >= 0) expect(kinds.slice(withdrawn + 1)).toEqual([])
      if (referral.status === 'concluded' && referral.endReason === 'completed') {
        expect(kinds).toContain('referral.accepted.v1')
        for (const { result } of referral.outcomes) expect(result).toBeDefined()
      }
    }),
    { numRuns: 2_000 },
  )
})

test('R1 a step that is shown as possible is never an illegal one, and one that works is always shown', () => {
  fc.assert(
    fc.property(sequences, (commands) => {
      play(commands, ({ before, command, events }) => {
        if (command.type === 'SendReferral' || command.type === 'NoteUnanswered') return
        const isShown = stepsOf(before, command.by).includes(command.type)
        if (events.length > 0) expect(isShown).toBe(true)
        if (isShown) {
          const refused = codeOf(() => decide(before, command))
          expect(['not-found', 'not-your-part', 'illegal-transition', 'referral-taken', 'basis-is-not-consent']).not.toContain(refused)
        }
      })
    }),
    { numRuns: 1_000 },
  )
})

const codeOf = (act: () => unknown): string | undefined => {
  try {
    act()
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('R1 replaying the events gives the same state to the byte', () => {
  fc.assert(
    fc.property(sequences, (commands) => {
      const { referral, events } = play(commands, () => undefined)
      const replayed = (JSON.parse(JSON.stringify(events)) as ReferralEvent[]).reduce(evolve, unsent)
      expect(JSON.stringify(replayed)).toBe(JSON.stringify(referral))
    }),
    { numRuns: 500 },
  )
})
