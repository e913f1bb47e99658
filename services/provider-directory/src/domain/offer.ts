import type {
  AccessCode,
  Category,
  DomainEvent,
  OfferAssuranceAsked,
  OfferAssuranceAwaited,
  OfferAssured,
  OfferCapacityExpired,
  OfferCapacityStated,
  OfferDescribed,
  OfferDownranked,
  OfferDrafted,
  OfferEditDiscarded,
  OfferEditDrafted,
  OfferHidden,
  OfferMerged,
  OfferMergeUndone,
  OfferPublished,
  OfferWithdrawn,
  Track,
} from '@patchwork/events'
import { type Assurance, type AssuranceDays, type Assurer, askAt, downrankAt, hideAt } from './assurance.ts'
import type { Current, Decision } from './decision.ts'
import { type OfferForm, seatsOf } from './form.ts'
import { checkOpening, type Opening } from './opening.ts'
import type { Origin, SourceRecord } from './organisation.ts'
import { checkGate, type PersonalCareGate } from './personalCare.ts'
import { RefusedError } from './refusals.ts'
import { type Ages, checkAges } from './suiting.ts'
import { type WithTaken, withOwnWords } from './takenWords.ts'
import type { WeeklyTime } from './weeklyTimes.ts'

export type OfferEvent =
  | DomainEvent<typeof OfferDrafted>
  | DomainEvent<typeof OfferDescribed>
  | DomainEvent<typeof OfferEditDrafted>
  | DomainEvent<typeof OfferEditDiscarded>
  | DomainEvent<typeof OfferPublished>
  | DomainEvent<typeof OfferCapacityStated>
  | DomainEvent<typeof OfferCapacityExpired>
  | DomainEvent<typeof OfferAssured>
  | DomainEvent<typeof OfferAssuranceAwaited>
  | DomainEvent<typeof OfferAssuranceAsked>
  | DomainEvent<typeof OfferDownranked>
  | DomainEvent<typeof OfferHidden>
  | DomainEvent<typeof OfferWithdrawn>
  | DomainEvent<typeof OfferMerged>
  | DomainEvent<typeof OfferMergeUndone>

export type Capacity = { state: 'unknown' } | { state: 'open' | 'waiting-list' | 'closed'; units?: number; expiresAt: string }

type Drafted = {
  organisationId: string
  track: Track
  origin: Origin
  category: Category
  personalCare: boolean
  wardCodes: string[]
  capacity: Capacity
  assurance?: Assurance
  /** Since when an edit of it waits as a draft, which only its organisation sees. */
  editDraftedAt?: string
}

export type OfferState =
  | { status: 'none' }
  | ({ status: 'draft' } & Drafted)
  | ({ status: 'published'; publishedAt: string; takesReferrals: boolean } & Drafted)
  | ({ status: 'withdrawn'; withdrawnAt: string; mergedInto?: MergedInto } & Drafted)

/** Which offer stands for one that was listed twice. `comesBack`: it is found again when that is undone, as nobody has withdrawn it since. */
export type MergedInto = { offerId: string; matchId: string; comesBack?: true }

export type Location = { latitude: number; longitude: number; wardCode?: string; wardName?: string }
/** `vat`: none is charged, the price includes it, or it comes on top. `travelPence` is asked for each visit, beside the price and without VAT that comes on top. */
export type Price = { kind: 'free' | 'paid' | 'unknown'; pence?: number; unit?: string; vat?: 'none' | 'included' | 'added'; travelPence?: number }
/** Who it is for by place: wards, a distance around a postcode, at people's homes. `centre` is where the postcode lies, when this place knows it. */
export type Area = { wardCodes?: string[]; withinMetres?: number; postcode?: string; atHome?: boolean; centre?: Location }
/** `sensitive`: a refuge, say. Where it is stays with those who act for its organisation. */
export type Place = { address?: string; postcode?: string; location?: Location; sensitive?: true }
export type Contact = { name?: string; email?: string; phone?: string; website?: string }

