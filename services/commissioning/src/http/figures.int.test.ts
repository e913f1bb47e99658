import { type EventEnvelope, ReferralSent } from '@patchwork/events'
import { until } from '@patchwork/testing'
import { distributed, embedded, newId, type Place, startPlace, wardCodes } from '../testing/startPlace.ts'
import { contractOf, emptySearch, offer, pool, referral, refusedSearch, type Step } from '../testing/stories.ts'

const real = await distributed()
const places = [['SQLite', embedded] as const, ...(real ? [['Kafka and MongoDB', async () => real] as const] : [])]

describe.each(places)('on %s', (_name, drivers) => {
  let place: Place
  let organisationId: string
  let contractId: string
  const [one, two] = wardCodes as [string, string]
  /** Ids of the events of referrals that were declined in the first ward. */
  const declined: string[] = []

  beforeAll(async () => {
    place = await startPlace(await drivers())
    organisationId = newId()
    const many = async (count: number, step: Step, changes: object = {}) => {
      const ids: string[] = []
      for (let index = 0; index < count; index += 1) ids.push(...(await referral(place, { organisationId, step, ...changes })))
      return ids
    }
    await many(9, 'accepted')
    await many(12, 'concluded', { ward: two, category: 'health' })
    declined.push(...(await many(3, 'declined')))
    await many(20, 'waiting', { sentAt: '2026-06-10T10:00:00.000Z' })
    for (let index = 0; index < 10; index += 1) await offer(place, { wards: [one, two] })
    await offer(place, { category: 'health', wards: [] })
    for (let index = 0; index < 8; index += 1) await emptySearch(place, { category: 'food', wardCode: one })
    await emptySearch(place)
    for (const reason of ['too-far', 'too-far', 'too-dear'] as const) await refusedSearch(place, { category: 'food', wardCode: two, reason })
    await refusedSearch(place)
    await pool(place, organisationId)
    const { body } = await place.as('commissioner')('/contracts', { body: contractOf([{ name: 'Lead', organisationId }, { name: 'Second' }]) })
    contractId = body.contractId
    const results = body.outcomeIds.map((outcomeId: string) => ({ outcomeId, value: 10 }))
    await place.as('commissioner')(`/contracts/${contractId}/returns`, { method: 'put', body: { partnerId: body.partnerIds[0], year: 1, quarter: 1, results } })
    place.directory.charities.set('1109047', { organisationId, wardCode: one })
    // Just loaded itself, it does not answer in time at first.
    place.directory.busyFor = 5
    expect(await place.service().loadGrants()).toMatchObject({ grants: 555, added: 555, matched: expect.any(Number) })
    await place.caughtUp()
  })
  afterAll(() => place.stop())

  const exactly = (path: string) => place.as('commissioner')(path)
  type Row = { key: Record<string, string>; value?: number; suppressed?: true }
  const rowsOf = async (path: string, ask = exactly) =>
    Object.fromEntries(
      ((await ask(path)).body.rows as Row[]).map(({ key, value, suppressed }) => [Object.values(key).join(' '), suppressed ? 'suppressed' : value]),
    )

  describe('exact figures for those with the case-level right', () => {
    test('M1 referrals by state, ward, kind, month and time to answer', async () => {
      expect(await rowsOf('/figures/referrals-sent?by=state')).toEqual({ accepted: 9, concluded: 12, declined: 3, waiting: 20 })
      expect(await rowsOf('/figures/referrals-sent?by=ward')).toEqual({ [one]: 32, [two]: 12 })
      expect(await rowsOf('/figures/referrals-sent?by=month')).toEqual({ '2026-05': 24, '2026-06': 20 })
      expect(await rowsOf('/figures/referrals-sent?by=ward,category')).toEqual({ [`${one} food`]: 32, [`${two} health`]: 12 })
      expect(await rowsOf('/figures/time-to-answer?by=time')).toEqual({ 'within-1-day': 24 })
      expect((await exactly('/figures/referrals-accepted')).body).toMatchObject({ total: { value: 21 }, rows: [], exact: true, version: 1 })
      expect(await rowsOf('/figures/referrals-declined?by=reason')).toEqual({ 'no-capacity': 3 })
      expect((await exactly('/figures/referrals-sent?from=2026-05-11&until=2026-06-10')).body.total).toEqual({ value: 20 })
    })
    test('M1 offers stand in each of their wards and once in the total; M7 D12 what was looked for in vain', async () => {
      expect(await rowsOf('/figures/offers?by=ward')).toEqual({ [one]: 10, [two]: 10 })
      expect((await exactly('/figures/offers?by=category')).body).toMatchObject({ total: { value: 11 }, rows: [{ value: 10 }, { value: 1 }] })
      expect(await rowsOf('/figures/searches-found-nothing?by=ward,category')).toEqual({ [`${one} food`]: 8, 'unknown unknown': 1 })
      expect(await rowsOf('/figures/searches-none-acceptable?by=reason')).toEqual({ 'too-far': 2, 'too-dear': 1, unknown: 1 })
      expect(await rowsOf('/figures/searches-none-acceptable?by=ward,category')).toEqual({ [`${two} food`]: 3, 'unknown unknown': 1 })
    })
    test('M1 pooled money in, committed and spent; what was paid back is left out', async () => {
      expect(await rowsOf('/figures/pool-money-in?by=month')).toEqual({ '2026-04': 10_000, '2026-07': -7_000 })
      expect(await rowsOf('/figures/pool-money-committed?by=month')).toEqual({ '2026-05': 3_000 })
      expect(await rowsOf('/figures/pool-money-spent?by=month')).toEqual({ '2026-06': 3_000 })
    })
    test('M1 M8 a contract’s value, outcomes, referrals and spending by partner', async () => {
      const { body: contract } = await exactly(`/contracts/${contractId}`)
      const [lead, second] = contract.partners.map(({ partnerId }: { partnerId: string }) => partnerId)
      expect(await rowsOf(`/figures/contract-value?by=partner&contract=${contractId}`)).toEqual({ [lead]: 200_000, [second]: 200_000 })
      expect(await rowsOf(`/figures/contract-value?by=year&contract=${contractId}`)).toEqual({ 2025: 200_000, 2026: 200_000 })
      expect(await rowsOf(`/figures/referrals-sent?by=partner&contract=${contractId}`)).toEqual({ [lead]: 44 })
      expect(await rowsOf(`/figures/pool-money-spent?by=partner&contract=${contractId}`)).toEqual({ [lead]: 3_000 })
      const outcomes = await exactly(`/figures/contract-outcomes?by=partner,year&contract=${contractId}`)
      expect(outcomes.body.rows.map(({ key, value }: Row) => [key.partner, key.year, value])).toEqual([
        [lead, '2025', 10],
        [lead, '2025', 10],
      ])
    })
    test('M1 the grants of the open data, with their sum', async () => {
      expect((await exactly('/figures/grants-awarded?by=year')).body.total).toEqual({ value: 129_143_654 })
      expect((await exactly('/figures/grants?by=ward')).body.total).toEqual({ value: 555 })
    })
    test('M1 a row opens to exactly the events behind it, page by page', async () => {
      const { body } = await exactly(`/figures/referrals-declined/events?ward=${one}&month=2026-05&reason=no-capacity`)
      expect(body.items.map(({ eventId }: { eventId: string }) => eventId).sort()).toEqual([...declined].sort())
      expect(body.items[0]).toMatchObject({ topic: 'patchwork.referral.referral', sequence: expect.any(Number) })
      const ids: string[] = []
      for (let after = ''; ; ) {
        const page = (await exactly(`/figures/grants/events?after=${encodeURIComponent(after)}`)).body
        ids.push(...page.items.map(({ eventId }: { eventId: string }) => eventId))
        if (page.after === undefined) break
        after = page.after
      }
      expect(new Set(ids).size).toBe(555)
      expect((await exactly('/figures/searches-found-nothing/events?ward=unknown')).body.items).toHaveLength(1)
      expect((await exactly(`/figures/contract-value/events?year=2025&contract=${contractId}`)).body.items).toHaveLength(1)
      expect((await exactly(`/figures/contract-outcomes/events?year=2025&contract=${contractId}`)).body.items).toHaveLength(1)
      expect((await exactly(`/figures/pool-money-spent/events?month=2026-06`)).body.items).toHaveLength(2)
    })
    test('M1 dropping every read model and building it anew gives the same figures and the same event ids', async () => {
      const look = async () => {
        const dashboard = (await exactly(`/dashboard?contract=${contractId}`)).body
        const events = await Promise.all(
          ['offers', 'referrals-sent', 'time-to-answer', 'searches-found-nothing', 'pool-money-in', 'pool-money-spent', 'contract-value', 'grants'].map(
            async (measure) => (await exactly(`/figures/${measure}/events`)).body.items,
          ),
        )
        return JSON.stringify([dashboard, events])
      }
      const before = await look()
      for (const model of place.service().readModels) {
        const digest = await model.digest()
        await model.rebuild()
        expect({ name: model.name, digest: await model.digest() }).toEqual({ name: model.name, digest })
      }
      expect(await look()).toBe(before)
      await place.expectWhole()
    }, 300_000)
    test('M1 an event that stands in its topic once more, after later ones, changes no figure and breaks no invariant', async () => {
      const before = await rowsOf('/figures/referrals-sent?by=state')
      const { log } = place.ports()
      const sent: EventEnvelope[] = []
      for await (const event of log.read(ReferralSent.topic)) if (event.type === ReferralSent.type) sent.push(event)
      await log.publish(sent.map((event) => ({ topic: ReferralSent.topic, event })))
      await place.caughtUp()
      expect(await rowsOf('/figures/referrals-sent?by=state')).toEqual(before)
      await place.expectWhole()
    })
  })

  describe('what anyone else may see', () => {
    const asAnyone = (path: string) => place.asAnyone(path)
    test('M5 counts are rounded, small ones suppressed with the next smallest, and the answer says so', async () => {
      expect(await rowsOf('/figures/referrals-sent?by=state', asAnyone)).toEqual({ accepted: 'suppressed', concluded: 10, declined: 'suppressed', waiting: 20 })
      expect((await asAnyone('/figures/referrals-sent')).body).toMatchObject({ exact: false, total: { value: 45 } })
      // 32 in this ward are all but 12: nothing is told. But the one kind in it tells nothing new.
      expect((await asAnyone('/figures/referrals-declined')).body.total).toEqual({ suppressed: true })
    })
    test('M5 periods are whole months, whatever days are asked for', async () => {
      const { body } = await asAnyone('/figures/referrals-sent?from=2026-05-10&until=2026-05-10')
      expect(body).toMatchObject({ filters: { from: '2026-05-01', until: '2026-05-31' }, total: { value: 25 } })
    })
    test('M5 a period is the same with one key and with two, from both ends and from either', async () => {
      const may = 'from=2026-05-01&until=2026-05-31'
      expect(await rowsOf(`/figures/referrals-sent?by=ward&${may}`, asAnyone)).toEqual({ [one]: 10, [two]: 10 })
      expect(await rowsOf(`/figures/referrals-sent?by=ward,category&${may}`, asAnyone)).toEqual({ [`${one} food`]: 10, [`${two} health`]: 10 })
      expect(await rowsOf(`/figures/referrals-sent?by=month&ward=${one}&from=2026-06-01`, asAnyone)).toEqual({ '2026-06': 20 })
      expect(await rowsOf(`/figures/referrals-declined?by=reason&${may}`, asAnyone)).toEqual({ 'no-capacity': 'suppressed' })
      const totalOf = async (period: string) => (await asAnyone(`/figures/referrals-sent?${period}`)).body.total
      expect([await totalOf('until=2026-05-31'), await totalOf('from=2026-06-01'), await totalOf('from=2026-07-01')]).toEqual([
        { value: 25 },
        { value: 20 },
        { value: 0 },
      ])
    })
    test('M5 the money of pools is told by month and not otherwise', async () => {
      expect(await rowsOf('/figures/pool-money-spent?by=month', asAnyone)).toEqual({ '2026-06': 'suppressed' })
      for (const query of ['by=year', 'from=2026-01-01', `contract=${contractId}`])
        expect(await asAnyone(`/figures/pool-money-spent?${query}`)).toMatchObject({ status: 403, body: { code: 'case-level-only' } })
    })
    test('M5 a figure opens to an explanation, never to its events', async () => {
      for (const ask of [asAnyone, place.as('navigator'), place.as('provider')]) {
        const { status, body } = await ask('/figures/referrals-declined/events')
        expect({ status, body }).toEqual({ status: 200, body: { items: [], explained: { code: 'case-level-only', words: expect.any(String) } } })
      }
    })
    test('M5 M7 the dashboard is the same for the community as for a navigator, with no exact count in it', async () => {
      const [anyone, navigator] = [await asAnyone('/dashboard'), await place.as('navigator')('/dashboard')]
      expect(anyone.body).toEqual(navigator.body)
      for (const { measure, unit, rows, total } of anyone.body.figures)
        for (const { value } of [...rows, total])
          if (value !== undefined) expect([measure, value % (unit === 'count' ? 5 : 10_000)]).toEqual([measure, expect.closeTo(0)])
    })
    test('M5 M7 as comma-separated values, too', async () => {
      const { text, headers } = await asAnyone('/figures/referrals-sent.csv?by=state')
      expect(headers['content-type']).toContain('text/csv')
      expect(text.split('\r\n')).toEqual([
        'state,value,suppressed,measure,version',
        'accepted,,yes,referrals-sent,1',
        'concluded,10,,referrals-sent,1',
        'declined,,yes,referrals-sent,1',
        'waiting,20,,referrals-sent,1',
        'total,45,,referrals-sent,1',
        '',
      ])
    })
  })

  test('M6 every measure has its versions and definitions in both languages, and a figure says which it was computed under', async () => {
    const { body } = await place.asAnyone('/measures')
    for (const { measure, versions } of body.items) {
      expect(versions.map(({ version }: { version: number }) => version)).toEqual(versions.map((_: unknown, index: number) => index + 1))
      for (const { definition } of versions) expect([measure, definition.en.length > 20, definition.cy.length > 20]).toEqual([measure, true, true])
    }
    expect((await place.asAnyone('/figures/grants?version=1')).body).toMatchObject({
      version: 1,
      definition: body.items.find((one: { measure: string }) => one.measure === 'grants').versions[0].definition,
    })
  })

  test.each([
    ['/figures/nonsense', 404, 'not-found'],
    ['/figures/__proto__', 404, 'not-found'],
    ['/figures/grants?by=nonsense', 400, undefined],
    ['/figures/grants?by=category', 400, 'unknown-breakdown'],
    ['/figures/grants?by=year,ward,month', 400, 'too-big'],
    ['/figures/grants?category=food', 400, 'filter-not-for-measure'],
    ['/figures/grants?ward=nonsense', 400, undefined],
    ['/figures/grants?ward[$ne]=x', 400, undefined],
    ['/figures/grants?from=2026-02-30', 400, undefined],
    ['/figures/grants?from=2026-02-02&until=2026-02-01', 400, 'dates-back-to-front'],
    ['/figures/grants?version=2', 400, 'unknown-version'],
    ['/figures/grants?else=1', 400, 'unknown-field'],
    [`/figures/referrals-sent?contract=${newId()}`, 400, 'unknown-contract'],
    ['/figures/referrals-sent?by=partner', 400, 'contract-needed'],
    ['/figures/contract-outcomes', 400, 'contract-needed'],
    ['/figures/grants/events?after=nonsense', 400, 'invalid-after'],
    ['/grants?year=abcd', 400, undefined],
    ['/grants?after=nonsense', 400, 'invalid-after'],
  ])('bad input: %s is %i', async (path, status, code) => {
    const answer = await exactly(path)
    expect({ status: answer.status, code: answer.body.errors?.[0]?.code ?? answer.body.code }).toMatchObject({
      status,
      ...(code === undefined ? {} : { code }),
    })
  })

  test('the grants are listed newest first by year, ward and organisation, and loading them again adds nothing', async () => {
    expect(await place.service().loadGrants()).toMatchObject({ grants: 555, added: 0 })
    const { body } = await place.asAnyone(`/grants?organisation=${organisationId}&limit=2`)
    expect(body.items[0]).toMatchObject({ charityNumber: '1109047', wardCode: one, amountPence: expect.any(Number), origin: 'open-data' })
    expect((await place.asAnyone('/grants?year=2013&limit=200')).body.items).toHaveLength(49)
    expect((await place.asAnyone(`/grants?ward=${two}`)).body.items).toEqual([])
  })

  test('an open dashboard is told that something changed, and nothing else', async () => {
    const closing = new AbortController()
    const response = await fetch(`${place.address()}/dashboard/changes`, { signal: closing.signal })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    let seen = ''
    const reading = (async () => {
      for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) seen += new TextDecoder().decode(part)
    })().catch(() => undefined)
    await referral(place, {})
    await until(
      async () => seen,
      (text) => text.includes('event:changed'),
    )
    expect(seen).toMatch(/event:changed\nid:\ndata:\{\}/)
    closing.abort()
    await reading
  })
})
