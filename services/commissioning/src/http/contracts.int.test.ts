import { until } from '@patchwork/testing'
import { type Answer, distributed, embedded, newId, type Place, startPlace } from '../testing/startPlace.ts'
import { contractOf, pool, referral } from '../testing/stories.ts'

const real = await distributed()
const places = [['SQLite', embedded] as const, ...(real ? [['Kafka and MongoDB', async () => real] as const] : [])]

describe.each(places)('on %s', (_name, drivers) => {
  let place: Place
  beforeAll(async () => {
    place = await startPlace(await drivers())
  })
  afterAll(() => place.stop())

  const codeOf = ({ status, body }: Answer) => ({ status, code: body.errors?.[0]?.code ?? body.code, pointer: body.errors?.[0]?.pointer })
  const recorded = async (
    partners: { name: string; organisationId?: string }[] = [{ name: 'Lead', organisationId: newId() }, { name: 'Second' }],
    changes = {},
  ) => {
    const commissioner = place.as('commissioner')
    const answer = await commissioner('/contracts', { body: contractOf(partners, changes) })
    expect(answer.status).toBe(201)
    const { contractId, partnerIds, outcomeIds } = answer.body
    const results = (took: number, felt: number) => [
      { outcomeId: outcomeIds[0], value: took },
      { outcomeId: outcomeIds[1], value: felt },
    ]
    return { commissioner, contractId, partnerIds: partnerIds as string[], outcomeIds, results, at: `/contracts/${contractId}`, partners }
  }

  test('M2 M3 a commissioner records a contract and reads it as it was said; a repeat under the same key gives the same one', async () => {
    const commissioner = place.as('commissioner')
    const body = contractOf([{ name: 'Lead' }, { name: 'Second' }])
    const headers = { 'idempotency-key': newId() }
    const [first, again] = [await commissioner('/contracts', { body, headers }), await commissioner('/contracts', { body, headers })]
    expect(again.body).toEqual(first.body)
    const { body: view, headers: sent } = await commissioner(`/contracts/${first.body.contractId}`)
    expect(sent.etag).toBe('"1"')
    expect(view).toMatchObject({
      title: 'Neighbourhood networks',
      isWhole: true,
      valuePence: 400_000,
      partners: [{ name: 'Lead', isLead: true, valuePence: 200_000 }, { name: 'Second' }],
      outcomes: [{ words: 'People who took part', targets: [{ year: 1, value: 300 }] }, { words: 'Feel less lonely' }],
    })
    expect(view.years[0].quarters.map(({ endsOn }: { endsOn: string }) => endsOn)).toEqual(['2025-06-30', '2025-09-30', '2025-12-31', '2026-03-31'])
  })

  test.each<[string, (body: ReturnType<typeof contractOf>) => object, object]>([
    [
      'shares that do not add up',
      (body) => ({ ...body, years: body.years.map((year) => ({ ...year, valuePence: year.valuePence + 1 })) }),
      { status: 422, code: 'shares-do-not-add-up', pointer: '/years/0/valuePence' },
    ],
    ['dates back to front', (body) => ({ ...body, endsOn: '2024-01-01' }), { status: 422, code: 'dates-back-to-front', pointer: '/endsOn' }],
    [
      'comma-ed pence',
      (body) => ({ ...body, years: [{ ...body.years[0], valuePence: '1,000' }] }),
      { status: 400, code: 'invalid-type', pointer: '/years/0/valuePence' },
    ],
    ['half a penny', (body) => ({ ...body, years: [{ ...body.years[0], valuePence: 0.5 }] }), { status: 400, pointer: '/years/0/valuePence' }],
    [
      'less than nothing',
      (body) => ({ ...body, years: [{ ...body.years[0], valuePence: -1 }] }),
      { status: 400, code: 'too-small', pointer: '/years/0/valuePence' },
    ],
    ['a day that is none', (body) => ({ ...body, startsOn: '2025-02-30' }), { status: 400, pointer: '/startsOn' }],
    ['an operator instead of a day', (body) => ({ ...body, startsOn: { $gt: '' } }), { status: 400, code: 'invalid-type', pointer: '/startsOn' }],
    ['another currency', (body) => ({ ...body, currency: 'EUR' }), { status: 400, code: 'unknown-field', pointer: '/currency' }],
    ['no outcome', (body) => ({ ...body, outcomes: [] }), { status: 400, code: 'too-small', pointer: '/outcomes' }],
    ['control characters', (body) => ({ ...body, title: 'a\u0000b' }), { status: 400, code: 'control-characters', pointer: '/title' }],
  ])('M3 bad input: %s', async (_what, change, expected) => {
    const answer = await place.as('commissioner')('/contracts', { body: change(contractOf([{ name: 'Lead' }])) })
    expect(codeOf(answer)).toMatchObject(expected)
  })

  test('M3 a partner’s member returns a quarter and corrects it; after it is closed nothing more is taken; the roll-up counts the latest once', async () => {
    const organisationId = newId()
    const contract = await recorded([{ name: 'Lead', organisationId }, { name: 'Second' }])
    const member = await place.memberOf(organisationId)
    await place.caughtUp()
    const [lead, second] = contract.partnerIds as [string, string]
    const say = (ask: typeof member, partnerId: string, took: number, felt: number, quarter = 1) =>
      ask(`${contract.at}/returns`, { method: 'put', body: { partnerId, year: 1, quarter, results: contract.results(took, felt), note: 'A good summer' } })
    const first = await say(member, lead, 10, 400)
    expect(first.status).toBe(200)
    expect((await say(member, lead, 12, 400)).body).toEqual(first.body)
    expect((await say(contract.commissioner, second, 30, 800)).status).toBe(200)
    expect((await say(contract.commissioner, second, 5, 600, 2)).status).toBe(200)
    expect(codeOf(await say(member, second, 1, 1))).toMatchObject({ status: 404 })
    const { body: view } = await contract.commissioner(contract.at)
    expect(view.rollUp.years[0]).toMatchObject({
      outcomes: [
        { value: 47, partnersReturned: 2 },
        { value: 550, partnersReturned: 2 },
      ],
      partners: [
        { quartersReturned: [1], outcomes: [{ value: 12 }, { value: 400 }] },
        { quartersReturned: [1, 2], outcomes: [{ value: 35 }, { value: 700 }] },
      ],
    })
    expect((await contract.commissioner(`${contract.at}/quarters`, { body: { year: 1, quarter: 1 } })).status).toBe(200)
    expect(codeOf(await say(member, lead, 13, 400))).toEqual({ status: 409, code: 'quarter-closed', pointer: '/quarter' })
    const { body: own } = await member(`${contract.at}/returns`)
    expect(own.items).toEqual([expect.objectContaining({ partnerId: lead, corrections: 1, note: 'A good summer', quarter: 1 })])
    expect((await contract.commissioner(`${contract.at}/returns?partner=${second}`)).body.items).toHaveLength(2)
  })

  test('M3 a partner’s member sees their own part of a contract and nothing of the others; to strangers it is not there', async () => {
    const organisationId = newId()
    const contract = await recorded([{ name: 'Elsewhere' }, { name: 'Ours', organisationId }, { name: 'Third' }])
    const member = await place.memberOf(organisationId, 'coordinator')
    await place.caughtUp()
    const { body: view } = await member(contract.at)
    expect(view).toMatchObject({ isWhole: false, valuePence: 200_000, variations: [], partners: [{ name: 'Ours' }] })
    expect(JSON.stringify(view)).not.toMatch(/Elsewhere|Third/)
    expect((await member('/contracts')).body.items).toEqual([
      expect.objectContaining({ contractId: contract.contractId, valuePence: 200_000, partners: 1, isWhole: false }),
    ])
    const stranger = await place.memberOf(newId())
    expect((await stranger(contract.at)).status).toBe(404)
    expect((await stranger('/contracts')).body.items).toEqual([])
    expect((await stranger(`${contract.at}/returns`)).status).toBe(404)
  })

  test('M3 a partner’s member is told of the earliest quarter that is over and of which they have said nothing, until it is said or closed', async () => {
    const organisationId = newId()
    const contract = await recorded([{ name: 'Elsewhere' }, { name: 'Ours', organisationId }])
    const member = await place.memberOf(organisationId)
    await place.caughtUp()
    const [theirs, ours] = contract.partnerIds as [string, string]
    const due = async () => (await member('/contracts')).body.items[0].returnDue
    const say = (ask: typeof member, partnerId: string, quarter: number) =>
      ask(`${contract.at}/returns`, { method: 'put', body: { partnerId, year: 1, quarter, results: contract.results(1, 100) } })
    expect(await due()).toMatchObject({ partnerId: ours, year: 1, quarter: 1 })
    expect((await say(contract.commissioner, theirs, 1)).status).toBe(200)
    expect(await due()).toMatchObject({ quarter: 1 })
    expect((await say(member, ours, 1)).status).toBe(200)
    expect(await due()).toMatchObject({ partnerId: ours, year: 1, quarter: 2 })
    expect((await contract.commissioner(`${contract.at}/quarters`, { body: { year: 1, quarter: 2 } })).status).toBe(200)
    expect(await due()).toMatchObject({ year: 1, quarter: 3 })
    expect((await contract.commissioner('/contracts')).body.items[0].returnDue).toBeUndefined()
  })

  test('M3 R19 referrals and pooled spending of the partners’ organisations count towards it by their events, until its last day for them', async () => {
    const organisationId = newId()
    const contract = await recorded([{ name: 'Lead', organisationId }, { name: 'Second' }])
    await referral(place, { organisationId, step: 'concluded' })
    await referral(place, { organisationId, step: 'declined' })
    await referral(place, { organisationId, sentAt: '2026-12-31T23:30:00.000Z' })
    await referral(place, { organisationId, sentAt: '2027-01-01T00:30:00.000Z' })
    await referral(place, {})
    await pool(place, organisationId)
    await place.caughtUp()
    const { body: view } = await contract.commissioner(contract.at)
    const counted = { sent: 3, accepted: 1, concluded: 1, declined: 1, promisedPence: 3_000, spentPence: 3_000 }
    expect(view.rollUp.years[1]).toMatchObject({ ...counted, partners: [counted, { sent: 0, spentPence: 0 }] })
    expect(view.rollUp.years[0]).toMatchObject({ sent: 0, spentPence: 0 })
    expect(view.rollUp.whole).toMatchObject(counted)
  })

  test('M2 a variation says whether a notice is due, keeps partners and names new ones', async () => {
    const contract = await recorded(undefined, { lightTouch: false })
    const body = contractOf([{ name: 'Lead' }, { name: 'Second' }])
    const { body: before } = await contract.commissioner(contract.at)
    const partners = [
      ...before.partners.map((partner: Record<string, unknown>) => ({
        partnerId: partner.partnerId,
        name: partner.name,
        isLead: partner.isLead,
        shares: partner.shares,
        ...(partner.organisationId ? { organisationId: partner.organisationId } : {}),
      })),
      { name: 'New network', shares: [{ year: 2, valuePence: 50_000 }] },
    ]
    const years = body.years.map((year) => (year.year === 2 ? { ...year, valuePence: 250_000 } : year))
    const variation = {
      reason: 'partner-changed',
      note: 'One more network',
      effectiveOn: '2026-04-01',
      endsOn: '2027-03-31',
      referralsEndOn: '2026-12-31',
      years,
      partners,
    }
    const vary = (headers: Record<string, string>, changes: object = {}) =>
      contract.commissioner(`${contract.at}/variations`, { body: { ...variation, ...changes }, headers })
    expect((await vary({ 'if-match': '"7"' })).status).toBe(412)
    expect(codeOf(await vary({}, { partners: [{ ...partners[2], partnerId: newId() }] }))).toMatchObject({ status: 400, code: 'unknown-partner' })
    const varied = await vary({ 'if-match': '"1"' })
    expect(varied).toMatchObject({ status: 201, body: { noticeDue: true } })
    const { body: after } = await contract.commissioner(contract.at)
    expect(after.variations).toEqual([expect.objectContaining({ note: 'One more network', noticeDue: true, valuePence: 450_000 })])
    expect(after.partners.map(({ name }: { name: string }) => name)).toEqual(['Lead', 'Second', 'New network'])
  })

  test('M3 M8 the Leeds shape: two million pounds a year for eight years over 37 networks, with returns, rolls up and everything holds', async () => {
    const sharePence = 5_405_400
    const years = Array.from({ length: 8 }, (_, index) => ({
      year: index + 1,
      startsOn: `${2019 + index}-04-01`,
      endsOn: `${2020 + index}-03-31`,
      valuePence: 200_000_000,
    }))
    const partners = Array.from({ length: 37 }, (_, index) => ({
      name: `Network ${index + 1}`,
      isLead: index === 0,
      shares: years.map(({ year }) => ({ year, valuePence: index === 0 ? 200_000_000 - 36 * sharePence : sharePence })),
    }))
    const commissioner = place.as('commissioner')
    const term = { startsOn: '2019-04-01', endsOn: '2027-03-31', referralsEndOn: '2027-03-31', years, partners }
    const { body: made } = await commissioner('/contracts', { body: { ...contractOf([]), ...term } })
    for (const year of [1, 8])
      await Promise.all(
        (made.partnerIds as string[]).map((partnerId, index) =>
          commissioner(`/contracts/${made.contractId}/returns`, {
            method: 'put',
            body: { partnerId, year, quarter: 1, results: made.outcomeIds.map((outcomeId: string) => ({ outcomeId, value: index + 1 })) },
          }),
        ),
      )
    const { body: view } = await commissioner(`/contracts/${made.contractId}`)
    expect(view.valuePence).toBe(1_600_000_000)
    expect(view.rollUp.years).toHaveLength(8)
    expect(view.rollUp.whole).toMatchObject({
      valuePence: 1_600_000_000,
      outcomes: [
        { value: 2 * ((37 * 38) / 2), partnersReturned: 37 },
        { value: 19, partnersReturned: 37 },
      ],
    })
    await place.caughtUp()
    const figure = await until(
      () => commissioner(`/figures/contract-value?by=partner&contract=${made.contractId}`),
      ({ status }) => status === 200,
    )
    expect(figure.body.rows).toHaveLength(37)
    expect(figure.body.total).toEqual({ value: 1_600_000_000 })
    await place.expectWhole()
  })

  test('titles, names and notes stand in no event, log line or problem', async () => {
    const secret = 'Zanzibar canary'
    const contract = await recorded([{ name: `${secret} network` }], { title: `${secret} contract` })
    const body = { partnerId: contract.partnerIds[0], year: 1, quarter: 1, results: contract.results(1, 1), note: `${secret} note` }
    expect((await contract.commissioner(`${contract.at}/returns`, { method: 'put', body })).status).toBe(200)
    await place.caughtUp()
    for (const topic of ['contract', 'return'])
      for await (const event of place.ports().log.read(`patchwork.commissioning.${topic}`)) expect(JSON.stringify(event)).not.toContain(secret)
    expect(place.logLines.join('')).not.toContain(secret)
  })
})
