import type { Consumer, Invariant } from '@patchwork/aggregate'
import { seatsOf } from './domain/form.ts'
import { isShown, type Offer, mergedIntoOf as offerMergedInto } from './domain/offer.ts'
import { checkGate } from './domain/personalCare.ts'
import type { AssetIndex } from './store/assetIndex.ts'
import { type Directory, service } from './store/directory.ts'
import type { SearchIndex } from './store/searchIndex.ts'
import { mergedIntoOf, offersStanding, standingOf } from './store/standing.ts'

const pageSize = 500
const examplesMax = 10

type Found = Offer & { id: string; sequence: number }

async function* everyOffer({ offers }: Directory, status: 'draft' | 'published' | 'withdrawn'): AsyncGenerator<Found[]> {
  let after: string | undefined
  do {
    const page = await offers.find({ where: { status: { equals: status } }, limit: pageSize, ...(after === undefined ? {} : { after }) })
    yield page.aggregates
    after = page.after
  } while (after !== undefined)
}

async function* everyAsset({ assets }: Directory, status: 'listed' | 'removed') {
  let after: string | undefined
  do {
    const page = await assets.find({ where: { status: { equals: status } }, limit: pageSize, ...(after === undefined ? {} : { after }) })
    yield page.aggregates
    after = page.after
  } while (after !== undefined)
}

async function* organisationsWith({ organisations }: Directory, field: 'mergedInto' | 'closedAt' | 'invitationEndsAt') {
  let after: string | undefined
  do {
    const page = await organisations.find({ where: { [field]: { above: '' } }, limit: pageSize, ...(after === undefined ? {} : { after }) })
    yield page.aggregates
    after = page.after
  } while (after !== undefined)
}

async function* mergedOffers({ offers }: Directory) {
  let after: string | undefined
  do {
    const page = await offers.find({ where: { mergedInto: { above: '' } }, limit: pageSize, ...(after === undefined ? {} : { after }) })
    yield page.aggregates
    after = page.after
  } while (after !== undefined)
}

const tally = () => {
  const result = { checked: 0, violations: 0, examples: [] as string[] }
  const look = (isRight: boolean, example: string): void => {
    result.checked += 1
    if (isRight) return
    result.violations += 1
    if (result.examples.length < examplesMax) result.examples.push(example)
  }
  return { result, look }
}

type Shown = { index: SearchIndex; assetIndex: AssetIndex; closed: Pick<Consumer, 'lag'> }

