import { randomUUID } from 'node:crypto'
import { type ApiPerson, type StartedPlace, until } from '../src/startedPlace.ts'

const requestLimitMs = 180_000
const askedAgainAtOnce = 8

type Actor = 'navigator' | 'gardener'
/** A command that was answered for good: the same key must give the same answer for ever. */
type Answered = { by: Actor; path: string; body: unknown; key: string; status: number; answer: unknown }
type Status = 'sent' | 'accepted' | 'declined' | 'concluded'
type Message = { template: string; link?: string }
type Delivery = { personId: string; channel: string; template: string; causedBy: string }

/** The people of the loop, and everything they were told had happened. */
export class LoopPromises {
  private readonly place: StartedPlace
  private people: Record<Actor | 'administrator', ApiPerson>
  private readonly personId: string
  private readonly offerId: string
  private readonly answered: Answered[] = []
  private readonly statuses = new Map<string, Status>()
  turns = 0

  private constructor(place: StartedPlace, people: LoopPromises['people'], ids: { personId: string; offerId: string }) {
    this.place = place
    this.people = people
    this.personId = ids.personId
    this.offerId = ids.offerId
  }

  /** A resident of their own to refer, so that everything about them is the loop's. */
  static async begin(place: StartedPlace): Promise<LoopPromises> {
    const people = await signIn(place)
    const registered = await people.navigator.send<{ personId: string }>('POST', '/people/people', {
      body: { name: 'Kill Test', accessNeeds: [], how: 'by-navigator' },
      key: randomUUID(),
    })
    const mine = await people.gardener.send<{ items: { organisationId: string }[] }>('GET', '/provider-directory/organisations/mine')
    const at = `/provider-directory/organisations/${mine.body.items[0]?.organisationId}`
    const organisation = await people.gardener.send<{ offers: { offerId: string }[] }>('GET', at)
    return new LoopPromises(place, people, { personId: registered.body.personId, offerId: organisation.body.offers[0]?.offerId as string })
  }

  async signInAgain(): Promise<void> {
    this.people = await signIn(this.place)
  }

  /** One turn of the loop: a need, a referral, then accepted (and perhaps concluded with its outcome) or declined. */
  async turn(): Promise<void> {
    this.turns += 1
    const count = this.turns
    const need = await this.surely('navigator', '/referral/needs', {
      personId: this.personId,
      track: 'be-helped',
      category: 'garden-and-home',
      words: `The hedge, turn ${count}`,
      desiredOutcomes: ['It is cut'],
      accessNeeds: [],
    })
    const basis = { kind: 'consent', given: 'spoken' }
    const { referralId } = (await this.surely('navigator', '/referral/referrals', { needId: need.needId, offerId: this.offerId, basis })) as {
      referralId: string
    }
    this.statuses.set(referralId, 'sent')
    const at = `/referral/referrals/${referralId}`
    if (count % 4 === 3) {
      await this.surely('gardener', `${at}/decline`, { reason: 'no-capacity' })
      this.statuses.set(referralId, 'declined')
      return
    }
    await this.surely('gardener', `${at}/acceptance`)
    this.statuses.set(referralId, 'accepted')
    if (count % 4 === 2) return
    await this.surely('navigator', `${at}/outcomes`, { outcomeId: (need.outcomeIds as string[])[0], result: 'achieved' })
    await this.surely('navigator', `${at}/conclusion`, { reason: 'completed' })
    this.statuses.set(referralId, 'concluded')
  }

