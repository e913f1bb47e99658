import { equalSplit } from './apportion.ts'
import { paidKeptMax } from './pool.ts'
import {
  beatrice,
  earmark,
  found,
  gardener,
  george,
  given,
  harold,
  holder,
  id,
  join,
  leave,
  members,
  nora,
  open,
  outcomeOf,
  pay,
  priya,
  propose,
  release,
  reverse,
  sign,
  spend,
  stranger,
  takeBack,
  terms,
  tooLate,
  vote,
} from './testExamples.ts'

const [s1, s2] = [id(101), id(102)]
const small = spend(s1, [
  [george, 1_000],
  [nora, 1_000],
])
const large = spend(s1, [
  [george, 3_000],
  [nora, 3_000],
])

describe('P1 rules', () => {
  test('the pool opens with the last signature of at least two', () => {
    given(found, join(nora), propose(), sign(george)).when(sign(nora)).thenTells('pool.rules-signed.v1', 'pool.rules-came-into-force.v1')
    given(found, propose()).when(sign(george)).thenTells('pool.rules-signed.v1')
    given(found, join(nora), join(harold), propose(), sign(george)).when(sign(nora)).thenTells('pool.rules-signed.v1')
  })
  test('signing twice changes nothing', () => given(found, join(nora), propose(), sign(george)).when(sign(george)).thenNothing())
  test('an old version cannot be signed, nor one that is not there', () => {
    given(found, join(nora), propose(), propose()).when(sign(george, 1)).thenThrows('rules-old')
    given(found, propose()).when(sign(george, 2)).thenThrows('rules-unknown')
    given(...open(), propose(), ...members.map((member) => sign(member, 2)))
      .when(sign(george, 1))
      .thenThrows('rules-old')
  })
  test('a new version leaves the one in force until all have signed it', () => {
    const waiting = given(...open(), propose(nora), ...members.slice(1).map((member) => sign(member, 2)))
    expect(waiting.when(sign(nora, 2)).pool()?.rulesInForce?.rulesVersion).toBe(1)
    expect(waiting.when(sign(george, 2)).pool()?.rulesInForce?.rulesVersion).toBe(2)
  })
  test('who joins later does not close the pool, and takes part in money once they have signed', () => {
    given(...open(), join(stranger))
      .when(earmark(stranger, 100))
      .thenThrows('rules-not-signed')
    given(...open(), join(stranger))
      .when(earmark(george, 100))
      .thenTells('pool.share-earmarked.v1')
    given(...open(), join(stranger), sign(stranger))
      .when(earmark(stranger, 100))
      .thenTells('pool.share-earmarked.v1')
  })
  test('nothing is earmarked before the pool is open', () => given(found, join(nora)).when(earmark(george, 1)).thenThrows('pool-not-open'))
  test('when the only one who had not signed leaves, the rules come into force', () =>
    given(found, join(nora), join(harold), propose(), sign(george), sign(nora))
      .when(leave(harold))
      .thenTells('pool.member-left.v1', 'pool.rules-came-into-force.v1'))
  test('bands rise, and only the last has no end', () => {
    given(found)
      .when(propose(george, { approvals: [{ needed: 1 }, { needed: 2 }] }))
      .thenThrows('bands-not-in-order')
    given(found)
      .when(propose(george, { approvals: [{ uptoPence: 100, needed: 1 }] }))
      .thenThrows('bands-not-in-order')
    given(found)
      .when(propose(george, { approvals: [{ uptoPence: 200, needed: 1 }, { uptoPence: 100, needed: 2 }, { needed: 3 }] }))
      .thenThrows('bands-not-in-order')
  })
  test('a stranger proposes nothing; joining twice changes nothing', () => {
    given(found).when(propose(stranger)).thenThrows('not-your-part')
    given(found, join(nora)).when(join(nora)).thenNothing()
  })
})

describe('P4 a spend is apportioned', () => {
  test('its shares are promised at once', () =>
    given(...open(5_000))
      .when(small)
      .thenHas(george, 4_000, 1_000, 0))
  test('what is not free is refused, and so is what nobody earmarked', () => {
    given(...open(900))
      .when(small)
      .thenThrows('not-enough-free')
    given(...open())
      .when(small)
      .thenThrows('share-unmatched')
    given(...open(5_000))
      .when({ ...small, shares: [{ memberId: george.personId, amountPence: 2_000, outcomeIds: [id(99)] }] })
      .thenThrows('share-unmatched')
    given(...open(5_000))
      .when({ ...small, shares: [{ memberId: george.personId, amountPence: 2_000, fundSource: 'nhs' }] })
      .thenThrows('share-unmatched')
  })
  test('shares that do not add up to the total are refused', () =>
    given(...open(5_000))
      .when({ ...small, totalPence: 1_999 })
      .thenThrows('shares-do-not-add-up'))
  test('P3 money of the council is used first, what people pay in themselves last', () => {
    const earmarked = [earmark(george, 500, 'own-contribution'), earmark(george, 500, 'top-up'), earmark(george, 500, 'nhs'), earmark(george, 500)]
    const [proposed] = given(...open(), ...earmarked)
      .when(spend(s1, [[george, 1_600]]))
      .events()
    expect(proposed?.data).toMatchObject({
      postings: [
        { fundSource: 'council-net', amountPence: 500 },
        { fundSource: 'nhs', amountPence: 500 },
        { fundSource: 'top-up', amountPence: 500 },
        { fundSource: 'own-contribution', amountPence: 100 },
      ],
    })
  })
  test('two shares of one member never use the same penny', () =>
    given(...open(1_500))
      .when({
        ...small,
        shares: [
          { memberId: george.personId, amountPence: 1_000 },
          { memberId: george.personId, amountPence: 1_000 },
        ],
      })
      .thenThrows('not-enough-free'))
  test('an equal split loses no penny', () => {
    expect(equalSplit(['a', 'b', 'c'], 100).map(({ amountPence }) => amountPence)).toEqual([34, 33, 33])
  })
})

