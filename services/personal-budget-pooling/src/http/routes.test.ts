import { policies, roles } from '@patchwork/access'
import { until } from '@patchwork/testing'
import { newId, type Place, startPlace } from '../testing/startPlace.ts'
import { budgeted, council, day, done, invoice, openPool, organisation, terms } from '../testing/stories.ts'
import { toCsv } from './csv.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

type Spending = { spendId: string }
type Standing = {
  status: string
  totals: { freePence: number; committedPence: number; paidPence: number }
  mine: { freePence: number }
  members: { memberId: string; isYou: boolean; purposes?: object[]; sources?: object[] }[]
  spends: { shares: object[]; purpose?: string; invoiceNumber: string }[]
}
const code = ({ body }: { body: object }) => {
  const { code: own, errors } = body as { code?: string; errors?: { code: string }[] }
  return own === 'invalid-request' ? errors?.[0]?.code : own
}

describe('budgets', () => {
  test('are recorded by the council for a resident it knows, once, and read by the resident, with every reading by others logged', async () => {
    const { personId, budgetId, self } = await budgeted(place)
    const again = { personId, holder: 'managed-account', outcomes: [{ kind: 'other', words: 'Anything' }] }
    expect(code(await council(place)('/budgets', { body: again }))).toBe('budget-stands-already')
    done(await council(place)(`/budgets/${budgetId}`))
    const mine = done(
      await self<{ personId: string; budget: { outcomes: object[]; available: object[] } }>(`/budgets/mine?fromOn=${day(place)}&untilOn=${day(place, 6)}`),
    )
    expect(mine).toMatchObject({
      personId,
      budget: { outcomes: [{ words: 'My garden is safe to walk in' }], available: expect.arrayContaining([{ fundSource: 'council-net', pence: 7_000 }]) },
    })
    const { items } = done(await self<{ items: object[] }>('/disclosures'))
    expect(items).toMatchObject([{ what: 'budget', id: budgetId, why: 'council', who: { role: 'commissioner' } }])
  })
  test('are recorded for nobody whom no one has registered', async () => {
    const unknown = { personId: newId(), holder: 'own-payment', outcomes: [{ kind: 'other', words: 'Anything' }] }
    expect(code(await council(place)('/budgets', { body: unknown }))).toBe('person-unknown')
  })
  test('of somebody else are not there', async () => {
    const [one, other] = [await budgeted(place), await budgeted(place)]
    expect((await one.self(`/budgets/${other.budgetId}`)).status).toBe(404)
    expect(done(await one.self<{ items: object[] }>(`/budgets?personId=${other.personId}`)).items).toEqual([])
  })
  test.each([
    ['negative', { weeklyPence: -1 }],
    ['fractional', { weeklyPence: 10.5 }],
    ['with a comma', { weeklyPence: '1,000' }],
    ['as text', { weeklyPence: '1000' }],
    ['in another currency', { weeklyPence: 1_000, currency: 'EUR' }],
    ['beyond all sums', { weeklyPence: 2 ** 53 }],
  ])('an amount that is %s is refused', async (_, changes) => {
    const { budgetId } = await budgeted(place)
    const body = { fundSource: 'nhs', fromOn: day(place), untilOn: day(place, 30), ...changes }
    expect((await council(place)(`/budgets/${budgetId}/amounts`, { body })).status).toBe(400)
  })
  test('dates back to front are refused', async () => {
    const { budgetId } = await budgeted(place)
    const body = { fundSource: 'nhs', weeklyPence: 1_000, fromOn: day(place, 2), untilOn: day(place, 1) }
    expect(code(await council(place)(`/budgets/${budgetId}/amounts`, { body }))).toBe('dates-back-to-front')
  })
})

