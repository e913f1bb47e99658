import { createServiceClient } from '@patchwork/http'
import { systemRuntime } from '@patchwork/runtime'
import { type Neighbours, startNeighbours } from '../testing/neighbours.ts'
import { createContacts } from './contacts.ts'

const dataKey = systemRuntime.randomBytes(32)
let neighbours: Neighbours
beforeEach(async () => {
  neighbours = await startNeighbours(dataKey)
})
afterEach(() => neighbours.stop())

const given = () => {
  const asked: string[] = []
  const fetch: typeof systemRuntime.fetch = (address, init) => {
    asked.push(String(address))
    return systemRuntime.fetch(address, init)
  }
  const client = createServiceClient({ service: 'notification', serviceUrls: neighbours.urls, dataKey, runtime: { ...systemRuntime, fetch } })
  return { contacts: createContacts(client, systemRuntime), asked }
}
const people = (count: number) =>
  Array.from({ length: count }, (_, number) => {
    const [personId, email] = [systemRuntime.uuid(), `person${number}@example.org`]
    neighbours.people.set(personId, { name: `Person ${number}`, email, demonstration: false })
    return { personId, email }
  })

test('addresses that are wanted at a time are read together, of each person once; those wanted meanwhile in the next request', async () => {
  const { contacts, asked } = given()
  const known = people(60)
  const gone = systemRuntime.uuid()
  const wanted = [...known, ...known.slice(0, 5), { personId: gone, email: 'gone' }]
  const found = await Promise.all(wanted.map(({ personId }) => contacts.contactOf(personId)))
  expect(found.map((contact) => (typeof contact === 'string' ? contact : contact.email))).toEqual(wanted.map(({ email }) => email))
  expect(asked).toHaveLength(2)
  expect(neighbours.reads).toHaveLength(65)
})

test('one whose details cannot be read holds up nobody else', async () => {
  const { contacts } = given()
  const known = people(5)
  neighbours.unreadable.add(known[2]!.personId)
  const found = await Promise.all(known.map(({ personId }) => contacts.contactOf(personId)))
  expect(found.map((contact) => (typeof contact === 'string' ? contact : contact.email))).toEqual(
    known.map(({ email }, at) => (at === 2 ? 'unavailable' : email)),
  )
})

test('while people is away nothing is known of anybody, and nobody is taken for gone', async () => {
  const { contacts } = given()
  neighbours.away.people = true
  expect(await Promise.all(people(3).map(({ personId }) => contacts.contactOf(personId)))).toEqual(['unavailable', 'unavailable', 'unavailable'])
})
