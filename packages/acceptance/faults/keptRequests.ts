import { randomUUID } from 'node:crypto'
import type { ApiPerson, StartedPlace } from '../src/startedPlace.ts'

const requestLimitMs = 180_000
/** A request that nothing answers is given up after this, and sent again under its key. */
const attemptLimitMs = 20_000
const askedAgainAtOnce = 8
/** So many requests are begun in a second and no more: what a place was asked is asked again afterwards. The aim is 40. */
const requestsPerSecondMax = 45

/** Who acts, by the name of their demonstration account. */
const names = {
  navigator: 'Ruth Mellor',
  gardener: 'Dee Okafor',
  administrator: 'administrator',
  member: 'George Whitfield',
  otherMember: 'Nora Lindqvist',
  council: 'Priya Nair',
} as const
export type Actor = keyof typeof names

/** A command that was answered for good: the same key must give the same answer for ever. */
type Answered = { by: Actor; path: string; body: unknown; key: string; status: number; answer: unknown; at: number }
/** A message as the ledger shows it. */
export type Delivery = { messageId: string; personId: string; channel: string; template: string; causedBy: string; status: string }
/** An answer that says that it cannot be done just now. */
type Unavailable = { path: string; status: number; type: string | null; answer: Record<string, unknown>; at: number }

/** Requests that are sent until they are answered for good, across kills, and what they were answered. */
export class KeptRequests {
  private readonly place: StartedPlace
  readonly people: Record<Actor, ApiPerson>
  private readonly answered: Answered[] = []
  private readonly seen = new Map<string, Delivery>()
  private nextAt = 0
  /** What was answered with 5xx, and how often nothing answered at all. */
  readonly unavailable: Unavailable[] = []
  unanswered = 0
  /** How often a request had to wait for what a neighbour had not heard of yet. */
  waits = 0

  private constructor(place: StartedPlace, people: Record<Actor, ApiPerson>) {
    this.place = place
    this.people = people
  }

  static async begin(place: StartedPlace): Promise<KeptRequests> {
    return new KeptRequests(place, await signIn(place))
  }

  /** How many requests were answered for good. */
  get operations(): number {
    return this.answered.length
  }

  /** Sends a request under one key until it is answered for good. Throws where it is refused for what it asks. */
  async surely(by: Actor, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const key = randomUUID()
    const end = Date.now() + requestLimitMs
    await this.turn()
    for (;;) {
      const answer = await this.people[by].send('POST', path, { body, key, signal: AbortSignal.timeout(attemptLimitMs) }).catch(() => undefined)
      if (answer && answer.status < 300) {
        this.answered.push({ by, path, body, key, status: answer.status, answer: answer.body, at: Date.now() })
        return answer.body
      }
      // 404 and 409 `unknown-offer`: a neighbour has not heard of it yet. Everything else that is sent is right, so a refusal is a fault.
      if (answer && answer.status < 500 && ![404, 409].includes(answer.status))
        throw new Error(`${path} was refused: ${answer.status} ${JSON.stringify(answer.body)}`)
      if (answer === undefined) this.unanswered += 1
      else if (answer.status === 404 || answer.status === 409) this.waits += 1
      else if (answer.status >= 500)
        this.unavailable.push({ path, status: answer.status, type: answer.headers.get('content-type'), answer: answer.body, at: Date.now() })
      if (Date.now() > end) throw new Error(`${path} was never answered: ${answer?.status} ${JSON.stringify(answer?.body)}; ${this.place.output.slice(-2_000)}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  private async turn(): Promise<void> {
    const now = Date.now()
    this.nextAt = Math.max(now, this.nextAt + 1_000 / requestsPerSecondMax)
    if (this.nextAt > now) await new Promise((resolve) => setTimeout(resolve, this.nextAt - now))
  }

  /** Whoever could not be served was told so in words, as what it is. */
  expectWordsForEachRefusal(): void {
    const speechless = this.unavailable.filter(
      ({ status, type, answer }) => status !== 503 || !type?.startsWith('application/problem+json') || !answer.code || !answer.title,
    )
    expect(speechless.slice(0, 5)).toEqual([])
  }

  /**
   * Each request again under its key, in any order: the answer is the first one, and nothing more happens for it. `before`: those that were answered
   * before an instant; `elsewhere`: asked of another place, which was made of this one.
   */
  async expectSameAnswers({ before = Number.POSITIVE_INFINITY, elsewhere }: { before?: number; elsewhere?: StartedPlace } = {}): Promise<number> {
    const asked = this.answered.filter(({ at }) => at < before)
    expect(asked.length).toBeGreaterThan(20)
    const people = elsewhere ? await signIn(elsewhere) : this.people
    await forEach(asked, async ({ by, path, body, key, status, answer }) => {
      const again = await people[by].send('POST', path, { body, key })
      expect({ path, status: again.status, answer: again.body }).toEqual({ path, status, answer })
    })
    return asked.length
  }

  /** Every item of a list, over all its pages. */
  async everyItem<Item>(by: Actor, path: string, filter: Readonly<Record<string, string>> = {}): Promise<Item[]> {
    const items: Item[] = []
    for await (const page of this.pages<Item>(by, path, filter)) items.push(...page)
    return items
  }

  /**
   * What the ledger of messages holds by now, for whoever looks again and again: it is newest first, so only what is new is asked for, and two pages more for
   * what was queued at the same time. Statuses may have moved on since; whoever must know to the last one asks for every item.
   */
  async deliveries(): Promise<Delivery[]> {
    let knownPages = 0
    for await (const page of this.pages<Delivery>('administrator', '/notification/deliveries')) {
      if (page.every(({ messageId }) => this.seen.has(messageId))) knownPages += 1
      for (const delivery of page) this.seen.set(delivery.messageId, delivery)
      if (knownPages === 2) break
    }
    return [...this.seen.values()]
  }

  private async *pages<Item>(by: Actor, path: string, filter: Readonly<Record<string, string>> = {}): AsyncGenerator<Item[]> {
    let after: string | undefined
    do {
      const query = new URLSearchParams({ limit: '200', ...filter, ...(after === undefined ? {} : { after }) })
      const { status, body } = await this.people[by].send<{ items: Item[]; after?: string }>('GET', `${path}?${query}`)
      expect({ path, status }).toEqual({ path, status: 200 })
      yield body.items
      after = body.after
    } while (after !== undefined)
  }
}

/** Does something for each of many, some at a time. */
export const forEach = async <One>(all: Iterable<One>, doing: (one: One) => Promise<void>): Promise<void> => {
  const left = [...all].reverse()
  const next = async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) await doing(one)
  }
  await Promise.all(Array.from({ length: askedAgainAtOnce }, next))
}

/** Signed in for as long as it takes: whoever is told to sign in again does, once, and asks anew. */
const signedIn = async (place: StartedPlace, name: string): Promise<ApiPerson> => {
  let person = place.as(name)
  const { personId } = await person
  return {
    personId,
    send: async (...request) => {
      const asked = person
      const answer = await (await asked).send<never>(...request)
      if (answer.status !== 401) return answer
      if (person === asked) {
        person = place.as(name)
        // One that could not is tried anew by the next request.
        person.catch(() => {
          person = asked
        })
      }
      return (await person).send(...request)
    },
  }
}

const signIn = async (place: StartedPlace): Promise<Record<Actor, ApiPerson>> => {
  const people = Object.entries(names).map(async ([actor, name]) => [actor, await signedIn(place, name)] as const)
  return Object.fromEntries(await Promise.all(people)) as Record<Actor, ApiPerson>
}