describe('pools', () => {
  test('P1 are joined by a code however it is typed, opened by signatures, and an old version is refused', async () => {
    const { at, code: joining, founder, others } = await openPool(place, { count: 2 })
    const late = await budgeted(place)
    expect(code(await late.self('/pools/join', { body: { code: 'AAAAAAAAAA', calledName: 'X' } }))).toBe('code-unknown')
    done(await late.self('/pools/join', { body: { code: ` ${joining.slice(0, 5).toLowerCase()}-${joining.slice(5)}`, calledName: 'Late' } }))
    done(await founder.self(`${at}/rules`, { body: terms }))
    for (const member of [founder, others[0]!, late]) done(await member.self(`${at}/signature`, { body: { rulesVersion: 2 } }))
    expect(code(await late.self(`${at}/signature`, { body: { rulesVersion: 1 } }))).toBe('rules-old')
  })
  test('are held by an organisation that somebody acts for', async () => {
    const { self } = await budgeted(place)
    const body = { name: 'X', purpose: 'Y', calledName: 'Z', accountHolder: { kind: 'organisation', organisationId: newId() } }
    expect(code(await self('/pools', { body }))).toBe('account-holder-unknown')
  })
  test('P3 P13 show each viewer what is theirs to see: purposes to members, sources to the account-holder, nothing to others', async () => {
    const gardens = await organisation(place)
    const { at, founder, others, poolId } = await openPool(place, { count: 2, earmarkPence: 5_000 })
    const shares = [founder, others[0]!].map(({ personId }) => ({ memberId: personId, amountPence: 1_000 }))
    done(await founder.self(`${at}/spends`, { body: invoice(place, gardens.organisationId, shares, 2_000) }))
    const asMember = done(await others[0]!.self<Standing>(at))
    const founderSeen = asMember.members.find(({ isYou }) => !isYou)
    expect(founderSeen).toMatchObject({ purposes: [{ outcomeKind: 'habitable-home', freePence: 4_000, committedPence: 1_000 }] })
    expect(JSON.stringify([founderSeen, asMember.spends[0]?.shares[0]])).not.toMatch(/council-net|outcomeId/)
    const asHolder = done(await council(place)<Standing>(at))
    expect(asHolder.members[0]).toMatchObject({ sources: [{ fundSource: 'council-net', freePence: 4_000 }] })
    expect(JSON.stringify(asHolder)).not.toMatch(/habitable-home|Four mornings|"code"/)
    for (const stranger of [(await budgeted(place)).self, gardens.self, place.as('navigator', newId()), place.as('resident', newId())])
      expect([403, 404]).toContain((await stranger(`/pools/${poolId}`)).status)
  })
})

describe('earmarks', () => {
  test('P2 P10 are never more than the budget gives, across pools and at once', async () => {
    const neighbour = await budgeted(place)
    const pools = [await openPool(place, { members: [neighbour], count: 2 }), await openPool(place, { members: [neighbour], count: 2 })]
    const body = { fundSource: 'council-net', outcomeId: neighbour.outcomeId, amountPence: 5_000, fromOn: day(place), untilOn: day(place, 27) }
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => neighbour.self(`${pools[index % 2]!.at}/earmarks`, { body })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5)
    expect(new Set(answers.filter(({ status }) => status !== 201).map(code))).toEqual(new Set(['not-enough-in-budget']))
    const standing = await Promise.all(pools.map(async ({ at }) => done(await neighbour.self<Standing>(at)).mine.freePence))
    expect(standing[0]! + standing[1]!).toBe(25_000)
  })
  test('the same request again sets nothing aside twice', async () => {
    const { at, founder } = await openPool(place, { count: 2 })
    const body = { fundSource: 'council-net', outcomeId: founder.outcomeId, amountPence: 5_000, fromOn: day(place), untilOn: day(place, 27) }
    const [one, other] = [
      await founder.self(`${at}/earmarks`, { body, headers: { 'idempotency-key': 'the-same-key' } }),
      await founder.self(`${at}/earmarks`, { body, headers: { 'idempotency-key': 'the-same-key' } }),
    ]
    expect(other.body).toEqual(one.body)
    await place.caughtUp()
    expect(done(await founder.self<Standing>(at)).mine.freePence).toBe(5_000)
  })
  test('what a budget set aside before the place stopped is brought to its end afterwards, once; what the pool can take no more goes back', async () => {
    const { poolId, at, founder, others } = await openPool(place, { count: 3 })
    const leaver = others[1]!
    done(await leaver.self(`${at}/departure`, { method: 'POST' }))
    // As a process that ended between the two writes leaves it: the budget's event is there, the pool has heard nothing.
    for (const { budgetId, personId, outcomeId } of [founder, leaver]) {
      await setAsideOnly({ budgetId, personId, poolId, outcomeId })
    }
    await until(
      async () => done(await founder.self<Standing>(at)).mine.freePence,
      (pence) => pence === 4_000,
    )
    await until(
      async () => done(await council(place)<{ setAside: object[] }>(`/budgets/${leaver.budgetId}`)).setAside,
      (setAside) => setAside.length === 0,
    )
    await place.caughtUp()
    for (const { name, check } of place.service().invariants.filter(({ name }) => name.includes('set aside')))
      expect([name, (await check()).violations]).toEqual([name, 0])
  })
})

