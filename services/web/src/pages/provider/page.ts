import { z } from 'zod'
import { drawBars } from '../../charts/bars.ts'
import { capacityInWords, WholeOrganisation } from '../../directory/offer.ts'
import { definePage, type SignedInVisit } from '../../http/page.ts'
import { path, type ServiceCalls, ServiceProblem } from '../../serviceCalls.ts'
import { ContractLines } from '../contracting/contract.ts'
import { lookedForOf } from '../providing/lookedFor.ts'
import { ownOrganisations, providing } from '../providing/own.ts'
import { peopleByIds } from '../referring/people.ts'
import { ReferralLine, ReferralLines } from '../referring/referrals.ts'
import { toDoOf } from './toDo.ts'

const referralsMax = 100
const contractsMax = 200
const barsMax = 10
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
    const [sent, accepted, contracts, ...organisations] = await Promise.all([
      referrals(visit, 'sent'),
      referrals(visit, 'accepted'),
      contractsOf(services),
      ...mine.map(({ organisationId }) => services.get('provider-directory', path`/organisations/${organisationId}`, Organisation)),
    ])
    const open = new Set(mine.flatMap(({ organisationId, closedAt }) => (closedAt === undefined ? [organisationId] : [])))
    const offers = organisations.flatMap((organisation) =>
      organisation.offers.map((offer) => ({
        ...offer,
        organisationName: organisation.name,
        isOfClosed: !open.has(organisation.organisationId),
        capacityInWords: capacityInWords(offer.capacity, t),
        lookedFor: lookedForOf(offer.offerId, offer.missing),
        capacityUntil: offer.capacity.expiresAt && format.date(offer.capacity.expiresAt),
      })),
    )
    const standsFor = new Map(offers.flatMap(({ offerId, mergedInto }) => (mergedInto === undefined ? [] : [[offerId, mergedInto] as const])))
    /** A request that was sent to an offer that was merged since counts for the one that stands. */
    const asStanding = ({ offerId }: Asked): Asked => ({ offerId: standsFor.get(offerId ?? '') ?? offerId })
    const offerNames = new Map(offers.map(({ offerId, name }) => [offerId, name]))
    const people = await peopleByIds(
      services,
      accepted.items.map(({ personId }) => personId),
    )
    const named = (line: z.infer<typeof Line>) => ({ ...line, offerName: offerNames.get(line.offerId), personName: people.get(line.personId ?? '')?.name })
    // Of one that has closed nothing is shown to anybody again, and nothing is to be done about it.
    const shown = offers.filter(({ status, isOfClosed }) => status !== 'withdrawn' && !isOfClosed)
    // What the open feed leaves out until somebody says what it is.
    const unsaid = organisations.filter(
      ({ organisationId, description, offers: own }) => open.has(organisationId) && !description && own.some(({ status }) => status === 'published'),
    )
    const waiting = sent.items.map(named)
    const owned = new Set(mine.flatMap(({ organisationId, memberRole }) => (memberRole === 'owner' && open.has(organisationId) ? [organisationId] : [])))
    const begun = nextOf(open.size, shown.length)
    const facts = organisations.map((organisation) => ({
      ...organisation,
      isOwner: owned.has(organisation.organisationId),
      isUnsaid: unsaid.includes(organisation),
    }))
    return {
      organisations: mine,
      unsaid,
      isPartner: contracts.length > 0,
      // Those whose answer is due first stand first.
      waiting: [...waiting].sort((one, other) => ((one.answerDueAt ?? '') < (other.answerDueAt ?? '') ? -1 : 1)),
      inHand: accepted.items.map(named),
      hasMore: sent.after !== undefined || accepted.after !== undefined,
      offers: shown,
      // One that was merged is found by the one that stands for it.
      withdrawn: offers.filter(({ status, mergedInto }) => status === 'withdrawn' && mergedInto === undefined),
      merging: organisations.filter(({ organisationId, offers: own }) => open.has(organisationId) && own.some(({ mergedInto }) => mergedInto !== undefined)),
      next: begun,
      toDo: begun ? undefined : toDoOf({ waiting, offers: shown, organisations: facts, contracts }),
      figures: figuresOf(shown, sent.items.map(asStanding), accepted.items.map(asStanding), visit),
    }
  },
})

const referrals = ({ services }: SignedInVisit, status: string) => services.get('referral', '/referrals', Lines, { query: { status, limit: referralsMax } })

/** Those in which the reader acts for a partner. While that cannot be known, the page is shown without them. */
const contractsOf = async (services: ServiceCalls): Promise<z.output<typeof ContractLines>['items']> =>
  services.get('commissioning', '/contracts', ContractLines, { query: { limit: contractsMax } }).then(
    ({ items }) => items,
    (error: unknown) => {
      if (error instanceof ServiceProblem) return []
      throw error
    },
  )

/** Where somebody begins who has no organisation, or no offer, yet. */
const nextOf = (organisations: number, offers: number): { step: string; href: string } | undefined =>
  organisations > 0 && offers > 0 ? undefined : { step: organisations === 0 ? 'organisation' : 'offer', href: '/provider/listing' }

type Figured = { offerId: string; name: string; status: string; views: number }
type Asked = { offerId?: string | undefined }

/** How often each published offer was looked at, with the requests that wait and those in hand; undefined where none is published. */
const figuresOf = (offers: readonly Figured[], waiting: readonly Asked[], inHand: readonly Asked[], { t, format: { number } }: SignedInVisit) => {
  const published = offers.filter(({ status }) => status === 'published').toSorted((one, other) => other.views - one.views)
  const countOf = (requests: readonly Asked[], of: string) => number(requests.filter(({ offerId }) => offerId === of).length)
  if (published.length === 0) return undefined
  const bars = published
    .slice(0, barsMax)
    .map(({ offerId, name, views }) => ({ label: name, shown: number(views), value: views, href: `/provider/offers/${offerId}` }))
  return {
    drawn: drawBars(bars),
    chart: {
      ...{ id: 'looked-at', title: t('provider.figures.title'), sentence: t('provider.figures.sentence') },
      head: [t('provider.figures.offer'), t('provider.figures.views'), t('provider.figures.waiting'), t('provider.figures.inHand')],
      rows: published.map(({ offerId, name, views }) => [name, number(views), countOf(waiting, offerId), countOf(inHand, offerId)].map((text) => ({ text }))),
    },
  }
}
