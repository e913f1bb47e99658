import { randomUUID } from 'node:crypto'
import type { ApiPerson, StartedPlace } from '../src/startedPlace.ts'

const requestLimitMs = 180_000
const askedAgainAtOnce = 8

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
type Answered = { by: Actor; path: string; body: unknown; key: string; status: number; answer: unknown }

/** Requests that are sent until they are answered for good, across kills, and what they were answered. */
export class KeptRequests {
  private readonly place: StartedPlace
  people: Record<Actor, ApiPerson>
  private readonly answered: Answered[] = []

  private constructor(place: StartedPlace, people: Record<Actor, ApiPerson>) {
    this.place = place
    this.people = people
  }

  static async begin(place: StartedPlace): Promise<KeptRequests> {
    return new KeptRequests(place, await signIn(place))
  }

  async signInAgain(): Promise<void> {
    this.people = await signIn(this.place)
  }

  /** Sends a request under one key until it is answered for good. Throws where it is refused for what it asks. */
  async surely(by: Actor, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const key = randomUUID()
    const end = Date.now() + requestLimitMs
    for (;;) {
      const answer = await this.people[by].send('POST', path, { body, key }).catch(() => undefined)
      if (answer && answer.status < 300) {
        this.answered.push({ by, path, body, key, status: answer.status, answer: answer.body })
        return answer.body
      }
      if (answer?.status === 401) await this.signInAgain().catch(() => undefined)
      // 404 and 409 `unknown-offer`: a neighbour has not heard of it yet. Everything else that is sent is right, so a refusal is a fault.
      else if (answer && answer.status < 500 && ![404, 409].includes(answer.status))
        throw new Error(`${path} was refused: ${answer.status} ${JSON.stringify(answer.body)}`)
      if (Date.now() > end) throw new Error(`${path} was never answered: ${answer?.status} ${JSON.stringify(answer?.body)}; ${this.place.output.slice(-2_000)}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** Each request again under its key, in any order: the answer is the first one, and nothing more happens for it. */
  async expectSameAnswers(): Promise<void> {
    expect(this.answered.length).toBeGreaterThan(100)
    const left = [...this.answered]
    const askAgain = async () => {
      for (let one = left.pop(); one; one = left.pop()) {
        const { by, path, body, key, status, answer } = one
        const again = await this.people[by].send('POST', path, { body, key })
        expect({ path, status: again.status, answer: again.body }).toEqual({ path, status, answer })
      }
    }
    await Promise.all(Array.from({ length: askedAgainAtOnce }, askAgain))
  }

  /** Every item of a list, over all its pages. */
  async everyItem<Item>(by: Actor, path: string): Promise<Item[]> {
    const items: Item[] = []
    let after: string | undefined
    do {
      const query = new URLSearchParams({ limit: '200', ...(after === undefined ? {} : { after }) })
      const { status, body } = await this.people[by].send<{ items: Item[]; after?: string }>('GET', `${path}?${query}`)
      expect({ path, status }).toEqual({ path, status: 200 })
      items.push(...body.items)
      after = body.after
    } while (after !== undefined)
    return items
  }
}

const signIn = async (place: StartedPlace): Promise<Record<Actor, ApiPerson>> => {
  const people = Object.entries(names).map(async ([actor, name]) => [actor, await place.as(name)] as const)
  return Object.fromEntries(await Promise.all(people)) as Record<Actor, ApiPerson>
}
