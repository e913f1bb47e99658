import { sleep, systemRuntime } from '@patchwork/runtime'
import { mongoForTests } from '@patchwork/testing'
import mongoose from 'mongoose'
import { declaredCollections } from './declaredCollections.ts'
import { operate } from './operations.ts'
import type { Asker, Fixture, Prepared } from './testing/access/fixture.ts'
import { fixtures } from './testing/access/index.ts'
import { openWorld, type World } from './testing/access/world.ts'
import type { Answer, Send } from './testing/openPlace.ts'

// Every question that the services ask of MongoDB while every route, every consumer and every operation is at work: as it was really asked, explained by
// the server. The store refuses a question that no declared index serves; this shows that the server uses it.

const mongo = await mongoForTests()
afterAll(() => mongo?.stop())
const walkWithinMs = 600_000
const triesMax = 300

type Command = Record<string, unknown> & { $db?: string }
const questions = ['find', 'aggregate', 'count', 'update', 'delete'] as const

/** What a question looks like, whatever is asked for: two of one form have one plan. */
const formOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.every((one) => typeof one !== 'object' || one === null) ? ['…'] : value.map(formOf)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return '…'
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(entries.map(([name, inner]) => [name, formOf(inner)]))
}
const asAsked = ({ find, aggregate, count, update, delete: remove, filter, pipeline, query, updates, deletes, sort, limit, hint }: Command): Command => {
  if (find !== undefined) return { find, filter, ...(sort !== undefined && { sort }), ...(limit !== undefined && { limit }) } as Command
  if (aggregate !== undefined) return { aggregate, pipeline, cursor: {}, ...(hint !== undefined && { hint }) } as Command
  if (count !== undefined) return { count, query } as Command
  if (update !== undefined) return { update, updates: (updates as unknown[]).slice(0, 1) } as Command
  return { delete: remove, deletes: (deletes as unknown[]).slice(0, 1) } as Command
}

/** Listens to every command that goes to the server; gives one of each form. */
const listen = () => {
  const asked = new Map<string, Command>()
  for (const connection of mongoose.connections) {
    if (connection.readyState !== mongoose.ConnectionStates.connected) continue
    connection.getClient().on('commandStarted', ({ commandName, command }) => {
      if (!(questions as readonly string[]).includes(commandName)) return
      const question = asAsked(command as Command)
      const form = question.update === undefined ? formOf(question) : formOf({ ...question, updates: (question.updates as { q: unknown }[]).map(({ q }) => q) })
      const name = JSON.stringify([commandName, question[commandName], form])
      if (!asked.has(name)) asked.set(name, question)
    })
  }
  return asked
}

const sendAs = (world: World, asker: Asker): Send => {
  if (asker === 'anyone') return world.anyone
  return asker.startsWith('service ') ? world.service(asker.slice('service '.length)) : world.person('owner', asker as never).send
}

const request = (send: Send, route: string, { params = {}, query, body, bytes }: Prepared): Promise<Answer> => {
  const [method, template] = route.split(' ') as [string, string]
  const path = template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''))
  return send(method, path, { ...(query && { query }), ...(body && { body }), ...(bytes && { bytes }) })
}

/** Uses a route as everybody who may; of a list the page after the first too. */
const useRoute = async (world: World, route: string, fixture: Fixture): Promise<number> => {
  const { may, owner = 'navigator', without = [], prepare } = fixture
  let answered = 0
  for (const asker of [...(may.own ?? []).filter((role) => !without.includes(role)), ...(may.any ?? [])]) {
    const isOwner = may.own?.includes(asker as never) ?? false
    const prepared = await prepare(world, world.person('owner', isOwner ? (asker as never) : owner), asker)
    // What is still on its way to a neighbour may take a moment.
    for (let tries = 0; tries < triesMax; tries += 1) {
      const answer = await request(sendAs(world, asker), route, prepared)
      const isAnswered = answer.status < 300 || fixture.orProblem?.includes(String(answer.body.code)) === true
      if (isAnswered) answered += 1
      if (isAnswered) break
      await sleep(systemRuntime, 100)
    }
    if (!route.startsWith('GET')) continue
    const query = { ...prepared.query, limit: '1' }
    const first = await request(sendAs(world, asker), route, { ...prepared, query })
    const { after } = first.body
    if (typeof after === 'string') await request(sendAs(world, asker), route, { ...prepared, query: { ...query, after } })
  }
  return answered
}

