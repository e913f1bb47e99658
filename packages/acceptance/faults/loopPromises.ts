import { randomUUID } from 'node:crypto'
import { until } from '../src/startedPlace.ts'
import { type Delivery, forEach, type KeptRequests } from './keptRequests.ts'

type Status = 'sent' | 'accepted' | 'declined' | 'concluded'
type Message = { template: string; link?: string }
const toldWithinMs = 180_000
const lookEveryMs = 1_000

/** The people of the loop, and everything they were told had happened. */
export class LoopPromises {
  private readonly requests: KeptRequests
  private readonly personId: string
  private readonly offerId: string
  private readonly statuses = new Map<string, Status>()
  turns = 0

  private constructor(requests: KeptRequests, ids: { personId: string; offerId: string }) {
    this.requests = requests
    this.personId = ids.personId
    this.offerId = ids.offerId
  }

  /** A resident of their own to refer, so that everything about them is the loop's. */
  static async begin(requests: KeptRequests): Promise<LoopPromises> {
    const { people } = requests
    const registered = await people.navigator.send<{ personId: string }>('POST', '/people/people', {
      body: { name: 'Kill Test', accessNeeds: [], how: 'by-navigator' },
      key: randomUUID(),
    })
    const mine = await people.gardener.send<{ items: { organisationId: string }[] }>('GET', '/provider-directory/organisations/mine')
    const at = `/provider-directory/organisations/${mine.body.items[0]?.organisationId}`
    const organisation = await people.gardener.send<{ offers: { offerId: string }[] }>('GET', at)
    return new LoopPromises(requests, { personId: registered.body.personId, offerId: organisation.body.offers[0]?.offerId as string })
  }

  /** One turn of the loop: a need, a referral, then accepted (and perhaps concluded with its outcome) or declined. */
  async turn(): Promise<void> {
    this.turns += 1
    const count = this.turns
    const need = await this.requests.surely('navigator', '/referral/needs', {
      personId: this.personId,
      track: 'be-helped',
      category: 'garden-and-home',
      words: `The hedge, turn ${count}`,
      desiredOutcomes: ['It is cut'],
      accessNeeds: [],
    })
    const basis = { kind: 'consent', given: 'spoken' }
    const { referralId } = (await this.requests.surely('navigator', '/referral/referrals', { needId: need.needId, offerId: this.offerId, basis })) as {
      referralId: string
    }
    this.statuses.set(referralId, 'sent')
    const at = `/referral/referrals/${referralId}`
    if (count % 4 === 3) {
      await this.requests.surely('gardener', `${at}/decline`, { reason: 'no-capacity' })
      this.statuses.set(referralId, 'declined')
      return
    }
    await this.requests.surely('gardener', `${at}/acceptance`)
    this.statuses.set(referralId, 'accepted')
    if (count % 4 === 2) return
    await this.requests.surely('navigator', `${at}/outcomes`, { outcomeId: (need.outcomeIds as string[])[0], result: 'achieved' })
    await this.requests.surely('navigator', `${at}/conclusion`, { reason: 'completed' })
    this.statuses.set(referralId, 'concluded')
  }

  /** Each referral stands where its last answer said, with the outcome and the reason that were given. */
  async expectReferralsAsAnswered(): Promise<void> {
    expect(this.statuses.size).toBeGreaterThan(3)
    await forEach(this.statuses, async ([referralId, status]) => {
      const { body } = await this.requests.people.navigator.send<Record<string, unknown> & { outcomes: { result?: string }[] }>(
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
      const history = await this.requests.people.navigator.send<{ items: { type: string }[] }>('GET', `/referral/referrals/${referralId}/history`)
      expect(history.body.items.map(({ type }) => type)).toEqual(historyOf(status))
    })
  }

  /** Everybody was told of each thing that concerns them, once. What was caused last may still be under way, so it is waited for. */
  async expectMessagesOnce(): Promise<void> {
    const of = (...wanted: Status[]) => this.referralsOf(...wanted)
    await this.everybodyIsTold().catch(() => undefined)
    const ledger = await this.requests.everyItem<Delivery>('administrator', '/notification/deliveries')
    expect(this.toldToResident(ledger)).toEqual(this.dueToResident())
    const expected = {
      gardener: {
        'request-received': of('sent', 'accepted', 'declined', 'concluded'),
        'request-outcome': of('concluded'),
        'request-concluded': of('concluded'),
      },
      navigator: { 'referral-accepted': of('accepted', 'concluded'), 'referral-declined': of('declined') },
    }
    for (const by of ['gardener', 'navigator'] as const) {
      const messages = await this.requests.everyItem<Message>(by, '/notification/messages')
      for (const [template, ids] of Object.entries(expected[by])) {
        const linked = messages.filter((message) => message.template === template).map(({ link }) => link?.split('/').at(-1) as string)
        expect({ template, ids: linked.filter((id) => this.statuses.has(id)).sort() }).toEqual({ template, ids: [...ids].sort() })
      }
    }
    const messages = ledger.map(({ personId, channel, template, causedBy }) => `${template} by ${channel} to ${personId} for ${causedBy}`)
    expect(messages.length).toBeGreaterThan(0)
    const seen = new Set<string>()
    expect(messages.filter((message) => seen.size === seen.add(message).size)).toEqual([])
  }

  /** Waits until the resident is told of everything that was answered so far. Throws when they never are. */
  async everybodyIsTold(): Promise<void> {
    const due = JSON.stringify(this.dueToResident())
    await until('everybody is told', async () => JSON.stringify(this.toldToResident(await this.requests.deliveries())) === due, toldWithinMs, lookEveryMs)
  }

  private dueToResident(): Record<string, number> {
    const due = {
      'request-sent-for-you': this.statuses.size,
      'request-accepted': this.referralsOf('accepted', 'concluded').length,
      'request-declined': this.referralsOf('declined').length,
      'outcome-for-you': this.referralsOf('concluded').length,
      'request-concluded-for-you': this.referralsOf('concluded').length,
    }
    return sorted(Object.fromEntries(Object.entries(due).filter(([, count]) => count > 0)))
  }

  private referralsOf(...wanted: Status[]): string[] {
    return [...this.statuses].filter(([, status]) => wanted.includes(status)).map(([referralId]) => referralId)
  }

  private toldToResident(ledger: readonly Delivery[]): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { personId, channel, template } of ledger) if (personId === this.personId && channel === 'page') counts[template] = (counts[template] ?? 0) + 1
    return sorted(counts)
  }
}

const historyOf = (status: Status): string[] => {
  const types = ['sent']
  if (status === 'declined') types.push('declined')
  if (status === 'accepted' || status === 'concluded') types.push('accepted')
  if (status === 'concluded') types.push('outcome-recorded', 'concluded')
  return types.map((type) => `referral.${type}.v1`)
}

const sorted = (counts: Record<string, number>) => Object.fromEntries(Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1)))