/** Writes what a budget's own rule would, through the same store, without the pool's part of the route. */
const setAsideOnly = async ({ budgetId, personId, poolId, outcomeId }: { budgetId: string; personId: string; poolId: string; outcomeId: string }) => {
  const { openPoolingStore } = await import('../store/poolingStore.ts')
  const { decideBudget } = await import('../domain/decideBudget.ts')
  const store = await openPoolingStore(place.ports())
  const at = new Date(place.runtime.now()).toISOString()
  await store.budgets.update(budgetId, { key: newId(), repeatable: false, body: null, at }, ({ state }) => ({
    events: decideBudget(state, {
      ...({ type: 'SetAsideShare', budgetId, poolId, earmarkId: newId(), fundSource: 'council-net', outcomeId, amountPence: 4_000 } as const),
      ...{ fromOn: day(place), untilOn: day(place, 27), by: { personId, role: 'resident', organisationIds: [] }, today: day(place), at },
    }),
  }))
  await store.budgets.stop()
  await store.pools.stop()
}

describe('spends', () => {
  test('P10 a hundred at once on one pool never take a share or the pool below zero, and all get a true answer', async () => {
    const gardens = await organisation(place)
    const { at, founder, others } = await openPool(place, { count: 2, earmarkPence: 10_000 })
    const shares = [founder, others[0]!].map(({ personId }) => ({ memberId: personId, amountPence: 300 }))
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => founder.self<Spending>(`${at}/spends`, { body: invoice(place, gardens.organisationId, shares, 600) })),
    )
    const worked = answers.filter(({ status }) => status === 201)
    expect(worked).toHaveLength(33)
    expect(answers.filter(({ status }) => status !== 201).map(code)).toEqual(Array(67).fill('not-enough-free'))
    const { totals, spends } = done(await founder.self<Standing>(at))
    expect([totals, spends.length]).toEqual([{ freePence: 200, committedPence: 19_800, paidPence: 0 }, 33])
  })
  test('an invoice is entered once, however its number is written, and in no other pool', async () => {
    const gardens = await organisation(place)
    const [pool, other] = [await openPool(place, { count: 2, earmarkPence: 5_000 }), await openPool(place, { count: 2, earmarkPence: 5_000 })]
    const body = (memberId: string, invoiceNumber: string) => invoice(place, gardens.organisationId, [{ memberId, amountPence: 100 }], 100, { invoiceNumber })
    done(await pool.founder.self(`${pool.at}/spends`, { body: body(pool.founder.personId, 'DG-2026/17') }))
    expect(code(await pool.founder.self(`${pool.at}/spends`, { body: body(pool.founder.personId, 'dg 2026 17') }))).toBe('invoice-already-entered')
    await place.caughtUp()
    expect(code(await other.founder.self(`${other.at}/spends`, { body: body(other.founder.personId, 'DG-2026-17') }))).toBe('invoice-already-entered')
    expect(code(await pool.founder.self(`${pool.at}/spends`, { body: body(pool.founder.personId, '--') }))).toBe('invoice-number-empty')
  })
  test('P6 a payee whose person is barred by a member’s budget is blocked, unless the council has made an exception', async () => {
    const gardens = await organisation(place)
    const { at, founder } = await openPool(place, { count: 2, earmarkPence: 5_000 })
    const asCouncil = council(place)
    const bar = { payee: { kind: 'person', id: gardens.personId }, relation: 'spouse-or-partner', sameHousehold: false }
    const { barId } = done(await asCouncil<{ barId: string }>(`/budgets/${founder.budgetId}/barred-payees`, { body: bar }))
    const propose = () =>
      founder.self(`${at}/spends`, { body: invoice(place, gardens.organisationId, [{ memberId: founder.personId, amountPence: 100 }], 100) })
    expect(code(await propose())).toBe('payee-barred')
    const exception = { fromOn: day(place), untilOn: day(place, 30), reason: 'Nobody else can reach the farm.' }
    done(await asCouncil(`/budgets/${founder.budgetId}/barred-payees/${barId}/exceptions`, { body: exception }))
    expect((await propose()).status).toBe(201)
  })
  test('whoever repeats what ended a spend has the first answer, also before the list of those that ended knows of it', async () => {
    const gardens = await organisation(place)
    const { at, founder } = await openPool(place, { count: 2, earmarkPence: 5_000 })
    const shares = [{ memberId: founder.personId, amountPence: 100 }]
    const { spendId } = done(await founder.self<Spending>(`${at}/spends`, { body: invoice(place, gardens.organisationId, shares, 100) }))
    const takeBack = (key: string) => founder.self(`${at}/spends/${spendId}/take-back`, { body: {}, headers: { 'idempotency-key': key } })
    const first = done(await takeBack('taken-back-once'))
    const ended = () => place.collections.get('spends-1')!
    await until(
      () => ended().get(spendId),
      (row) => row !== undefined,
    )
    // As it is where the list is behind.
    await ended().remove(spendId)
    expect(done(await takeBack('taken-back-once'))).toEqual(first)
    expect((await takeBack('taken-back-anew')).status).toBe(404)
  })
  test('a payee that the directory does not know is refused, and nothing is decided while it is away', async () => {
    const { at, founder } = await openPool(place, { count: 2, earmarkPence: 5_000 })
    const propose = (payee: string) => founder.self(`${at}/spends`, { body: invoice(place, payee, [{ memberId: founder.personId, amountPence: 100 }], 100) })
    expect(code(await propose(newId()))).toBe('payee-unknown')
    place.directory.isAway = true
    expect((await propose(newId())).status).toBe(503)
    place.directory.isAway = false
  })
  test('a kind of outcome finds the right money of a co-member', async () => {
    const gardens = await organisation(place)
    const { at, founder, others } = await openPool(place, { count: 2, earmarkPence: 5_000 })
    const share = (outcomeKind: string) => [{ memberId: others[0]!.personId, amountPence: 100, outcomeKind }]
    expect(code(await founder.self(`${at}/spends`, { body: invoice(place, gardens.organisationId, share('relationships'), 100) }))).toBe('share-unmatched')
    expect((await founder.self(`${at}/spends`, { body: invoice(place, gardens.organisationId, share('habitable-home'), 100) })).status).toBe(201)
  })
  test('P5 what is not decided in time is refused and its shares are free again', async () => {
    const late = await startPlace()
    try {
      const gardens = await organisation(late)
      const { at, founder } = await openPool(late, { count: 2, earmarkPence: 5_000 })
      done(await founder.self(`${at}/spends`, { body: invoice(late, gardens.organisationId, [{ memberId: founder.personId, amountPence: 100 }], 100) }))
      late.clock.aheadMs = 8 * 86_400_000
      const { totals } = await until(
        async () => done(await founder.self<Standing>(at)),
        ({ totals: { committedPence } }) => committedPence === 0,
      )
      expect(totals.freePence).toBe(10_000)
    } finally {
      await late.stop()
    }
  })
})

