import { levelFor, type PolicyName, roles } from '@patchwork/access'
import type { TestRole } from '@patchwork/testing'
import { embedded, newId, type Place, startPlace } from '../testing/startPlace.ts'
import { contractOf } from '../testing/stories.ts'

let place: Place
let contractId: string
let partnerId: string
let outcomeIds: string[]
const organisationId = newId()
beforeAll(async () => {
  place = await startPlace(await embedded())
  const { body } = await place.as('commissioner')('/contracts', { body: contractOf([{ name: 'Lead', organisationId }]) })
  contractId = body.contractId
  partnerId = body.partnerIds[0]
  outcomeIds = body.outcomeIds
})
afterAll(() => place.stop())

type Asked = { route: string; policy: PolicyName; path: () => string; method?: 'post' | 'put'; body?: () => object; done: number }
const asked: Asked[] = [
  { route: 'post /contracts', policy: 'contract.record', path: () => '/contracts', body: () => contractOf([{ name: 'Lead' }]), done: 201 },
  { route: 'get /contracts', policy: 'contract.list', path: () => '/contracts', done: 200 },
  { route: 'get /contracts/{id}', policy: 'contract.read', path: () => `/contracts/${contractId}`, done: 200 },
  {
    route: 'post /contracts/{id}/variations',
    policy: 'contract.vary',
    path: () => `/contracts/${contractId}/variations`,
    body: () => {
      const { years, partners, endsOn, referralsEndOn } = contractOf([{ name: 'Lead', organisationId }])
      return { reason: 'other', effectiveOn: '2026-04-01', endsOn, referralsEndOn, years, partners: partners.map((partner) => ({ ...partner, partnerId })) }
    },
    done: 201,
  },
  {
    route: 'post /contracts/{id}/quarters',
    policy: 'contract.close-quarter',
    path: () => `/contracts/${contractId}/quarters`,
    body: () => ({ year: 1, quarter: 1 }),
    done: 200,
  },
  {
    route: 'put /contracts/{id}/returns',
    policy: 'return.make',
    path: () => `/contracts/${contractId}/returns`,
    method: 'put',
    body: () => ({ partnerId, year: 1, quarter: 2, results: outcomeIds.map((outcomeId) => ({ outcomeId, value: 1 })) }),
    done: 200,
  },
  { route: 'get /contracts/{id}/returns', policy: 'return.read', path: () => `/contracts/${contractId}/returns`, done: 200 },
  { route: 'get /grants', policy: 'grant.read', path: () => '/grants', done: 200 },
  { route: 'get /measures', policy: 'figure.read', path: () => '/measures', done: 200 },
  { route: 'get /figures/{measure}', policy: 'figure.read', path: () => '/figures/grants', done: 200 },
  { route: 'get /figures/{measure}.csv', policy: 'figure.read', path: () => '/figures/grants.csv', done: 200 },
  { route: 'get /figures/{measure}/events', policy: 'figure.read', path: () => '/figures/grants/events', done: 200 },
  { route: 'get /dashboard', policy: 'figure.read', path: () => '/dashboard', done: 200 },
]
const people = roles.filter((role): role is TestRole => role !== 'anyone' && role !== 'service')
const cases = asked.flatMap((one) =>
  people.flatMap((role) => [true, false].map((isMember) => ({ ...one, role, who: isMember ? 'who acts for a partner' : 'a stranger', isMember }))),
)

test.each(cases)('$route by a $role $who', async ({ policy, role, isMember, path, method, body, done }) => {
  const ask = isMember ? await place.memberOf(organisationId, role as 'provider') : place.as(role)
  await place.caughtUp()
  const level = levelFor({ kind: 'person', personId: newId(), accountId: newId(), role }, policy)
  const answer = await ask(path(), { ...(method ? { method } : {}), ...(body ? { body: body() } : {}) })
  // A list of one's own is empty for a stranger rather than hidden.
  const expected = level === 'none' ? 403 : level === 'own' && !isMember && policy !== 'contract.list' ? 404 : done
  expect(answer.status).toBe(expected)
  if (policy === 'contract.list' && level === 'own') expect(answer.body.items).toHaveLength(isMember ? 1 : 0)
})

test.each(asked)('$route by who is not signed in', async ({ policy, path, method, body, done }) => {
  const answer = await place.asAnyone(path(), { ...(method ? { method } : {}), ...(body ? { body: body() } : {}) })
  expect(answer.status).toBe(levelFor({ kind: 'anyone' }, policy) === 'none' ? 401 : done)
})

test('every route is asked here, but the stream, which does not end', async () => {
  const { body } = await place.asAnyone('/openapi.json')
  const routes = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path.replace('/api/commissioning', '')}`),
  )
  expect(routes.sort()).toEqual([...asked.map(({ route }) => route), 'get /dashboard/changes'].sort())
})