  /** Sends a request under one key until it is answered for good, across kills. */
  private async surely(by: Actor, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const key = randomUUID()
    const end = Date.now() + requestLimitMs
    for (;;) {
      const answer = await this.people[by].send('POST', path, { body, key }).catch(() => undefined)
      if (answer && answer.status < 300) {
        this.answered.push({ by, path, body, key, status: answer.status, answer: answer.body })
        return answer.body
      }
      if (answer?.status === 401) await this.signInAgain().catch(() => undefined)
      // 404 and 409 `unknown-offer`: a neighbour has not heard of it yet. Everything else the loop sends is right, so a refusal is a fault.
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

  /** Each referral stands where its last answer said, with the outcome and the reason that were given. */
  async expectReferralsAsAnswered(): Promise<void> {
    expect(this.statuses.size).toBeGreaterThan(20)
    for (const [referralId, status] of this.statuses) {
      const { body } = await this.people.navigator.send<Record<string, unknown> & { outcomes: { result?: string }[] }>(
        'GET',
        `/referral/referrals/${referralId}`,
      )
      const { declineReason, endReason, outcomes } = body
      expect({ referralId, status: body.status, declineReason, endReason, results: outcomes.map(({ result }) => result) }).toEqual({
        referralId,
        status,
        declineReason: status === 'declined' ? 'no-capacity' : undefined,
        endReason: status === 'concluded' ? 'completed' : undefined,
        results: [status === 'concluded' ? 'achieved' : undefined],
      })
      const history = await this.people.navigator.send<{ items: { type: string }[] }>('GET', `/referral/referrals/${referralId}/history`)
      expect(history.body.items.map(({ type }) => type)).toEqual(historyOf(status))
    }
  }

  /** Everybody was told of each thing that concerns them, once. What was caused last may still be under way, so it is waited for. */
  async expectMessagesOnce(): Promise<void> {
    const referrals = [...this.statuses]
    const of = (...wanted: Status[]) => referrals.filter(([, status]) => wanted.includes(status)).map(([referralId]) => referralId)
    const expected = {
      gardener: {
        'request-received': of('sent', 'accepted', 'declined', 'concluded'),
        'request-outcome': of('concluded'),
        'request-concluded': of('concluded'),
      },
      navigator: { 'referral-accepted': of('accepted', 'concluded'), 'referral-declined': of('declined') },
    }
    const told = { 'request-sent-for-you': referrals.length, 'request-accepted': of('accepted', 'concluded').length }
    const resident = {
      ...told,
      'request-declined': of('declined').length,
      'outcome-for-you': of('concluded').length,
      'request-concluded-for-you': of('concluded').length,
    }
    await until('everybody is told', async () => JSON.stringify(await this.toldToResident()) === JSON.stringify(sorted(resident))).catch(() => undefined)
    expect(await this.toldToResident()).toEqual(sorted(resident))
    for (const by of ['gardener', 'navigator'] as const) {
      const messages = await this.everyItem<Message>(by, '/notification/messages')
      for (const [template, ids] of Object.entries(expected[by])) {
        const linked = messages.filter((message) => message.template === template).map(({ link }) => link?.split('/').at(-1) as string)
        expect({ template, ids: linked.filter((id) => this.statuses.has(id)).sort() }).toEqual({ template, ids: [...ids].sort() })
      }
    }
    const ledger = await this.everyItem<Delivery>('administrator', '/notification/deliveries')
    const messages = ledger.map(({ personId, channel, template, causedBy }) => `${template} by ${channel} to ${personId} for ${causedBy}`)
    expect(messages.length).toBeGreaterThan(0)
    expect(messages.filter((message, at) => messages.indexOf(message) !== at)).toEqual([])
  }

  private async toldToResident(): Promise<Record<string, number>> {
    const ledger = await this.everyItem<Delivery>('administrator', '/notification/deliveries')
    const counts: Record<string, number> = {}
    for (const { personId, channel, template } of ledger) if (personId === this.personId && channel === 'page') counts[template] = (counts[template] ?? 0) + 1
    return sorted(counts)
  }

  private async everyItem<Item>(by: keyof LoopPromises['people'], path: string): Promise<Item[]> {
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

const signIn = async (place: StartedPlace): Promise<LoopPromises['people']> => ({
  navigator: await place.as('Ruth Mellor'),
  gardener: await place.as('Dee Okafor'),
  administrator: await place.as('administrator'),
})

const historyOf = (status: Status): string[] => {
  const types = ['sent']
  if (status === 'declined') types.push('declined')
  if (status === 'accepted' || status === 'concluded') types.push('accepted')
  if (status === 'concluded') types.push('outcome-recorded', 'concluded')
  return types.map((type) => `referral.${type}.v1`)
}

const sorted = (counts: Record<string, number>) => Object.fromEntries(Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1)))