describe('documents', () => {
  const pdf = new TextEncoder().encode('%PDF-1.7 George Whitfield, Ash Road')
  test('are PDF, PNG or JPEG by their content, up to 2 MB', async () => {
    const { self } = await budgeted(place)
    expect(code(await self('/documents', { bytes: new TextEncoder().encode('<html>') }))).toBe('document-kind-not-taken')
    const large = new Uint8Array(2 * 1024 * 1024 + 1)
    large.set([0x25, 0x50, 0x44, 0x46, 0x2d])
    expect((await self('/documents', { bytes: large })).status).toBe(413)
    expect((await self('/documents', { bytes: large.subarray(1) })).status).toBe(422)
    const { documentId } = done(await self<{ documentId: string }>('/documents', { bytes: large.subarray(0, -1) }))
    const read = await self(`/documents/${documentId}`)
    expect([read.status, read.text.length, read.headers.get('x-content-type-options')]).toEqual([200, 2 * 1024 * 1024, 'nosniff'])
    expect(read.headers.get('content-disposition')).toMatch(/^attachment/)
  })
  test('are attached by their uploader, once, and free again where the spend is refused', async () => {
    const gardens = await organisation(place)
    const { at, founder, others } = await openPool(place, { count: 2, earmarkPence: 5_000 })
    const { documentId } = done(await founder.self<{ documentId: string }>('/documents', { bytes: pdf }))
    const propose = (who: typeof founder, amountPence = 100) =>
      who.self(`${at}/spends`, { body: invoice(place, gardens.organisationId, [{ memberId: founder.personId, amountPence }], amountPence, { documentId }) })
    expect((await others[0]!.self(`/documents/${documentId}`)).status).toBe(404)
    expect(code(await propose(others[0]!))).toBe('document-unknown')
    expect(code(await propose(founder, 9_000))).toBe('not-enough-free')
    expect((await propose(founder)).status).toBe(201)
    expect(code(await propose(founder))).toBe('document-unknown')
    expect((await others[0]!.self(`/documents/${documentId}`)).text).toBe(new TextDecoder().decode(pdf))
    const { items } = done(await founder.self<{ items: object[] }>('/disclosures'))
    expect(items).toMatchObject([{ what: 'document', id: documentId, why: 'member' }])
  })
})

