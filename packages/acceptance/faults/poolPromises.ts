import { randomUUID } from 'node:crypto'
import { calendarDay } from '@patchwork/runtime'
import { until } from '../src/startedPlace.ts'
import { type Delivery, forEach, type KeptRequests } from './keptRequests.ts'

const dayMs = 86_400_000
const dayIn = (days: number): string => calendarDay(Date.now() + days * dayMs)
/** The demonstration's own shares end on this day: a stretch of days counts what lies wholly within it. */
const lastDay = 55
/** What a turn spends of the member's share, and takes out of the pool again. */
const [spentPence, releasedPence] = [2, 1]
/** A budget holds so many earmarks at the most, and a load of a night must not come to them: one is for some turns. */
const turnsPerEarmark = 8
const setAsidePence = turnsPerEarmark * (spentPence + releasedPence)

type Sums = { freePence: number; committedPence: number; paidPence: number }
type PoolView = { mine: Sums; members: { memberId: string }[] }
/** One that was taken back counts as refused. */
type Ends = 'paid' | 'refused'
/** The days of all shares, both counted. */
type Days = { fromOn: string; untilOn: string }
/** How the pool and the member's budget stood before. */
type Start = { at: string; outcome: { outcomeId: string; kind: string }; payeeOrganisationId: string; days: Days; mine: Sums; available: number; told: Told }
/** How many messages of payments and of votes the two have. */
type Told = { paid: number; asked: number }
const toldWithinMs = 180_000
const lookEveryMs = 1_000

/** Two neighbours of the demonstration's pool and the council that holds its money, and everything they were told had happened. */
export class PoolPromises {
  private readonly requests: KeptRequests
  private readonly start: Start
  private readonly ends = new Map<string, Ends>()
  /** Invoice numbers of this load are its own: another may have run in the same place. */
  private readonly series = randomUUID().slice(0, 8)
  turns = 0

  private constructor(requests: KeptRequests, start: Start) {
    this.requests = requests
    this.start = start
  }

  static async begin(requests: KeptRequests): Promise<PoolPromises> {
    const { member, gardener } = requests.people
    const pools = await member.send<{ items: { poolId: string }[] }>('GET', '/personal-budget-pooling/pools')
    const budget = await member.send<{ budget: { outcomes: Start['outcome'][] } }>('GET', '/personal-budget-pooling/budgets/mine')
    const payee = await gardener.send<{ items: { organisationId: string }[] }>('GET', '/provider-directory/organisations/mine')
    const at = `/personal-budget-pooling/pools/${pools.body.items[0]?.poolId}`
    const pool = await member.send<PoolView>('GET', at)
    // Said once: a load that runs past midnight must not ask for other days at its end than it set aside from its start.
    const days = { fromOn: dayIn(0), untilOn: dayIn(lastDay) }
    return new PoolPromises(requests, {
      at,
      outcome: budget.body.budget.outcomes[0] as Start['outcome'],
      payeeOrganisationId: payee.body.items[0]?.organisationId as string,
      days,
      mine: pool.body.mine,
      available: await availableTo(requests, days),
      told: toldTo(requests, await requests.deliveries()),
    })
  }

  /** One turn of a pool: a share set aside where none is left, a spend proposed, then agreed and paid or taken back, and a part of the share taken out again. */
  async turn(): Promise<void> {
    this.turns += 1
    const count = this.turns
    const share = { fundSource: 'council-net', outcomeId: this.start.outcome.outcomeId }
    if (count % turnsPerEarmark === 1)
      await this.requests.surely('member', `${this.start.at}/earmarks`, { ...share, amountPence: setAsidePence, ...this.start.days })
    const { spendId } = (await this.requests.surely('member', `${this.start.at}/spends`, {
      payeeOrganisationId: this.start.payeeOrganisationId,
      invoiceNumber: `${this.series} ${count}`,
      invoicedOn: dayIn(-1),
      totalPence: spentPence,
      purpose: `One cut of the hedge, turn ${count}`,
      shares: [{ memberId: this.requests.people.member.personId, amountPence: spentPence, outcomeKind: this.start.outcome.kind }],
    })) as { spendId: string }
    const spend = `${this.start.at}/spends/${spendId}`
    if (count % 3 === 0) {
      await this.requests.surely('member', `${spend}/take-back`)
      this.ends.set(spendId, 'refused')
    } else {
      await this.requests.surely('otherMember', `${spend}/votes`, { vote: 'approve' })
      await this.requests.surely('council', `${spend}/payment`, { paidOn: dayIn(0), reference: `BACS ${count}` })
      this.ends.set(spendId, 'paid')
    }
    await this.requests.surely('member', `${this.start.at}/releases`, { ...share, amountPence: releasedPence })
  }

