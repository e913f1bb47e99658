import { mongoDocumentStore } from '@patchwork/document-store'
import { kafkaEventLog } from '@patchwork/event-log'
import { systemRuntime } from '@patchwork/runtime'
import { kafkaForTests, mongoForTests, until } from '@patchwork/testing'
import { type Drivers, type Place, startPlace } from './testing/startPlace.ts'
import { budgeted, council, day, done, invoice, openPool, organisation } from './testing/stories.ts'

const realServers = async (): Promise<{ drivers: Drivers; end: () => Promise<void> } | undefined> => {
  const [kafka, mongo] = await Promise.all([kafkaForTests(), mongoForTests()])
  const end = async () => {
    await Promise.all([kafka?.stop(), mongo?.stop()])
  }
  if (!kafka || !mongo) {
    await end()
    return undefined
  }
  const drivers: Drivers = {
    documents: () => mongoDocumentStore({ runtime: systemRuntime, uri: mongo.uri }),
    log: () => kafkaEventLog({ brokers: kafka.brokers, clientId: 'pooling', runtime: systemRuntime, partitions: 3 }),
  }
  return { drivers, end }
}

type Standing = {
  totals: object
  mine: object
  code?: string
  spends: { spendId: string; status: string; steps: string[] }[]
  waitsForYou: { votes: string[]; payments: string[] }
}

describe.each([
  ['the embedded drivers', async () => ({ drivers: undefined, end: async () => undefined })],
  ['Kafka and MongoDB', realServers],
] as const)('on %s', (_, servers) => {
  let place: Place | undefined
  let end: () => Promise<void> = async () => undefined
  beforeAll(async () => {
    const found = await servers()
    if (found === undefined) return
    end = found.end
    place = await startPlace(found.drivers)
  })
  afterAll(async () => {
    await place?.stop()
    await end()
  })

  test('P1 P2 P4 P5 P12 four neighbours pay a gardener together: earmarked, proposed, approved, instructed, paid, reversed, and one leaves', async () => {
    if (place === undefined) return
    const gardens = await organisation(place)
    const holder = await organisation(place, 'Trafford ISF')
    const members = [
      await budgeted(place, { 'council-net': 7_000, 'own-contribution': 1_000 }),
      await budgeted(place),
      await budgeted(place),
      await budgeted(place),
    ]
    const { poolId, at, founder, others } = await openPool(place, {
      members,
      accountHolder: { kind: 'organisation', organisationId: holder.organisationId },
      earmarkPence: 10_000,
    })
    expect(done(await founder.self<Standing>(at))).toMatchObject({
      status: 'open',
      totals: { freePence: 40_000, committedPence: 0, paidPence: 0 },
      mine: { freePence: 10_000 },
    })

    const pdf = new TextEncoder().encode(`%PDF-1.7\n${'x'.repeat(900_000)}`)
    const { documentId } = done(await founder.self<{ documentId: string }>('/documents', { bytes: pdf }))
    const split = done(await founder.self<{ shares: { memberId: string; amountPence: number }[] }>(`${at}/split?totalPence=10001`))
    expect(split.shares.map(({ amountPence }) => amountPence)).toEqual([2_501, 2_500, 2_500, 2_500])
    const shares = split.shares.map(({ memberId, amountPence }) => ({ memberId, amountPence }))
    const { spendId } = done(
      await founder.self<{ spendId: string }>(`${at}/spends`, { body: invoice(place, gardens.organisationId, shares, 10_001, { documentId }) }),
    )
    expect(done(await founder.self<Standing>(at))).toMatchObject({ totals: { freePence: 29_999, committedPence: 10_001 } })
    expect(done(await others[0]!.self<Standing>(at)).waitsForYou.votes).toEqual([spendId])
    expect((await founder.self(`${at}/spends/${spendId}/votes`, { body: { vote: 'approve' } })).body).toMatchObject({ code: 'not-an-approver' })
    done(await others[0]!.self(`${at}/spends/${spendId}/votes`, { body: { vote: 'approve' } }))

    const payments = await until(
      async () => done(await holder.self<{ items: object[] }>('/payments')).items,
      (items) => items.length === 1,
    )
    expect(payments[0]).toMatchObject({
      poolName: 'Ash Road',
      payeeName: 'Dee’s Gardens',
      totalPence: 10_001,
      sources: [{ fundSource: 'council-net', amountPence: 10_001 }],
    })
    expect((await holder.self('/payments.csv')).text).toContain(`${spendId},Ash Road,Dee’s Gardens,`)
    const read = await holder.self(`/documents/${documentId}`)
    expect([read.status, read.headers.get('content-type'), read.text.length]).toEqual([200, 'application/pdf', pdf.length])
    done(await holder.self(`${at}/spends/${spendId}/payment`, { body: { paidOn: day(place), reference: 'BACS 4711' } }))
    expect(done(await founder.self(`${at}/spends/${spendId}`))).toMatchObject({
      status: 'paid',
      reference: 'BACS 4711',
      purpose: 'Four mornings in our gardens',
    })

    done(await others[2]!.self(`${at}/departure`, { method: 'POST' }))
    done(await holder.self(`${at}/spends/${spendId}/payment-reversal`, { body: { reason: 'returned-by-bank' } }))
    await place.caughtUp()
    expect(done(await founder.self<Standing>(at))).toMatchObject({ totals: { freePence: 30_000, committedPence: 0, paidPence: 0 } })
    const budget = done(await council(place)<{ setAside: unknown[] }>(`/budgets/${others[2]!.budgetId}`))
    expect(budget.setAside).toEqual([])
    const { items } = done(await founder.self<{ items: { standing: { sumPence: number } }[] }>(`${at}/entries?limit=200`))
    expect(items.every(({ standing }) => standing.sumPence === 0)).toBe(true)
    const over = done(await founder.self<{ days: { freePence: number }[] }>(`${at}/balances-over-time`))
    expect(over.days.at(-1)).toMatchObject({ freePence: 30_000, committedPence: 0, paidPence: 0, budgetPence: -30_000 })
    const left = done(await others[2]!.self<{ items: { memberId: string; kind: string }[] }>(`${at}/entries`))
    expect(left.items.map(({ kind }) => kind)).toEqual(['earmarked', 'promised', 'paid', 'left', 'reversed', 'released'])
    expect(done(await founder.self<{ items: object[] }>(`/pools/${poolId}/spends`)).items).toMatchObject([{ spendId, status: 'reversed' }])
    for (const { name, check } of place.service().invariants) expect([name, (await check()).violations]).toEqual([name, 0])
  })
})
