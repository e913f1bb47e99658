import type { Collection } from '@patchwork/document-store'
import { type Place, startPlace } from './testing/startPlace.ts'
import { day, done, invoice, openPool, organisation } from './testing/stories.ts'

type Event = { type: string; data: { postings?: { amountPence: number; outcomeId: string }[]; memberId?: string; proposedBy?: string } }
type Stored = { id: string; revision: number; body: never }

let place: Place
let subject: Awaited<ReturnType<typeof paidPool>>
beforeEach(async () => {
  place = await startPlace()
  subject = await paidPool()
})
afterEach(() => place.stop())

/** A pool with one spend that was voted on and paid, with its document. */
const paidPool = async () => {
  const gardens = await organisation(place)
  const holder = await organisation(place, 'Holder')
  const pool = await openPool(place, { count: 2, earmarkPence: 5_000, accountHolder: { kind: 'organisation', organisationId: holder.organisationId } })
  const { founder, others, at } = pool
  const { documentId } = done(await founder.self<{ documentId: string }>('/documents', { bytes: new TextEncoder().encode('%PDF-1.7') }))
  const shares = [{ memberId: founder.personId, amountPence: 1_000 }]
  const { spendId } = done(
    await founder.self<{ spendId: string }>(`${at}/spends`, { body: invoice(place, gardens.organisationId, shares, 1_000, { documentId }) }),
  )
  done(await others[0]!.self(`${at}/spends/${spendId}/votes`, { body: { vote: 'approve' } }))
  done(await holder.self(`${at}/spends/${spendId}/payment`, { body: { paidOn: day(place), reference: 'X' } }))
  await place.caughtUp()
  return { ...pool, spendId, documentId }
}

const collection = (name: string) => place.collections.get(name) as Collection<never>
const change = async (name: string, isMeant: (stored: Stored) => boolean, changed: (body: never) => void) => {
  const documents = collection(name)
  const { documents: found } = await documents.find({ limit: 1_000 })
  const meant = found.filter((stored) => isMeant(stored as Stored))
  expect(meant.length).toBeGreaterThan(0)
  for (const { id, revision, body } of meant) {
    changed(body)
    await documents.replace(id, body, { expectedRevision: revision })
  }
}
const changeEvents = (type: string, changed: (event: Event) => void) =>
  change(
    'pool-history',
    ({ body }) => (body as { event: Event }).event.type === type,
    (body) => changed((body as { event: Event }).event),
  )
const violated = async () => {
  const names: string[] = []
  for (const { name, check } of place.service().invariants)
    if (name.startsWith('personal-budget-pooling: ') && (await check()).violations > 0) names.push(name.slice('personal-budget-pooling: '.length, 60))
  return names
}

test('what is as it should be violates nothing', async () => expect(await violated()).toEqual([]))
test('a balance that was changed by hand is found', async () => {
  await change(
    'pool',
    () => true,
    (body) => {
      ;(body as { state: { shares: { freePence: number }[] } }).state.shares[0]!.freePence += 1
    },
  )
  expect(await violated()).toEqual([expect.stringContaining('the balances of each pool')])
})
test('an entry that was changed is found: in the balances, below zero, and beside the budget', async () => {
  await changeEvents('pool.share-earmarked.v1', ({ data }) => {
    data.postings![0]!.amountPence = 10
  })
  expect(await violated()).toEqual([
    expect.stringContaining('the balances of each pool'),
    expect.stringContaining('at every point of its'),
    expect.stringContaining('what a budget has set aside'),
  ])
})
test('P4 a share tied to no outcome of the plan is found', async () => {
  await changeEvents('pool.spend-proposed.v1', ({ data }) => {
    data.postings![0]!.outcomeId = subject.poolId
  })
  expect(await violated()).toContainEqual(expect.stringContaining('every share that was posted'))
})
test('P5 an approval by the proposer is found', async () => {
  await changeEvents('pool.spend-voted.v1', ({ data }) => {
    data.memberId = subject.founder.personId
  })
  expect(await violated()).toEqual([expect.stringContaining('what was instructed had enough')])
})
test('a document with a part missing is found', async () => {
  await collection('document-chunks').remove(`${subject.documentId}/0`)
  expect(await violated()).toEqual([expect.stringContaining('a document that a spend names')])
})
