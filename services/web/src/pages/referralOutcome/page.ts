import { NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import { choice, optionalLines } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { outcomesMarked } from '../referring/forms.ts'
import { bases, pageOf, type ReferralReader, referralHere } from '../referring/referralHere.ts'

const noteMax = 1_000

/** Says whether something that was hoped for came about. It may be said anew until the referral ends. */
const outcomePage = (reader: ReferralReader) =>
  definePage({
    name: 'referralOutcome',
    path: `${bases[reader]}/:referralId/outcomes/:outcomeId`,
    for: [reader],
    load: async (visit) => {
      const here = await referralHere(visit, reader)
      const outcome = here.referral.outcomes.find(({ outcomeId }) => outcomeId === visit.params.outcomeId)
      if (!outcome) throw new NotFoundError()
      return here.referral.steps.includes('outcomes') ? { ...here, outcome, outcomesMarked } : goTo(here.back)
    },
    form: z.strictObject({ result: choice(outcomesMarked), note: optionalLines(noteMax) }),
    fill: ({ outcome }: { outcome: { result?: string; notes: { byRole: string; note: string }[] } }) => ({
      result: outcome.result,
      note: outcome.notes.find(({ byRole }) => byRole === reader)?.note,
    }),
    save: async ({ result, note }, { services, params: { referralId, outcomeId } }) => {
      await services.post('referral', path`/referrals/${referralId!}/outcomes`, { outcomeId, result, ...(note === undefined ? {} : { note }) })
      return goTo(pageOf(reader, referralId!), { notice: 'referralOutcome.saved' })
    },
  })

export const myOutcomePage = outcomePage('resident')
export const navigatorOutcomePage = outcomePage('navigator')