/** What must hold of the directory beyond what holds of every aggregate. */
export const directoryInvariants = (directory: Directory, { index, assetIndex, closed }: Shown): Invariant[] => [
  ...directory.organisations.invariants,
  ...directory.offers.invariants,
  ...directory.credentials.invariants,
  ...directory.assets.invariants,
  ...directory.searches.invariants,
  ...directory.matches.invariants,
  ...directory.watches.invariants,
  {
    name: `${service}: every published personal-care offer has passed its gate`,
    check: async () => {
      const { result, look } = tally()
      for await (const page of everyOffer(directory, 'published'))
        for (const { id, state, details } of page) if (state.status === 'published' && state.personalCare) look(hasPassed(details), id)
      return result
    },
  },
  {
    name: `${service}: every offer belongs to a registered organisation`,
    check: async () => {
      const { result, look } = tally()
      for (const status of ['draft', 'published', 'withdrawn'] as const)
        for await (const page of everyOffer(directory, status)) {
          const ids = [...new Set(page.flatMap(({ state }) => (state.status === 'none' ? [] : [state.organisationId])))]
          const registered = new Set((await directory.organisations.getMany(ids)).flatMap(({ id, state }) => (state.status === 'registered' ? [id] : [])))
          for (const { id, state } of page) look(state.status !== 'none' && registered.has(state.organisationId), id)
        }
      return result
    },
  },
  {
    name: `${service}: every draft of an edit has its words, and no words of one are kept without it`,
    check: async () => {
      const { result, look } = tally()
      for (const status of ['draft', 'published', 'withdrawn'] as const)
        for await (const page of everyOffer(directory, status))
          for (const { id, state, details } of page) look((state.status !== 'none' && state.editDraftedAt !== undefined) === (details?.draft !== undefined), id)
      return result
    },
  },
  {
    name: `${service}: no group has room for more people than it has seats`,
    check: async () => {
      const { result, look } = tally()
      for (const status of ['draft', 'published', 'withdrawn'] as const)
        for await (const page of everyOffer(directory, status))
          for (const { id, state, details } of page) {
            const seats = seatsOf(details?.form)
            if (seats === undefined || state.status === 'none' || state.capacity.state !== 'open') continue
            look((state.capacity.units ?? 0) <= seats, id)
          }
      return result
    },
  },
  {
    name: `${service}: every merged organisation leads to one that stands, and whoever acts for one of them acts for each`,
    check: async () => {
      const { result, look } = tally()
      for await (const page of organisationsWith(directory, 'mergedInto')) {
        const standing = await standingOf(
          directory.organisations,
          page.map(({ id }) => id),
        )
        for (const { id, state } of page) {
          const stands = standing.get(id)?.organisation
          const isStanding = stands !== undefined && mergedIntoOf(stands) === undefined
          look(isStanding && [...stands.state.memberIds].sort().join() === [...state.memberIds].sort().join(), id)
        }
      }
      return result
    },
  },
  {
    name: `${service}: every open invitation has its address, and was sent by somebody who looks after the organisation`,
    check: async () => {
      const { result, look } = tally()
      for await (const page of organisationsWith(directory, 'invitationEndsAt'))
        for (const { id, state, details } of page) {
          const { invitations = [], ownerIds = [] } = state.status === 'registered' ? state : {}
          const addressed = (details?.invited ?? []).map(({ invitationId }) => invitationId).sort()
          const open = invitations.map(({ invitationId }) => invitationId).sort()
          look(addressed.join() === open.join() && invitations.every(({ invitedBy }) => ownerIds.includes(invitedBy)), id)
        }
      return result
    },
  },
  {
    name: `${service}: every merged offer is withdrawn, and leads to one that stands`,
    check: async () => {
      const { result, look } = tally()
      for await (const page of mergedOffers(directory)) {
        const standing = await offersStanding.standingOf(
          directory.offers,
          page.map(({ id }) => id),
        )
        for (const { id, state } of page) {
          const stands = standing.get(id)?.one
          look(state.status === 'withdrawn' && stands !== undefined && offerMergedInto(stands.state) === undefined, id)
        }
      }
      return result
    },
  },
  {
    name: `${service}: nothing of a closed organisation is published or listed, beyond what its closing is still taking out`,
    check: async () => {
      const { result, look } = tally()
      const { offers, assets } = directory
      for await (const page of organisationsWith(directory, 'closedAt'))
        for (const { id } of page) {
          const of = { organisationId: { equals: id } }
          const isClear = async () =>
            (await offers.count({ ...of, status: { equals: 'published' } })) + (await assets.count({ ...of, status: { equals: 'listed' } })) === 0
          look((await isClear()) || (await closed.lag()).some(({ behind }) => behind > 0) || (await isClear()), id)
        }
      return result
    },
  },
  {
    name: `${service}: search shows exactly the published offers that are not hidden, as they are`,
    check: async () => {
      const { result, look } = tally()
      for await (const page of everyOffer(directory, 'published'))
        for (const { id, state, sequence } of page) if (isShown(state)) look(index.sequenceOf(id) === sequence, id)
      look(index.ids().length === result.checked, 'count')
      return result
    },
  },
  {
    name: `${service}: the asset map shows exactly what is listed, as it is, and nothing is kept of what was removed`,
    check: async () => {
      const { result, look } = tally()
      let listed = 0
      for (const status of ['listed', 'removed'] as const)
        for await (const page of everyAsset(directory, status))
          for (const { id, details, sequence } of page) {
            if (status === 'listed') listed += 1
            look(status === 'listed' ? assetIndex.sequenceOf(id) === sequence : details?.words === undefined, id)
          }
      look(assetIndex.ids().length === listed, 'count')
      return result
    },
  },
]

const hasPassed = (details: Offer['details']): boolean => {
  try {
    checkGate(details?.personalCareGate)
    return details?.personalCareGate !== undefined
  } catch {
    return false
  }
}
