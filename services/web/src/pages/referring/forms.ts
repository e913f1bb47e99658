import { choice, optionalLine, optionalLines, type Refuse } from '../../http/formFields.ts'

export const accessNeedCodes = [
  'easy-read',
  'large-print',
  'braille',
  'bsl',
  'interpreter',
  'hearing-loop',
  'step-free',
  'quiet-space',
  'carer-comes-too',
  'text-relay',
  'other',
] as const
export const wordsMax = 2_000
const outcomeMax = 200
const noteMax = 1_000

/** Up to three things the person hopes for, a line each. */
export const outcomeFields = { outcome1: optionalLine(outcomeMax), outcome2: optionalLine(outcomeMax), outcome3: optionalLine(outcomeMax) }
export const outcomesIn = ({
  outcome1,
  outcome2,
  outcome3,
}: {
  outcome1?: string | undefined
  outcome2?: string | undefined
  outcome3?: string | undefined
}): string[] => [outcome1, outcome2, outcome3].filter((words) => words !== undefined)

export const basisCodes = ['spoken', 'written', 'public-task', 'legal-obligation', 'vital-interests'] as const
type BasisCode = (typeof basisCodes)[number]

/** Why a navigator may share: how the person agreed, or which basis in law it rests on. The fields are named as the service's problems name them. */
export const basisFields = { 'basis-given': choice(basisCodes), 'basis-note': optionalLines(noteMax) }
type Basis = { 'basis-given': BasisCode; 'basis-note'?: string | undefined }

const isConsent = (code: BasisCode): code is 'spoken' | 'written' => code === 'spoken' || code === 'written'

/** Sharing without consent needs a reason: refused at its field before anything is recorded. */
export const refuseWithoutReason = ({ 'basis-given': given, 'basis-note': note }: Partial<Basis>, refuse: Refuse): void => {
  if (given !== undefined && !isConsent(given) && note === undefined) refuse('basis-note', 'reason-needed')
}

/** The basis as the referral service takes it. */
export const basisIn = ({ 'basis-given': given, 'basis-note': note }: Basis) => ({
  ...(isConsent(given) ? { kind: 'consent', given } : { kind: given }),
  ...(note === undefined ? {} : { note }),
})

export const outcomesMarked = ['achieved', 'partly', 'not'] as const
export const endReasons = ['completed', 'needs-met-elsewhere', 'not-engaged', 'moved', 'mistaken', 'ineligible', 'died', 'other'] as const
/** What a resident may say of their own request; the other reasons are not theirs to give. */
export const ownEndReasons = ['completed', 'needs-met-elsewhere', 'moved', 'mistaken', 'other'] as const
