import { RefusedError } from './refusals.ts'

/**
 * What lets personal care be shown: registration with the Care Quality Commission, or the word of someone who works alone
 * under the direction of the person helped, and so needs none. Never both.
 */
export type PersonalCareGate = { cqcNumber?: string; soleWorkerDeclaration?: true }

const cqcNumber = /^1-\d{6,12}$/

/** An absent gate passes: a draft may lack it, publishing may not. Throws RefusedError `personal-care-gate-both`, `invalid-cqc-number`, `personal-care-gate`. */
export const checkGate = (gate: PersonalCareGate | undefined): void => {
  if (!gate) return
  if (gate.cqcNumber !== undefined && gate.soleWorkerDeclaration) throw new RefusedError('personal-care-gate-both', '/personalCareGate')
  if (gate.cqcNumber !== undefined && !cqcNumber.test(gate.cqcNumber)) throw new RefusedError('invalid-cqc-number', '/personalCareGate/cqcNumber')
  if (gate.cqcNumber === undefined && !gate.soleWorkerDeclaration) throw new RefusedError('personal-care-gate', '/personalCareGate')
}