test('no name, word or code of anybody is in an event, a log line or a file of the place', async () => {
  const { readFileSync } = await import('node:fs')
  const events: object[] = []
  for (const topic of ['patchwork.personal-budget-pooling.budget', 'patchwork.personal-budget-pooling.pool'])
    for await (const event of place.ports().log.read(topic)) events.push(event)
  expect(events.length).toBeGreaterThan(100)
  const words = /safe to walk|Ash Road|Member \d|Four mornings|George Whitfield|Nobody else can reach/
  expect(JSON.stringify(events)).not.toMatch(words)
  expect(place.logLines.join('\n')).not.toMatch(words)
  expect(JSON.stringify(events) + place.logLines.join('\n')).not.toMatch(/INV-\d|BACS/)
  const file = readFileSync(`${place.folder}/patchwork.sqlite`, 'latin1')
  expect(file).not.toMatch(words)
  // As values of JSON: sealed bytes hold any four letters by chance, and no quotes.
  expect(file).not.toMatch(/"(INV-\d|BACS)/)
})

test('a payment list is CSV that no spreadsheet runs', () => {
  expect(toCsv([['a,b', 'say "hi"', '=1+1', '-2', '@x', 'two\nlines', 'plain']])).toBe(`\ufeff"a,b","say ""hi""",'=1+1,'-2,'@x,"two\nlines",plain\r\n`)
})

describe('every route, asked by every role about what is not theirs', () => {
  const bodies: Record<string, object> = {
    'post /pools/{id}/rules': terms,
    'post /pools/{id}/signature': { rulesVersion: 1 },
    'post /pools/{id}/earmarks': { fundSource: 'nhs', outcomeId: newId(), amountPence: 1, fromOn: '2026-01-01', untilOn: '2026-01-02' },
    'post /pools/{id}/releases': { fundSource: 'nhs', outcomeId: newId(), amountPence: 1 },
    'post /pools/{id}/spends': {
      ...{ payeeOrganisationId: newId(), invoiceNumber: '1', invoicedOn: '2026-01-01', totalPence: 1, purpose: 'x' },
      shares: [{ memberId: newId(), amountPence: 1 }],
    },
    'post /pools/{id}/spends/{spendId}/votes': { vote: 'approve' },
    'post /pools/{id}/spends/{spendId}/payment': { paidOn: '2026-01-01', reference: 'x' },
    'post /pools/{id}/spends/{spendId}/payment-reversal': { reason: 'other' },
  }
  test('answers as the policies say: no route speaks to a role it is not for, and none tells a stranger of another’s record', async () => {
    const gardens = await organisation(place)
    const holder = await organisation(place, 'A holder')
    const { poolId, at, founder } = await openPool(place, {
      count: 2,
      earmarkPence: 5_000,
      accountHolder: { kind: 'organisation', organisationId: holder.organisationId },
    })
    const { spendId } = done(
      await founder.self<Spending>(`${at}/spends`, { body: invoice(place, gardens.organisationId, [{ memberId: founder.personId, amountPence: 100 }], 100) }),
    )
    const document = (await place.asAnyone<{ paths: Record<string, Record<string, { 'x-policy': keyof typeof policies }>> }>('/openapi.json')).body
    let asked = 0
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, { 'x-policy': policy }] of Object.entries(methods))
        for (const role of roles.filter((one) => one !== 'service')) {
          const own: string = path.startsWith('/budgets') ? founder.budgetId : poolId
          const address = path
            .replace('{id}', path.startsWith('/documents') ? newId() : own)
            .replace('{spendId}', spendId)
            .replace('{barId}', newId())
          const key = `${method} ${path}`
          const query = path.endsWith('/split') ? '?totalPence=100' : ''
          const sending = method === 'get' ? {} : { method: 'POST', ...(bodies[key] ? { body: bodies[key] } : {}) }
          const ask = role === 'anyone' ? place.asAnyone : place.as(role, newId())
          const { status } = await ask(`${address}${query}`, sending)
          const level = (policies[policy] as Record<string, string>)[role] ?? 'none'
          asked += 1
          if (level === 'none') expect([key, role, status]).toEqual([key, role, role === 'anyone' ? 401 : 403])
          else if (level === 'own' && path.includes('{id}')) expect([key, role, status]).toEqual([key, role, 404])
          else expect([401, 403, 500]).not.toContain(status)
        }
    expect(asked).toBeGreaterThan(150)
  })
})

test('what verify asks of all this holds', async () => {
  await place.caughtUp()
  for (const { name, check } of place.service().invariants) expect([name, (await check()).violations]).toEqual([name, 0])
})
