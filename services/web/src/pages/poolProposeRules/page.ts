import { PoolTerms } from '@patchwork/events'
import { z } from 'zod'
import { choice, optionalWholeNumber, orNothing, pounds, together, wholeNumber } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { poolOf, service } from '../pooling/pools.ts'
import { inPounds, totalPenceMax } from '../pooling/spendDraft.ts'

const { costs, absence, joining, dispute } = PoolTerms.shape
const approversMax = 50

const RulesForm = together(
  z.strictObject({
    costs: choice(costs.options),
    absence: choice(absence.options),
    joining: choice(joining.options),
    dispute: choice(dispute.options),
    leavingNoticeDays: wholeNumber(0, 365),
    decideWithinDays: wholeNumber(1, 60),
    smallPounds: orNothing(pounds(totalPenceMax)),
    smallNeeded: optionalWholeNumber(1, approversMax),
    needed: wholeNumber(1, approversMax),
  }),
  ({ smallPounds, smallNeeded }, refuse) => {
    if ((smallPounds === undefined) !== (smallNeeded === undefined)) refuse(smallPounds === undefined ? 'smallPounds' : 'smallNeeded', 'both-or-neither')
  },
)
type Loaded = { terms?: z.infer<typeof PoolTerms> }

/** Proposing rules. Everybody signs them before they hold, the proposer too. */
export const poolProposeRulesPage = definePage({
  name: 'poolProposeRules',
  path: '/my/pools/:poolId/rules/new',
  for: ['resident'],
  load: async ({ services, params }) => {
    const pool = await poolOf(services, params.poolId!)
    const terms = (pool.rules.proposed ?? pool.rules.inForce)?.terms
    const codes = { costs: costs.options, absence: absence.options, joining: joining.options, dispute: dispute.options }
    return { pool, codes, ...(terms ? { terms } : {}) }
  },
  form: RulesForm,
  fill: ({ terms }: Loaded) => {
    if (!terms)
      return {
        costs: 'equally',
        absence: 'pays-with-less-than-a-day-of-notice',
        joining: 'all-agree',
        dispute: 'members-meet',
        leavingNoticeDays: '28',
        decideWithinDays: '14',
        needed: '2',
      }
    const small = terms.approvals.find(({ uptoPence }) => uptoPence !== undefined)
    return {
      ...{ costs: terms.costs, absence: terms.absence, joining: terms.joining, dispute: terms.dispute },
      ...{ leavingNoticeDays: String(terms.leavingNoticeDays), decideWithinDays: String(terms.decideWithinDays) },
      ...(small?.uptoPence === undefined ? {} : { smallPounds: inPounds(small.uptoPence), smallNeeded: String(small.needed) }),
      needed: String(terms.approvals.at(-1)?.needed ?? ''),
    }
  },
  save: async ({ smallPounds: uptoPence, smallNeeded, needed, ...terms }, { services, params }) => {
    const approvals = uptoPence === undefined ? [{ needed }] : [{ uptoPence, needed: smallNeeded }, { needed }]
    await services.post(service, path`/pools/${params.poolId!}/rules`, { ...terms, approvals })
    return goTo(`/my/pools/${params.poolId}/signature`, { notice: 'pooling.notice.proposed' })
  },
})