describe('P5 approval', () => {
  test('one of the others is enough for a small amount, two for a large one', () => {
    given(...open(5_000), small)
      .when(vote(nora, s1))
      .thenTells('pool.spend-voted.v1', 'pool.spend-instructed.v1')
    given(...open(5_000), large)
      .when(vote(nora, s1))
      .thenTells('pool.spend-voted.v1')
    given(...open(5_000), large, vote(nora, s1))
      .when(vote(harold, s1))
      .thenTells('pool.spend-voted.v1', 'pool.spend-instructed.v1')
  })
  test('who proposes does not vote, nor a stranger, nor who acts for the payee', () => {
    given(...open(5_000), small)
      .when(vote(george, s1))
      .thenThrows('not-an-approver')
    given(...open(5_000), small)
      .when(vote(stranger, s1))
      .thenThrows('not-your-part')
    given(...open(5_000), { ...small, payeePersonIds: [beatrice.personId] })
      .when(vote(beatrice, s1))
      .thenThrows('not-an-approver')
  })
  test('who may vote is fixed when it is proposed', () =>
    given(...open(5_000), large, join(stranger), sign(stranger))
      .when(vote(stranger, s1))
      .thenThrows('not-an-approver'))
  test('the same vote again changes nothing; the other is refused', () => {
    given(...open(5_000), large, vote(nora, s1))
      .when(vote(nora, s1))
      .thenNothing()
    given(...open(5_000), large, vote(nora, s1))
      .when(vote(nora, s1, 'object'))
      .thenThrows('already-voted')
  })
  test('a vote after the limit, or after it is decided, is refused', () => {
    given(...open(5_000), small)
      .when(vote(nora, s1, 'approve', tooLate))
      .thenThrows('too-late-to-vote')
    given(...open(5_000), small, vote(nora, s1))
      .when(vote(harold, s1))
      .thenThrows('spend-decided')
    given(...open(5_000), small, takeBack(george, s1))
      .when(vote(nora, s1))
      .thenThrows('spend-decided')
  })
  test('objections that put it out of reach refuse it, and every share is free again', () => {
    given(...open(5_000), large, vote(nora, s1, 'object'))
      .when(vote(harold, s1, 'object'))
      .thenTells('pool.spend-voted.v1', 'pool.spend-refused.v1')
    given(...open(5_000), large, vote(nora, s1, 'object'))
      .when(vote(harold, s1, 'object'))
      .thenHas(george, 5_000, 0, 0)
    given(...open(5_000), large)
      .when(vote(harold, s1, 'object'))
      .thenTells('pool.spend-voted.v1')
  })
  test('where too few others are there to approve, nothing is proposed', () => {
    const strict = [found, join(nora), propose(george, { approvals: [{ needed: 2 }] }), sign(george), sign(nora), earmark(george, 5_000)]
    given(...strict)
      .when(spend(s1, [[george, 100]]))
      .thenThrows('too-few-approvers')
  })
  test('what is not decided in time is refused', () => {
    given(...open(5_000), small)
      .when({ type: 'RefuseLate', poolId: id(1), at: tooLate })
      .thenTells('pool.spend-refused.v1')
    given(...open(5_000), small)
      .when({ type: 'RefuseLate', poolId: id(1), at: terms.approvals.length > 0 ? '2026-11-25T10:00:00.000Z' : tooLate })
      .thenNothing()
  })
  test('its proposer takes it back before it is instructed, and nobody else', () => {
    given(...open(5_000), small)
      .when(takeBack(george, s1))
      .thenHas(george, 5_000, 0, 0)
    given(...open(5_000), small)
      .when(takeBack(nora, s1))
      .thenThrows('not-your-part')
    given(...open(5_000), small, vote(nora, s1))
      .when(takeBack(george, s1))
      .thenThrows('spend-decided')
  })
})

describe('P6 payees', () => {
  test('nobody is paid from a budget that bars them, nor from their own', () => {
    given(...open(5_000))
      .when({ ...small, barredMemberIds: [nora.personId] })
      .thenThrows('payee-barred')
    given(...open(5_000))
      .when({ ...small, barredMemberIds: [harold.personId] })
      .thenTells('pool.spend-proposed.v1')
    given(...open(5_000))
      .when({ ...small, payeePersonIds: [nora.personId] })
      .thenThrows('payee-is-oneself')
  })
})