/** The words of an offer and what is said by them: sealed at rest, never in an event. */
export type OfferDetails = {
  name: string
  description: string
  forWhom?: string
  /** What somebody gets by it; absent where nobody has said. */
  form?: OfferForm
  ages?: Ages
  /** Languages that it is given in, by their ISO 639 codes; absent where nobody has said. */
  languages?: string[]
  accessibility?: AccessCode[]
  price: Price
  area: Area
  place: Place
  times: WeeklyTime[]
  exceptions?: NonNullable<Opening['exceptions']>
  closedOnBankHolidays?: true
  /** Times that no table holds, in the words of whoever gave them. */
  timesInWords?: string
  fundingAccepted: string[]
  personalCareGate?: PersonalCareGate
  contact: Contact
  source?: SourceRecord
  /** What the feed it came from said in the fields of the open standard; whoever describes it anew here says it without. */
  given?: Record<string, unknown>
  modifiedAt: string
  /** A draft, and what merges have to remember, wait beside these words and never go along with them. */
  draft?: never
  merging?: never
}

/** What someone says an offer is. What a postcode and a ward stand for has been looked up before. */
export type OfferDescription = { category: Category; personalCare: boolean; details: OfferDetails }

/** What an offer that was merged gives to the one that stands for it (`fields`), and what one that stands has taken of others. */
export type Merging = WithTaken & { fields?: string[] }

/** The words of an offer, where an edit of a published one waits, what it would say next, and what merges have to remember. */
export type KeptOffer = Omit<OfferDetails, 'draft' | 'merging'> & { draft?: OfferDescription; merging?: Merging }

export type Offer = Current<OfferState, KeptOffer>
export type OfferDecision = Decision<OfferEvent, KeptOffer>

export const initialOffer: OfferState = { status: 'none' }
const expiryMostMs = 366 * 24 * 3_600_000
const wardCodesMax = 100

export type DraftOffer = OfferDescription & { offerId: string; organisationId: string; track: Track; origin: Origin }

/** Begins an offer that only its organisation can see. Throws RefusedError `offer-exists` and what a description is refused for. */
export const draftOffer = ({ state }: Offer, command: DraftOffer): OfferDecision => {
  const { offerId, organisationId, track, origin, details } = command
  if (state.status !== 'none') throw new RefusedError('offer-exists')
  checkDescription(command)
  return {
    events: [{ type: 'offer.drafted.v1', data: { offerId, organisationId, track, origin } }, described(offerId, organisationId, command)],
    details,
    answer: { offerId },
  }
}

/**
 * `endsDraft`: whoever says this has the draft that waits before them, so that it is in it and waits no more. Of others it goes on waiting.
 * `isOwn`: said as by a feed, of this record alone. What merges have put into the words goes on standing over it.
 */
export type DescribeOffer = DraftOffer & { endsDraft?: boolean; isOwn?: boolean }

/**
 * Says anew what the offer is; saying the same changes nothing. A published offer must still be fit to be published. Where its group has fewer seats now than
 * room was said to be for, there is room for as many as it has seats.
 * Throws RefusedError `offer-not-found`, `organisation-of-offer-fixed`, `track-of-offer-fixed`, and what a description is refused for.
 */
export const describeOffer = (offer: Offer, command: DescribeOffer): OfferDecision => {
  const { state, words, draft, merging, said } = saidAnew(offer, command)
  if (wouldBePublished(state)) checkFitToPublish({ origin: state.origin, personalCare: said.personalCare }, said.details)
  const { offerId, organisationId } = command
  const endsDraft = command.endsDraft === true && draft !== undefined
  if (isSame({ ...state, details: words }, said))
    return endsDraft ? discardDraft(offer, { ...command, at: said.details.modifiedAt }) : { events: [], answer: { offerId } }
  const details = { ...said.details, ...(draft && !endsDraft ? { draft } : {}), ...(merging ? { merging } : {}) }
  return { events: [described(offerId, organisationId, said, endsDraft), ...roomWithinSeats(offerId, state, said.details)], details, answer: { offerId } }
}

/** Room for no more people than a group has seats: said anew, until the same day, where the seats have become fewer. */
export const roomWithinSeats = (offerId: string, { organisationId, capacity }: Begun, { form }: OfferDetails): OfferEvent[] => {
  const seats = seatsOf(form)
  if (capacity.state !== 'open' || capacity.units === undefined || seats === undefined || capacity.units <= seats) return []
  return [{ type: 'offer.capacity-stated.v1', data: { offerId, organisationId, capacity: 'open', units: seats, expiresAt: capacity.expiresAt } }]
}