const stagesIn = (plan: unknown): string[] => [...JSON.stringify(plan).matchAll(/"stage":"(\w+)"/g)].map(([, stage]) => stage as string)
/** Whether it asks for all there is: then there is nothing to look up. How many there are is told by the index of ids. */
const asksForAll = ({ find, filter, sort, query, pipeline }: Command): boolean => {
  const isEmpty = (conditions: unknown) => conditions === undefined || Object.keys(conditions as object).length === 0
  if (pipeline !== undefined) {
    const [{ $match } = {}, { $group } = {}] = pipeline as { $match?: object; $group?: { _id: unknown } }[]
    return isEmpty($match) && $group?._id !== 1
  }
  return find === undefined ? isEmpty(query) : isEmpty(filter) && sort === undefined
}

/** Whether it asks for an order, beyond that of the ids, by which the store tells pages apart. */
const isOrdered = ({ sort }: Command): boolean => sort instanceof Map && [...sort.keys()].some((field) => field !== '_id')

/** Collections of which a page may be sorted in memory, with the reason. */
const sortedInMemory: Record<string, string> = {
  referral__referral: 'what was sent to several organisations of one person: each comes in order, and few documents are as soon sorted as merged',
}

const onMongo = mongo ? test : test.skip
onMongo(
  'no question that the services ask reads a whole collection or sorts in memory by what it asks for, and no collection is opened that was not declared',
  async () => {
    const uri = `${mongo!.uri}${mongo!.uri.includes('?') ? '&' : '?'}monitorCommands=true`
    const world = await openWorld({ MONGODB_URI: uri })
    const connection = await mongoose.createConnection(mongo!.uri).asPromise()
    try {
      const asked = listen()
      const unanswered: string[] = []
      for (const [route, all] of Object.entries(fixtures))
        for (const fixture of [all].flat()) if ((await useRoute(world, route, fixture as Fixture)) === 0) unanswered.push(route)
      await world.caughtUp()
      for (const name of ['verify', 'rebuild', 'dead-letters-list', 'dead-letters-replay'] as const) await operate(world.place, { name })
      const wrong: string[] = []
      for (const [form, question] of asked) {
        const { queryPlanner, stages } = (await connection.db!.command({ explain: question, verbosity: 'queryPlanner' })) as {
          queryPlanner?: { winningPlan: unknown }
          stages?: { $cursor?: { queryPlanner: { winningPlan: unknown } } }[]
        }
        const used = stagesIn(queryPlanner?.winningPlan ?? stages?.[0]?.$cursor?.queryPlanner.winningPlan)
        expect(used.length).toBeGreaterThan(0)
        if (used.includes('COLLSCAN') && !asksForAll(question)) wrong.push(`reads a whole collection: ${form}`)
        if (isOrdered(question) && used.includes('SORT') && !((question.find as string) in sortedInMemory)) wrong.push(`sorts in memory: ${form}`)
      }
      process.stdout.write(`queries: ${asked.size} forms of question explained, over ${Object.keys(fixtures).length} routes\n`)
      expect(wrong).toEqual([])
      expect(unanswered).toEqual([])
      expect(asked.size).toBeGreaterThan(100)
      expect([...asked.values()].filter(isOrdered).length).toBeGreaterThan(20)

      const declared = new Set((await declaredCollections(systemRuntime)).map(({ service, name }) => `${service}__${name}`))
      const present = (await connection.db!.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
      // A read model that was rebuilt lies under the next number.
      expect(present.filter((name) => !declared.has(name.replace(/-\d+$/, '-1')) && !declared.has(name))).toEqual([])
    } finally {
      await connection.close()
      await world.stop()
    }
  },
  walkWithinMs,
)
