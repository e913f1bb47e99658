import type { Invariant } from '@patchwork/aggregate'
import { isShown, type Offer } from './domain/offer.ts'
import { checkGate } from './domain/personalCare.ts'
import { type Directory, service } from './store/directory.ts'
import type { SearchIndex } from './store/searchIndex.ts'

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

/** What must hold of the directory beyond what holds of every aggregate. */
export const directoryInvariants = (directory: Directory, index: SearchIndex): Invariant[] => [
  ...directory.organisations.invariants,
  ...directory.offers.invariants,
  ...directory.credentials.invariants,
  ...directory.searches.invariants,
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
    name: `${service}: search shows exactly the published offers that are not hidden, as they are`,
    check: async () => {
      const { result, look } = tally()
      for await (const page of everyOffer(directory, 'published'))
        for (const { id, state, sequence } of page) if (isShown(state)) look(index.sequenceOf(id) === sequence, id)
      look(index.ids().length === result.checked, 'count')
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