/**
 * Keeps an edit of a published offer as a draft: its organisation sees it, everyone else what was published last. It need not be fit to be published yet. Where
 * nothing is published, the one description is all there is, and is said anew. A draft that says what everyone sees waits for nothing and is thrown away.
 * Throws what describing throws, but for what publishing asks.
 */
export const keepDraft = (offer: Offer, command: DraftOffer & { at: string }): OfferDecision => {
  if (offer.state.status !== 'published') return describeOffer(offer, { ...command, endsDraft: true })
  const { state, words, draft, merging, said } = saidAnew(offer, command)
  const { offerId, organisationId, at } = command
  if (isSame({ ...state, details: words }, said)) return discardDraft(offer, { offerId, at })
  if (draft && isSame(draft, said)) return { events: [], answer: { offerId } }
  return {
    events: [{ type: 'offer.edit-drafted.v1', data: { offerId, organisationId, draftedAt: at } }],
    details: { ...words, draft: said, ...(merging ? { merging } : {}) },
    answer: { offerId },
  }
}

/** Throws a draft away; what everyone sees stays. Where none waits, nothing changes. Throws RefusedError `offer-not-found`. */
export const discardDraft = ({ state, details }: Offer, { offerId, at }: { offerId: string; at: string }): OfferDecision => {
  if (state.status === 'none' || !details) throw new RefusedError('offer-not-found')
  if (details.draft === undefined) return { events: [], answer: { offerId } }
  const { organisationId } = state
  const { draft: _waits, ...kept } = details
  return {
    events: [{ type: 'offer.edit-discarded.v1', data: { offerId, organisationId, discardedAt: at } }],
    details: kept,
    answer: { offerId },
  }
}

/**
 * Takes the draft over as what everyone finds, in one step; where none waits, it publishes what is there. Throws what describing and publishing throw.
 */
export const publishDraft = (offer: Offer, { offerId, at, days }: { offerId: string; at: string; days?: AssuranceDays }): OfferDecision => {
  mustStand(offer.state)
  const draft = offer.details?.draft
  if (offer.state.status === 'none' || !draft) return publishOffer(offer, { offerId, at, ...(days ? { days } : {}) })
  const { organisationId, track, origin } = offer.state
  const details = { ...draft.details, modifiedAt: at }
  return publishAnew(offer, { ...draft, offerId, organisationId, track, origin, details, at, endsDraft: true, ...(days ? { days } : {}) })
}

/** What an offer says without what waits beside it. */
export const publishedWords = ({ draft: _waits, merging: _remembered, ...words }: KeptOffer): OfferDetails => words

/** All that is chosen word by word of an offer, the kind among it, with what merges have put there. */
export type MergeableWords = OfferDetails & { category: Category } & WithTaken
export const mergeableWords = (category: Category, { merging, ...kept }: KeptOffer): MergeableWords => ({
  ...publishedWords(kept),
  category,
  ...(merging?.taken ? { taken: merging.taken } : {}),
})

/** What is there and what is said now; where a record came from is not the describer's to change. */
const saidAnew = ({ state, details }: Offer, command: DescribeOffer) => {
  if (state.status === 'none' || !details) throw new RefusedError('offer-not-found')
  if (command.organisationId !== state.organisationId) throw new RefusedError('organisation-of-offer-fixed', '/organisationId')
  if (command.track !== state.track) throw new RefusedError('track-of-offer-fixed', '/track')
  checkDescription(command)
  const { personalCare } = command
  const own: OfferDetails = { ...command.details, ...(details.source ? { source: details.source } : {}) }
  const isOverTaken = command.isOwn === true && details.merging?.taken !== undefined
  const { category, taken, ...words } = isOverTaken
    ? withOwnWords(mergeableWords(state.category, details), { ...own, category: command.category })
    : { ...own, category: command.category, taken: details.merging?.taken }
  const merging = details.merging && { ...details.merging, ...(taken ? { taken } : {}) }
  const said: OfferDescription = { category, personalCare, details: words }
  return { state, words: publishedWords(details), draft: details.draft, merging, said }
}

/** Whether two descriptions say the same, whenever they were said. */
const isSame = (one: OfferDescription, other: OfferDescription): boolean => {
  const text = ({ category, personalCare, details }: OfferDescription) => canonical({ category, personalCare, details: { ...details, modifiedAt: '' } })
  return text(one) === text(other)
}

