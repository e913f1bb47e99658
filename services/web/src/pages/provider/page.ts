import { z } from 'zod'
import { capacityInWords, WholeOrganisation } from '../../directory/offer.ts'
import { definePage, type SignedInVisit } from '../../http/page.ts'
import { path, type ServiceCalls, ServiceProblem } from '../../serviceCalls.ts'
import { ContractLines } from '../contracting/contract.ts'
import { ownOrganisations, providing } from '../providing/own.ts'
import { peopleByIds } from '../referring/people.ts'
import { ReferralLine, ReferralLines } from '../referring/referrals.ts'

const referralsMax = 100
const Organisation = WholeOrganisation.extend({
  offers: z
    .array(WholeOrganisation.shape.offers.unwrap().element.extend({ track: z.string().catch('be-helped'), draftedAt: z.string().optional().catch(undefined) }))
    .catch([]),
})
const Line = ReferralLine.extend({ wardCode: z.string().optional() })
const Lines = ReferralLines.extend({ items: z.array(Line) })

/** Where providers and community groups begin: who waits for an answer, whom they help, what they offer, and what to do next. */
export const providerPage = definePage({
  name: 'provider',
  path: '/provider',
  for: providing,
  load: async (visit) => {
    const { services, t, format } = visit
    const mine = await ownOrganisations(services)
    const [sent, accepted, isPartner, ...organisations] = await Promise.all([
      referrals(visit, 'sent'),
      referrals(visit, 'accepted'),
      hasContracts(services),
      ...mine.map(({ organisationId }) => services.get('provider-directory', path`/organisations/${organisationId}`, Organisation)),
    ])
    const offers = organisations.flatMap((organisation) =>
      organisation.offers.map((offer) => ({
        ...offer,
        organisationName: organisation.name,
        capacityInWords: capacityInWords(offer.capacity, t),
        capacityUntil: offer.capacity.expiresAt && format.date(offer.capacity.expiresAt),
      })),
    )
    const offerNames = new Map(offers.map(({ offerId, name }) => [offerId, name]))
    const people = await peopleByIds(
      services,
      accepted.items.map(({ personId }) => personId),
    )
    const named = (line: z.infer<typeof Line>) => ({ ...line, offerName: offerNames.get(line.offerId), personName: people.get(line.personId ?? '')?.name })
    const shown = offers.filter(({ status }) => status !== 'withdrawn')
    // What the open feed leaves out until somebody says what it is.
    const unsaid = organisations.filter(({ description, offers: own }) => !description && own.some(({ status }) => status === 'published'))
    return {
      organisations: mine,
      unsaid,
      isPartner,
      // Those whose answer is due first stand first.
      waiting: sent.items.map(named).sort((one, other) => ((one.answerDueAt ?? '') < (other.answerDueAt ?? '') ? -1 : 1)),
      inHand: accepted.items.map(named),
      hasMore: sent.after !== undefined || accepted.after !== undefined,
      offers: shown,
      withdrawn: offers.filter(({ status }) => status === 'withdrawn'),
      next: nextOf(mine.length, shown),
    }
  },
})

const referrals = ({ services }: SignedInVisit, status: string) => services.get('referral', '/referrals', Lines, { query: { status, limit: referralsMax } })

/** Whether the reader acts for a partner of a contract. While that cannot be known, the page is shown without the way there. */
const hasContracts = async (services: ServiceCalls): Promise<boolean> =>
  services.get('commissioning', '/contracts', ContractLines, { query: { limit: 1 } }).then(
    ({ items }) => items.length > 0,
    (error: unknown) => {
      if (error instanceof ServiceProblem) return false
      throw error
    },
  )

type Own = { offerId: string; status: string; capacity: { state: string } }

/** The one thing to do next, where there is one. */
const nextOf = (organisations: number, offers: readonly Own[]): { step: string; href: string } | undefined => {
  if (organisations === 0) return { step: 'organisation', href: '/provider/listing' }
  if (offers.length === 0) return { step: 'offer', href: '/provider/listing' }
  const draft = offers.find(({ status }) => status === 'draft')
  if (draft && offers.every(({ status }) => status === 'draft')) return { step: 'publish', href: `/provider/offers/${draft.offerId}` }
  const unsaid = offers.find(({ status, capacity }) => status === 'published' && capacity.state === 'unknown')
  return unsaid && { step: 'room', href: `/provider/offers/${unsaid.offerId}#room` }
}