  /** To the penny: what the pool says is the member's, and what their budget has left, are what the answers add up to. */
  async expectToThePenny(): Promise<void> {
    expect(this.turns).toBeGreaterThan(0)
    const paid = [...this.ends.values()].filter((end) => end === 'paid').length
    const pool = await this.requests.people.member.send<PoolView>('GET', this.start.at)
    const { freePence, committedPence, paidPence } = pool.body.mine
    expect({ freePence, committedPence, paidPence }).toEqual({
      freePence: this.start.mine.freePence + this.kept() - paid * spentPence,
      committedPence: this.start.mine.committedPence,
      paidPence: this.start.mine.paidPence + paid * spentPence,
    })
    // What was released comes back to the budget by its event.
    const left = this.start.available - this.kept()
    await until('the budget has back what was released', async () => (await this.available()) === left, toldWithinMs, lookEveryMs).catch(() => undefined)
    expect(await this.available()).toBe(left)
    await forEach(this.ends, async ([spendId, status]) => {
      const { body } = await this.requests.people.member.send('GET', `${this.start.at}/spends/${spendId}`)
      expect({ spendId, status: body.status }).toEqual({ spendId, status })
    })
  }

  /** Who proposed is told of each spend that was paid, and the others of each that waited for their vote, once. */
  async expectMessagesOnce(): Promise<void> {
    await this.everybodyIsTold().catch(() => undefined)
    expect(toldTo(this.requests, await this.requests.everyItem<Delivery>('administrator', '/notification/deliveries'))).toEqual(this.due())
  }

  /** Waits until everybody is told of what was answered so far. Throws when they never are. */
  async everybodyIsTold(): Promise<void> {
    const due = JSON.stringify(this.due())
    await until(
      'everybody is told of the spends',
      async () => JSON.stringify(toldTo(this.requests, await this.requests.deliveries())) === due,
      toldWithinMs,
      lookEveryMs,
    )
  }

  /** What was set aside and not taken out again. */
  private kept(): number {
    return Math.ceil(this.turns / turnsPerEarmark) * setAsidePence - this.turns * releasedPence
  }

  private available(): Promise<number> {
    return availableTo(this.requests, this.start.days)
  }

  private due(): Told {
    const { paid, asked } = this.start.told
    return { paid: paid + [...this.ends.values()].filter((end) => end === 'paid').length, asked: asked + this.turns }
  }
}

const toldTo = (requests: KeptRequests, ledger: readonly Delivery[]): Told => {
  const count = (by: 'member' | 'otherMember', template: string) =>
    ledger.filter((one) => one.personId === requests.people[by].personId && one.channel === 'page' && one.template === template).length
  return { paid: count('member', 'spend-paid'), asked: count('otherMember', 'spend-waits-for-vote') }
}

/** What the member's budget still has to set aside over these days. */
const availableTo = async ({ people }: KeptRequests, { fromOn, untilOn }: Days): Promise<number> => {
  const { body } = await people.member.send<{ budget: { available: { fundSource: string; pence: number }[] } }>(
    'GET',
    `/personal-budget-pooling/budgets/mine?fromOn=${fromOn}&untilOn=${untilOn}`,
  )
  return body.budget.available.find(({ fundSource }) => fundSource === 'council-net')?.pence ?? 0
}