/** An offer that another one stands for is found by that one alone. Throws RefusedError `offer-merged`. */
const mustStand = (state: OfferState): void => {
  if (mergedIntoOf(state)) throw new RefusedError('offer-merged')
}

/** Which offer stands for this one; undefined where it stands for itself. */
export const mergedIntoOf = (state: OfferState): MergedInto | undefined => (state.status === 'withdrawn' ? state.mergedInto : undefined)

/** Published, or found again as soon as no other one stands for it. */
export const wouldBePublished = (state: OfferState): boolean => state.status === 'published' || mergedIntoOf(state)?.comesBack === true

/**
 * Lets everyone find it; publishing again changes nothing. An offer from open data or a feed takes no referrals: nobody there has agreed to answer.
 * Throws RefusedError `offer-not-found`, `offer-merged`, `where-missing`, `personal-care-gate`.
 */
export const publishOffer = ({ state, details }: Offer, { offerId, at, days }: { offerId: string; at: string; days?: AssuranceDays }): OfferDecision => {
  const answer = { offerId }
  if (state.status === 'none' || !details) throw new RefusedError('offer-not-found')
  if (state.status === 'published') return { events: [], answer }
  mustStand(state)
  checkFitToPublish(state, details)
  const { organisationId, track, category, wardCodes, origin } = state
  const takesReferrals = origin === 'registered'
  // Whoever published it has just looked at it; of what came from elsewhere nobody here can be asked.
  const asked = origin === 'registered' && days ? { askAt: askAt(at, days) } : {}
  const data = { offerId, organisationId, track, category, wardCodes, takesReferrals, publishedAt: at, ...asked }
  return { events: [{ type: 'offer.published.v1', data }], answer }
}

/** An offer that open data speaks of, found by everyone from its first moment. One that is here already is left as it is. */
export const publishFromOpenData = (offer: Offer, command: DraftOffer & { at: string }): OfferDecision =>
  offer.state.status === 'none' ? listOffer(offer, { ...command, isPublished: true }) : { events: [], answer: { offerId: command.offerId } }

export type ListOffer = DraftOffer & { at: string; days?: AssuranceDays; isPublished: boolean }

/** Begins an offer and, where that is asked, lets everyone find it at once: both or neither. Throws what drafting and publishing throw. */
export const listOffer = (offer: Offer, command: ListOffer): OfferDecision => {
  const drafted = draftOffer(offer, command)
  if (!command.isPublished) return drafted
  const state = drafted.events.reduce(evolveOffer, offer.state)
  const published = publishOffer({ ...offer, state, details: command.details }, command)
  return { ...drafted, events: [...drafted.events, ...published.events] }
}

/** What an offer was before an import changed it. */
export type FormerOffer = OfferDescription & { isPublished: boolean }

/**
 * What a feed says of an offer that has been here before: its words anew, and found by everyone again, unless another one stands for it. Throws what describing
 * and publishing throw.
 */
export const publishAnew = (offer: Offer, command: DescribeOffer & { at: string; days?: AssuranceDays }): OfferDecision => {
  const described = describeOffer(offer, command)
  if (mergedIntoOf(offer.state)) return described
  const state = described.events.reduce(evolveOffer, offer.state)
  const published = publishOffer({ state, details: described.details ?? offer.details }, command)
  return { ...described, events: [...described.events, ...published.events] }
}

/** Puts an offer back to what it was: its former words, found by everyone or by nobody. Throws what describing and publishing throw. */
export const putBackOffer = (offer: Offer, { former, offerId, at }: { former: FormerOffer; offerId: string; at: string }): OfferDecision => {
  if (offer.state.status === 'none') throw new RefusedError('offer-not-found')
  const { organisationId, track, origin } = offer.state
  const command = { ...former, offerId, organisationId, track, origin, at, isOwn: true }
  if (former.isPublished) return publishAnew(offer, command)
  const withdrawn = withdrawOffer(offer, command)
  const described = describeOffer({ ...offer, state: withdrawn.events.reduce(evolveOffer, offer.state) }, command)
  return { ...described, events: [...withdrawn.events, ...described.events] }
}

export type StateCapacity = { offerId: string; state: 'open' | 'waiting-list' | 'closed'; units?: number; expiresAt: string; at: string }

