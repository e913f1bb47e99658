import { inParallel, type Ports } from '@patchwork/aggregate'
import { instant, type Repeated, repeatedly } from '@patchwork/runtime'
import type { AssuranceDays } from '../domain/assurance.ts'
import { joinLadder } from '../domain/offer.ts'
import type { Offers } from './directory.ts'

const pageSize = 100
const atOnceMax = 8
/** Such offers only come when a process from before the ladder publishes one beside this one: while a place is being upgraded. */
const everyMs = 3_600_000

/**
 * Lets offers that were published before there was a ladder join it: now, and every hour until `stop`. One question by an index where there are none.
 * Each joins once, in however many processes this runs and however often it is cut off.
 */
export const olderOffersJoin = (
  { offers, days }: { offers: Offers; days: AssuranceDays },
  { runtime, logger }: Pick<Ports, 'runtime' | 'logger'>,
): Repeated<number> => {
  const stopping = new AbortController()
  const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code

  const join = async (offerId: string): Promise<boolean> => {
    const at = instant(runtime)
    let joined = false
    await offers.update(offerId, { key: `ladder/${offerId}`, repeatable: false, body: null, at }, (offer) => {
      const decision = joinLadder(offer, { offerId, at, days })
      joined = decision.events.length > 0
      return decision
    })
    return joined
  }

  const work = async (): Promise<number> => {
    let count = 0
    let after: string | undefined
    do {
      const page = await offers.find({
        where: { status: { equals: 'published' }, origin: { equals: 'registered' }, standing: { equals: null } },
        limit: pageSize,
        ...(after === undefined ? {} : { after }),
      })
      await inParallel(page.aggregates, atOnceMax, async ({ id }) => {
        const joined = await join(id).catch((error: unknown) => {
          if ((error as { kind?: unknown } | null)?.kind === 'unavailable') throw error
          logger.error({ code: codeOf(error), aggregateId: id, err: error }, 'An older offer could not join those that are asked about')
          return false
        })
        if (joined) count += 1
      })
      after = page.after
    } while (after !== undefined && !stopping.signal.aborted)
    if (count > 0) logger.info({ count }, 'Offers from before offers were asked about are asked about from now on')
    return count
  }

  const onError = (error: unknown): void => logger.warn({ code: codeOf(error) }, 'Older offers could not be looked for')
  const looks = repeatedly(runtime, { everyMs, work, onError })
  void looks.runOnce().catch(onError)
  return {
    runOnce: looks.runOnce,
    stop: () => {
      stopping.abort()
      return looks.stop()
    },
  }
}