describe('an invoice', () => {
  test('is entered once, until it is refused', () => {
    given(...open(5_000), small)
      .when(spend(s2, [[nora, 10]], { invoiceKey: small.invoiceKey }))
      .thenThrows('invoice-already-entered')
    given(...open(5_000))
      .when({ ...small, isInvoiceKnown: true })
      .thenThrows('invoice-already-entered')
    given(...open(5_000), small, takeBack(george, s1))
      .when(spend(s2, [[nora, 10]], { invoiceKey: small.invoiceKey }))
      .thenTells('pool.spend-proposed.v1')
  })
  test('of long ago is remembered after its payment is no longer held', () => {
    const paid = Array.from({ length: paidKeptMax + 1 }, (_, index) => id(300 + index)).flatMap((spendId) => [
      spend(spendId, [[george, 1]]),
      vote(nora, spendId),
      pay(spendId),
    ])
    const first = spend(id(300), [[george, 1]])
    given(...open(5_000), ...paid)
      .when({ ...first, spendId: s2 })
      .thenThrows('invoice-already-entered')
    given(...open(5_000), ...paid)
      .when(reverse(id(300)))
      .thenThrows('too-old-to-reverse')
    given(...open(5_000), ...paid)
      .when(reverse(id(301)))
      .thenTells('pool.payment-reversed.v1')
  })
  test('is not dated tomorrow, nor years ago', () => {
    given(...open(5_000))
      .when({ ...small, invoicedOn: '2026-11-24' })
      .thenThrows('invoice-date-not-sensible')
    given(...open(5_000))
      .when({ ...small, invoicedOn: '2023-11-24' })
      .thenThrows('invoice-date-not-sensible')
  })
})

describe('P2 payment and its reversal', () => {
  const instructed = [...open(5_000), small, vote(nora, s1)]
  test('the account-holder confirms once, and nobody else', () => {
    given(...instructed)
      .when(pay(s1))
      .thenHas(george, 4_000, 0, 1_000)
    given(...instructed, pay(s1))
      .when(pay(s1))
      .thenThrows('spend-not-instructed')
    given(...open(5_000), small)
      .when(pay(s1))
      .thenThrows('spend-not-instructed')
    given(...instructed)
      .when(pay(s1, george))
      .thenThrows('not-your-part')
    given(...instructed)
      .when(pay(s1, priya))
      .thenThrows('not-your-part')
    given(...instructed)
      .when(pay(s1, { ...holder, organisationIds: [gardener] }))
      .thenThrows('not-your-part')
  })
  test('it is not paid tomorrow, nor before it was instructed', () => {
    given(...instructed)
      .when(pay(s1, holder, '2026-11-25'))
      .thenThrows('paid-on-not-sensible')
    given(...instructed)
      .when(pay(s1, holder, '2026-11-23'))
      .thenThrows('paid-on-not-sensible')
  })
  test('its reverse names the payment and frees the shares, once', () => {
    given(...instructed, pay(s1))
      .when(reverse(s1))
      .thenHas(george, 5_000, 0, 0)
    const events = given(...instructed, pay(s1))
      .when(reverse(s1))
      .events()
    expect(events[0]?.data).toMatchObject({ reversesSequence: 19 })
    given(...instructed, pay(s1), reverse(s1))
      .when({ ...reverse(s1), isPaid: false } as never)
      .thenThrows('not-paid')
    given(...instructed)
      .when(reverse(s1))
      .thenThrows('not-paid')
  })
})

describe('P12 leaving', () => {
  test('takes the free share out and leaves what is promised', () => {
    given(...open(5_000), small)
      .when(leave(nora))
      .thenHas(nora, 0, 1_000, 0)
    given(...open(5_000), small, leave(nora))
      .when(leave(nora))
      .thenThrows('not-your-part')
  })
  test('what is refused afterwards goes back to their budget at once, and what is reversed too', () => {
    given(...open(5_000), small, leave(nora))
      .when(takeBack(george, s1))
      .thenTells('pool.spend-refused.v1', 'pool.share-released.v1')
    given(...open(5_000), small, leave(nora))
      .when(takeBack(george, s1))
      .thenHas(nora, 0, 0, 0)
    given(...open(5_000), small, vote(harold, s1), leave(nora), pay(s1))
      .when(reverse(s1))
      .thenTells('pool.payment-reversed.v1', 'pool.share-released.v1')
  })
  test('a release takes out what is free and no more', () => {
    given(...open(5_000))
      .when(release(nora, 5_000))
      .thenHas(nora, 0, 0, 0)
    given(...open(5_000), small)
      .when(release(nora, 4_001))
      .thenThrows('not-enough-free')
    given(...open())
      .when(release(nora, 1))
      .thenThrows('share-unmatched')
  })
  test('who comes back goes on with the same budget', () => {
    given(...open(5_000), leave(nora), join(nora), sign(nora))
      .when(earmark(nora, 10))
      .thenHas(nora, 10, 0, 0)
    expect(outcomeOf(nora)).not.toBe(outcomeOf(george))
  })
})