/**
 * Says whether there is room, until when. Throws RefusedError `offer-not-found`, `offer-withdrawn`, `expiry-not-ahead`, `expiry-too-far`, `units-of-closed`,
 * `units-above-seats`.
 */
export const stateCapacity = ({ state, details }: Offer, { offerId, state: capacity, units, expiresAt, at }: StateCapacity): OfferDecision => {
  if (state.status === 'none') throw new RefusedError('offer-not-found')
  if (state.status === 'withdrawn') throw new RefusedError('offer-withdrawn')
  if (expiresAt <= at) throw new RefusedError('expiry-not-ahead', '/expiresAt')
  if (Date.parse(expiresAt) - Date.parse(at) > expiryMostMs) throw new RefusedError('expiry-too-far', '/expiresAt')
  if (capacity === 'closed' && units !== undefined && units > 0) throw new RefusedError('units-of-closed', '/units')
  // A waiting list may be as long as it likes.
  if (capacity === 'open' && (units ?? 0) > (seatsOf(details?.form) ?? Number.POSITIVE_INFINITY)) throw new RefusedError('units-above-seats', '/units')
  const { organisationId } = state
  return {
    events: [{ type: 'offer.capacity-stated.v1', data: { offerId, organisationId, capacity, ...(units === undefined ? {} : { units }), expiresAt } }],
    answer: { offerId },
  }
}

const renewedForMs = 28 * 24 * 3_600_000
const soonMs = 7 * 24 * 3_600_000

/** What was said of room runs out within seven days. */
export const endsSoon = (capacity: Capacity, nowMs: number): boolean => {
  const leftMs = capacity.state === 'unknown' ? 0 : Date.parse(capacity.expiresAt) - nowMs
  return leftMs > 0 && leftMs <= soonMs
}

export type RenewCapacity = { offerId: string; at: string; before?: StatedCapacity | undefined }
export type StatedCapacity = Exclude<Capacity, { state: 'unknown' }>

/**
 * Says again what was last said of room, for 28 days more: what holds, or `before` where that has run out, but for no more people than a group has seats by
 * now. Throws RefusedError `capacity-never-stated` and what stating it throws.
 */
export const renewCapacity = (offer: Offer, { offerId, at, before }: RenewCapacity): OfferDecision => {
  if (offer.state.status === 'none') throw new RefusedError('offer-not-found')
  const last = offer.state.capacity.state === 'unknown' ? before : offer.state.capacity
  if (!last) throw new RefusedError('capacity-never-stated')
  const { state, units: said } = last
  const seats = seatsOf(offer.details?.form)
  const units = state === 'open' && said !== undefined && seats !== undefined ? Math.min(said, seats) : said
  const expiresAt = new Date(Date.parse(at) + renewedForMs).toISOString()
  return stateCapacity(offer, { offerId, state, ...(units === undefined ? {} : { units }), expiresAt, at })
}

/** What was said about room becomes unknown once its time has come; before that, or when something newer was said, nothing changes. */
export const expireCapacity = ({ state }: Offer, { offerId, at }: { offerId: string; at: string }): OfferDecision => {
  if (state.status === 'none' || state.capacity.state === 'unknown' || state.capacity.expiresAt > at) return { events: [] }
  const { organisationId, capacity } = state
  return { events: [{ type: 'offer.capacity-expired.v1', data: { offerId, organisationId, expiredAt: capacity.expiresAt } }] }
}

export type AssureOffer = { offerId: string; assuredBy: string; assurer: Assurer; at: string; days: AssuranceDays }

/**
 * Somebody says that all it says is still right: the one thing that changes when and by whom it was assured, and what brings it back up the ladder.
 * Throws RefusedError `offer-not-found`, `offer-not-published`.
 */
export const assureOffer = ({ state }: Offer, { offerId, assuredBy, assurer, at, days }: AssureOffer): OfferDecision => {
  if (state.status === 'none') throw new RefusedError('offer-not-found')
  if (state.status !== 'published') throw new RefusedError('offer-not-published')
  const { organisationId, origin } = state
  const asked = origin === 'registered' ? { askAt: askAt(at, days) } : {}
  return { events: [{ type: 'offer.assured.v1', data: { offerId, organisationId, assuredBy, assurer, assuredAt: at, ...asked } }], answer: { offerId } }
}

