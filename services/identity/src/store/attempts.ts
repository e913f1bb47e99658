import type { DocumentStore } from '@patchwork/document-store'
import { instant, type Runtime } from '@patchwork/runtime'
import { isAlreadyThere } from './logins.ts'

/** Failures that cost nothing: people mistype. */
const freeFailures = 5
const firstWaitMs = 2_000
/** The longest wait, so that nobody can be kept out for long by somebody else's guesses. It leaves fewer than 300 guesses a day. */
const waitMsMax = 5 * 60_000
/** Failures are forgotten this long after the last. */
const forgottenAfterMs = 24 * 3_600_000
const triesMax = 8
const sweepPageMax = 500

/** Failed sign-ins under one key: an address (known here or not), or a browser that has signed in to it before. */
type AttemptsBody = { failures: number; waitUntil: string; forgetAt: string }

export type Attempts = {
  /** Counts a try before its password is looked at, so that many at once gain nothing. Gives how long to wait when it is too soon; then it does not count. */
  begin(key: string): Promise<{ waitMs: number }>
  /** The password was right: everything under the key is forgotten. */
  forget(key: string): Promise<void>
  sweep(): Promise<void>
}

export const openAttempts = async (documents: DocumentStore, runtime: Pick<Runtime, 'now'>): Promise<Attempts> => {
  const attempts = await documents.collection<AttemptsBody>({
    service: 'identity',
    name: 'sign-in-attempts',
    fields: { forgetAt: { path: 'forgetAt', type: 'string' } },
    indexes: { 'by-forget-at': { fields: ['forgetAt'] } },
  })
  const next = (failures: number): AttemptsBody => ({
    failures,
    waitUntil: new Date(runtime.now() + waitAfter(failures)).toISOString(),
    forgetAt: new Date(runtime.now() + forgottenAfterMs).toISOString(),
  })
  const tryToBegin = async (key: string): Promise<{ waitMs: number } | 'again'> => {
    const stored = await attempts.get(key)
    if (!stored) {
      await attempts.insert(key, next(1))
      return { waitMs: 0 }
    }
    const isForgotten = stored.body.forgetAt <= instant(runtime)
    const waitMs = isForgotten ? 0 : Date.parse(stored.body.waitUntil) - runtime.now()
    if (waitMs > 0) return { waitMs }
    const replaced = await attempts.replace(key, next(isForgotten ? 1 : stored.body.failures + 1), { expectedRevision: stored.revision })
    return replaced === 'replaced' ? { waitMs: 0 } : 'again'
  }
  return {
    begin: async (key) => {
      for (let tries = 1; tries <= triesMax; tries += 1)
        try {
          const begun = await tryToBegin(key)
          if (begun !== 'again') return begun
        } catch (error) {
          if (!isAlreadyThere(error)) throw error
        }
      // So many at once under one key are not one person typing.
      return { waitMs: firstWaitMs }
    },
    forget: async (key) => void (await attempts.remove(key)),
    sweep: async () => {
      const { documents: old } = await attempts.find({ where: { forgetAt: { atMost: instant(runtime) } }, limit: sweepPageMax })
      for (const { id, revision } of old) await attempts.remove(id, { expectedRevision: revision })
    },
  }
}

const waitAfter = (failures: number): number => (failures < freeFailures ? 0 : Math.min(waitMsMax, firstWaitMs * 2 ** Math.min(20, failures - freeFailures)))
