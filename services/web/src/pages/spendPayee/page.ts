import { z } from 'zod'
import { lines } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { organisationChoice, organisationName, poolOf } from '../pooling/pools.ts'
import { draftOf, keepInDraft, type SpendDraft, stepPath } from '../pooling/spendDraft.ts'

const purposeLengthMax = 500
const PayeeForm = z.strictObject({ organisationId: z.uuid({ error: 'choose-one' }), purpose: lines(purposeLengthMax) })
type Loaded = { chosen?: { organisationId: string; name: string }; draft: SpendDraft }

/** Step one of a spend: who is paid, and what for. */
export const spendPayeePage = definePage({
  name: 'spendPayee',
  path: '/my/pools/:poolId/spends/new/payee',
  for: ['resident'],
  load: async (visit) => {
    const { services, params, query } = visit
    const [pool, choice, draft] = await Promise.all([poolOf(services, params.poolId!), organisationChoice(services, query), draftOf(visit)])
    // What was chosen before stands until another is looked for.
    const chosen = choice.chosen ?? (choice.text === '' ? draft.payee : undefined)
    return { pool, ...choice, draft, ...(chosen ? { chosen } : {}) }
  },
  form: PayeeForm,
  fill: ({ draft }: Loaded) => ({ purpose: draft.purpose }),
  save: async ({ organisationId, purpose }, visit) => {
    const name = await organisationName(visit.services, organisationId)
    await keepInDraft(visit, { payee: { organisationId, name }, purpose })
    return goTo(stepPath(visit.params.poolId!, 'invoice'))
  },
})

/** Where a spend begins. */
export const spendNewPage = definePage({
  name: 'spendPayee',
  path: '/my/pools/:poolId/spends/new',
  for: ['resident'],
  load: async ({ params }) => goTo(stepPath(params.poolId!, 'payee')),
})