/** An offer that was published before there was a ladder joins it now, with as much time to answer as one published today; any other is left as it is. */
export const joinLadder = ({ state }: Offer, { offerId, at, days }: { offerId: string; at: string; days: AssuranceDays }): OfferDecision => {
  if (state.status !== 'published' || state.origin !== 'registered' || state.assurance !== undefined) return { events: [] }
  const { organisationId } = state
  return { events: [{ type: 'offer.assurance-awaited.v1', data: { offerId, organisationId, awaitedAt: at, askAt: askAt(at, days) } }] }
}

/** The next step of an offer that nobody assures, once it is due: asked about, then behind all others, then hidden. Before that nothing changes. */
export const stepDown = ({ state }: Offer, { offerId, at, days }: { offerId: string; at: string; days: AssuranceDays }): OfferDecision => {
  if (state.status !== 'published' || state.assurance?.nextAt === undefined || state.assurance.nextAt > at) return { events: [] }
  const ids = { offerId, organisationId: state.organisationId }
  switch (state.assurance.standing) {
    case 'fresh':
      return { events: [{ type: 'offer.assurance-asked.v1', data: { ...ids, askedAt: at, downrankAt: downrankAt(at, days) } }] }
    case 'asked':
      return { events: [{ type: 'offer.downranked.v1', data: { ...ids, downrankedAt: at, hideAt: hideAt(at, days) } }] }
    case 'downranked':
      return { events: [{ type: 'offer.hidden.v1', data: { ...ids, hiddenAt: at } }] }
    case 'hidden':
      return { events: [] }
    default:
      return assertNever(state.assurance.standing)
  }
}

/** Published, and not hidden because nobody assures it. */
export const isShown = (state: OfferState): state is OfferState & { status: 'published' } =>
  state.status === 'published' && state.assurance?.standing !== 'hidden'

/** Shows it to nobody else any more; withdrawing again changes nothing. One that another stands for does not come back. Throws RefusedError `offer-not-found`. */
export const withdrawOffer = ({ state }: Offer, { offerId, at }: { offerId: string; at: string }): OfferDecision => {
  const answer = { offerId }
  if (state.status === 'none') throw new RefusedError('offer-not-found')
  if (state.status === 'withdrawn' && !wouldBePublished(state)) return { events: [], answer }
  return { events: [{ type: 'offer.withdrawn.v1', data: { offerId, organisationId: state.organisationId, withdrawnAt: at } }], answer }
}

/** What is told when the words of an offer are new. */
export const described = (offerId: string, organisationId: string, { category, personalCare, details }: OfferDescription, endsDraft = false): OfferEvent => ({
  type: 'offer.described.v1',
  data: {
    ...{ offerId, organisationId, category, personalCare, wardCodes: wardsOf(details) },
    ...(details.form ? { form: details.form } : {}),
    ...(endsDraft ? { endsDraft } : {}),
  },
})

/** The wards an offer is for; where none are said, the one it stands in, unless nobody may know where that is. */
const wardsOf = ({ area, place }: OfferDetails): string[] => {
  const said = area.wardCodes ?? []
  const standing = place.sensitive ? undefined : (area.centre ?? place.location)?.wardCode
  return said.length > 0 ? [...new Set(said)].slice(0, wardCodesMax) : standing === undefined ? [] : [standing]
}

const checkDescription = ({ personalCare, details }: OfferDescription): void => {
  const { area, price, ages, personalCareGate } = details
  if ((area.withinMetres === undefined) !== (area.postcode === undefined)) throw new RefusedError('distance-without-postcode', '/area/postcode')
  if (price.kind !== 'paid')
    for (const part of ['pence', 'vat', 'travelPence'] as const) if (price[part] !== undefined) throw new RefusedError('price-of-free-offer', `/price/${part}`)
  checkOpening(details)
  if (ages) checkAges(ages)
  if (personalCare || personalCareGate) checkGate(personalCareGate)
}

type Fitness = Pick<OfferDetails, 'area' | 'place' | 'personalCareGate'>
const checkFitToPublish = ({ origin, personalCare }: { origin: Origin; personalCare: boolean }, { area, place, personalCareGate }: Fitness): void => {
  // Open data and imported feeds are shown as their sources have them, and some of it does not say where.
  const saysWhere = area.atHome || area.wardCodes?.length || area.postcode || place.address || place.postcode || origin !== 'registered'
  if (!saysWhere) throw new RefusedError('where-missing', '/area')
  if (personalCare && !personalCareGate) throw new RefusedError('personal-care-gate', '/personalCareGate')
}

