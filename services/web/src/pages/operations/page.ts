import { z } from 'zod'
import { definePage, goTo } from '../../http/page.ts'
import { ServiceProblem } from '../../serviceCalls.ts'
import { type OperatedService, type Overview, operatedServices, RunAnswer, readOverview } from './overview.ts'

const here = '/operations'
type Answered = Extract<Overview[number], { isHere: true }>

/** The last verification of all services as one: under way as long as one is. */
const verificationOf = (answered: readonly Answered[], accountId: string) => {
  const runs = answered.flatMap(({ service, verification }) =>
    verification ? [{ service, ...verification, isOwn: verification.startedBy === accountId }] : [],
  )
  const checked = runs.flatMap((run) => run.checked ?? [])
  return {
    runs,
    isRunning: runs.some(({ status }) => status === 'running'),
    isWhole: runs.length === operatedServices.length && runs.every(({ status }) => status === 'finished'),
    invariants: checked.length,
    broken: checked.filter(({ violations }) => violations > 0),
  }
}

/** How the place runs, for whoever looks after it: services, what waits, what could not be handled, and the last verification. */
export const operationsPage = definePage({
  name: 'operations',
  path: here,
  for: ['administrator'],
  load: async ({ services, person }) => {
    const overview = await readOverview(services)
    const answered = overview.filter((one): one is Answered => one.isHere)
    const replays = answered
      .flatMap(({ service, replays }) => replays.map((replay) => ({ service, ...replay, isOwn: replay.startedBy === person.accountId })))
      .sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1))
    return {
      services: overview,
      letters: answered.flatMap(({ service, letters }) => letters?.items.map((letter) => ({ service, ...letter })) ?? []),
      isMore: answered.some(({ letters }) => letters === undefined || letters.isMore),
      groups: answered.flatMap(({ service, consumers }) =>
        consumers.filter(({ parked }) => parked !== 0).map(({ group, parked }) => ({ service, group, parked })),
      ),
      replays: replays.slice(0, 5),
      verification: verificationOf(answered, person.accountId),
    }
  },
})

/** Both stand in the page. A form without them names nothing to be tried. */
const ReplayForm = z.strictObject({ service: z.enum(operatedServices).optional(), group: z.string().min(1).max(200).optional() })

/** Tries the parked events of one group again. What came of it stands on the page. */
export const operationsReplayPage = definePage({
  name: 'operations',
  path: `${here}/replays`,
  for: ['administrator'],
  load: async () => goTo(here),
  form: ReplayForm,
  save: async ({ service, group }, { services }) => {
    if (service === undefined || group === undefined) return goTo(here)
    const run = await services.post(service, '/operations/replays', { group }, RunAnswer)
    const isWhole = run.status === 'finished' && run.stillParked === 0
    return goTo(here, { notice: run.status === 'running' ? 'operations.replayRunning' : isWhole ? 'operations.replayDone' : 'operations.replayLeft' })
  },
})

/** Has every service check its invariants. One that does not answer is left out, and one that is at it already goes on: the page says which have been verified. */
export const operationsVerifyPage = definePage({
  name: 'operations',
  path: `${here}/verifications`,
  for: ['administrator'],
  load: async () => goTo(here),
  save: async (_values, { services }) => {
    const begin = (service: OperatedService) =>
      services.post(service, '/operations/verifications', {}, RunAnswer).then(
        () => 'operations.verifyBegun' as const,
        (error: unknown) =>
          error instanceof ServiceProblem && error.code === 'verification-under-way' ? 'operations.verifyUnderWay' : 'operations.verifyPartly',
      )
    const begun = await Promise.all(operatedServices.map(begin))
    const notice = (['operations.verifyPartly', 'operations.verifyUnderWay'] as const).find((one) => begun.includes(one))
    return goTo(here, { notice: notice ?? 'operations.verifyBegun' })
  },
})

export const operationsPages = [operationsPage, operationsReplayPage, operationsVerifyPage]
