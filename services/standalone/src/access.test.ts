import { policies } from '@patchwork/access'
import type { Role } from '@patchwork/events'
import { sleep, systemRuntime } from '@patchwork/runtime'
import { type Asker, everyRole, type Fixture, type Prepared } from './testing/access/fixture.ts'
import { fixtures } from './testing/access/index.ts'
import { openWorld } from './testing/access/world.ts'
import { type ApiDocument, apiDocuments } from './testing/apiDocuments.ts'
import type { Answer, Send } from './testing/openPlace.ts'

// Every route of every service × everybody × records of one's own and of others, against a running place.

const patienceMs = 60_000
const world = await openWorld()
const tries = { allowed: 0, refused: 0 }
afterAll(async () => {
  process.stdout.write(`access: ${routes.length} routes; ${tries.allowed} requests that must succeed did, ${tries.refused} that must be refused were\n`)
  await world.stop()
})

const routesOf = ({ mountPath, paths }: ApiDocument) =>
  Object.entries(paths).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${mountPath}${path}`))
const documents = await apiDocuments(world)
const routes = documents.flatMap(routesOf).sort()
const services = [...world.place.services.map(({ name }) => name), 'stranger']
const askers: readonly Asker[] = ['anyone', ...everyRole, ...services.map((name): Asker => `service ${name}`)]
const isRole = (asker: Asker): asker is Role => (everyRole as readonly string[]).includes(asker)

/** Policies that decide, within a route that anyone may use, how much of it is shown: tried by its own fixtures. */
const withinRoutes = ['figure.read-cases']

/** An asker of whom nothing is: a person in a role is the stranger. */
const sendAs = (asker: Asker): Send => {
  if (asker === 'anyone') return world.anyone
  return isRole(asker) ? world.person('stranger', asker).send : world.service(asker.slice('service '.length))
}

const request = (send: Send, route: string, { params = {}, query, body, bytes }: Prepared): Promise<Answer> => {
  const [method, template] = route.split(' ') as [string, string]
  const path = template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? `no ${name} was prepared`))
  return send(method, path, { ...(query && { query }), ...(body && { body }), ...(bytes && { bytes }) })
}
const isDone = ({ status }: Answer) => status >= 200 && status < 300
const shows = ({ text }: Answer, { marks = [] }: Prepared) => marks.some((mark) => text.includes(mark))
const told = ({ status, text }: Answer) => `${status} ${text.slice(0, 300)}`

/** Sends what must succeed. What is still on its way to a neighbour may take a moment; a refusal that stays is wrong. Gives what was wrong. */
const mustSucceed = async (who: string, send: Send, route: string, fixture: Fixture, prepared: Prepared): Promise<string[]> => {
  const limit = systemRuntime.now() + patienceMs
  for (;;) {
    const answer = await request(send, route, prepared)
    const isShown = (prepared.marks ?? []).every((mark) => answer.text.includes(mark))
    if ((isDone(answer) && isShown) || fixture.orProblem?.includes(String(answer.body.code))) {
      tries.allowed += 1
      return []
    }
    if (systemRuntime.now() > limit) return [`${who} must be allowed${isDone(answer) ? ' and shown it' : ''}, but: ${told(answer)}`]
    await sleep(systemRuntime, 50)
  }
}

/** Whether this is how somebody is answered whose record it is not. */
const isKeptOut = (asker: Asker, answer: Answer, { may, others = 'refused', byCaller }: Fixture, prepared: Prepared): boolean => {
  if (shows(answer, prepared)) return false
  if (others === 'without') return isDone(answer)
  if (others === 'hidden') return answer.status === 404
  if (isRole(asker) && may.own?.includes(asker)) return answer.status === 404 || (byCaller === true && isDone(answer))
  return answer.status === (asker === 'anyone' ? 401 : 403)
}

/** Sends what must be refused, as everybody who may not. Gives what was wrong. */
const mustBeKeptOut = async (route: string, fixture: Fixture, prepared: Prepared, whose: string): Promise<string[]> => {
  const wrong: string[] = []
  const before = JSON.stringify(await prepared.look?.())
  for (const asker of askers.filter((one) => !mayAny(one, fixture))) {
    const answer = await request(sendAs(asker), route, prepared)
    if (isKeptOut(asker, answer, fixture, prepared)) tries.refused += 1
    else wrong.push(`${asker} must be kept out of a record of ${whose}, but: ${told(answer)}`)
  }
  if (JSON.stringify(await prepared.look?.()) !== before) wrong.push(`a stranger changed a record of ${whose}`)
  return wrong
}

/** What anyone may, everybody may: one service that no policy names stands for all of them. */
const lettingIn = (fixture: Fixture): Asker[] =>
  askers.filter((asker) => mayAny(asker, fixture) && (fixture.may.any?.includes(asker) || isRole(asker) || asker === 'service stranger'))

const mayAny = (asker: Asker, { may }: Fixture): boolean => may.any?.includes('anyone') === true || may.any?.includes(asker) === true

const tryRoute = async (route: string, fixture: Fixture): Promise<string[]> => {
  const { may, owner = 'navigator', without = [], prepare } = fixture
  const wrong: string[] = []
  for (const asker of lettingIn(fixture))
    wrong.push(...(await mustSucceed(asker, sendAs(asker), route, fixture, await prepare(world, world.person('owner', owner), asker))))
  const owners = may.own?.filter((role) => !without.includes(role)) ?? []
  const nobodys = may.any?.includes('anyone') ? [] : [owner]
  for (const role of owners.length > 0 ? owners : nobodys) {
    const person = world.person('owner', role)
    const prepared = await prepare(world, person, role)
    wrong.push(...(await mustBeKeptOut(route, fixture, prepared, `a ${role}`)))
    // After the strangers: that it succeeds shows that they changed nothing, and had something to be kept out of.
    if (owners.includes(role)) wrong.push(...(await mustSucceed(`its owner, a ${role},`, person.send, route, fixture, prepared)))
    if (owners.includes(role) && route.startsWith('GET')) wrong.push(...(await mustBeKeptOut(route, fixture, prepared, `a ${role}`)))
  }
  return wrong
}

describe('who may do what', () => {
  test('every route has a fixture, and every fixture a route', () => {
    expect(routes.filter((route) => !(route in fixtures))).toEqual([])
    expect(Object.keys(fixtures).filter((route) => !routes.includes(route))).toEqual([])
  })
  test('every policy is named by a route, or decides within one', () => {
    const named = new Set(
      documents.flatMap(({ paths }) => Object.values(paths).flatMap((path) => Object.values(path).map((operation) => operation['x-policy']))),
    )
    expect(Object.keys(policies).filter((policy) => !named.has(policy))).toEqual(withinRoutes)
  })
  const cases = routes.flatMap((route) =>
    [fixtures[route] ?? []].flat().map((fixture) => ({ name: fixture.of === undefined ? route : `${route} (${fixture.of})`, route, fixture })),
  )
  test.each(cases)('$name lets in whom it should, and keeps everybody else out', async ({ route, fixture }) => {
    expect(await tryRoute(route, fixture)).toEqual([])
  })
})