/** JSON text with the keys in order: two values that say the same give the same text. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  )

export const evolveOffer = (state: OfferState, event: OfferEvent): OfferState => {
  if (event.type === 'offer.drafted.v1') {
    const { organisationId, track, origin } = event.data
    return { status: 'draft', organisationId, track, origin, category: 'other', personalCare: false, wardCodes: [], capacity: { state: 'unknown' } }
  }
  if (state.status === 'none') return state
  const { organisationId, track, origin, category, personalCare, wardCodes, capacity, assurance, editDraftedAt } = state
  const waiting = editDraftedAt === undefined ? {} : { editDraftedAt }
  const drafted = { organisationId, track, origin, category, personalCare, wardCodes, capacity, ...(assurance ? { assurance } : {}), ...waiting }
  switch (event.type) {
    case 'offer.described.v1': {
      const { category, personalCare, wardCodes, endsDraft } = event.data
      return { ...(endsDraft ? withoutDraft(state) : state), category, personalCare, wardCodes }
    }
    case 'offer.edit-drafted.v1':
      return { ...state, editDraftedAt: event.data.draftedAt }
    case 'offer.edit-discarded.v1':
      return withoutDraft(state)
    case 'offer.published.v1':
      return {
        ...drafted,
        status: 'published',
        publishedAt: event.data.publishedAt,
        takesReferrals: event.data.takesReferrals,
        ...(event.data.askAt === undefined ? {} : { assurance: { ...assurance, standing: 'fresh', nextAt: event.data.askAt } }),
      }
    case 'offer.assured.v1': {
      const { assuredAt, assuredBy, assurer, askAt: nextAt } = event.data
      return { ...state, assurance: { standing: 'fresh', assuredAt, assuredBy, assurer, ...(nextAt === undefined ? {} : { nextAt }) } }
    }
    case 'offer.assurance-awaited.v1':
      return { ...state, assurance: { ...assurance, standing: 'fresh', nextAt: event.data.askAt } }
    case 'offer.assurance-asked.v1':
      return { ...state, assurance: { ...assurance, standing: 'asked', nextAt: event.data.downrankAt } }
    case 'offer.downranked.v1':
      return { ...state, assurance: { ...assurance, standing: 'downranked', nextAt: event.data.hideAt } }
    case 'offer.hidden.v1':
      return { ...state, assurance: { ...withoutNext(assurance), standing: 'hidden' } }
    case 'offer.capacity-stated.v1': {
      const { capacity: stated, units, expiresAt } = event.data
      return { ...state, capacity: { state: stated, ...(units === undefined ? {} : { units }), expiresAt } }
    }
    case 'offer.capacity-expired.v1':
      return { ...state, capacity: { state: 'unknown' } }
    case 'offer.withdrawn.v1':
      return {
        ...drafted,
        ...(assurance ? { assurance: withoutNext(assurance) } : {}),
        status: 'withdrawn',
        withdrawnAt: event.data.withdrawnAt,
        ...withoutComingBack(state),
      }
    case 'offer.merged.v1':
      return state.status === 'withdrawn' ? { ...state, mergedInto: { offerId: event.data.intoOfferId, matchId: event.data.matchId, comesBack: true } } : state
    case 'offer.merge-undone.v1': {
      if (state.status !== 'withdrawn') return state
      const { mergedInto: _before, ...rest } = state
      return rest
    }
    default:
      return assertNever(event)
  }
}

type Begun = Exclude<OfferState, { status: 'none' }>
const withoutDraft = ({ editDraftedAt: _waits, ...rest }: Begun): Begun => rest

const withoutComingBack = (state: Begun): { mergedInto?: MergedInto } => {
  const into = mergedIntoOf(state)
  return into ? { mergedInto: { offerId: into.offerId, matchId: into.matchId } } : {}
}

const withoutNext = (assurance: Assurance | undefined): Assurance => {
  const { nextAt: _none, ...rest } = assurance ?? { standing: 'fresh' as const }
  return rest
}

const assertNever = (unknown: never): never => {
  throw new TypeError(`What an offer does not know: ${JSON.stringify((unknown as { type?: string }).type ?? unknown)}`)
}
