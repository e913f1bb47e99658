import { randomUUID } from 'node:crypto'
import { type EventDefinition, OrganisationMemberJoined, PoolSpendInstructed, PoolSpendPaid, PoolSpendProposed, PoolSpendRefused } from '@patchwork/events'
import { until } from '@patchwork/testing'
import type { z } from 'zod'

import { startService, type TestService } from './testing/startService.ts'

let place: TestService
beforeAll(async () => {
  place = await startService()
})
afterAll(() => place.stop())

const somebody = () => {
  const personId = randomUUID()
  place.neighbours.people.set(personId, { name: 'Somebody', demonstration: true })
  return personId
}
const tell = <Definition extends EventDefinition>(definition: Definition, subject: string, data: z.input<Definition['data']>) =>
  place.publish(definition, place.envelope(definition, subject, data))
const subjectsOf = async (personId: string, role: string, count: number) =>
  (
    await until(
      async () => (await place.call<{ items: { subject: string }[] }>(personId, role, '/messages')).body.items,
      (items) => items.length === count,
    )
  ).map(({ subject }) => subject)

test('the votes, payments and ends of a spend are told to those who act on them, and to who proposed it', async () => {
  const [poolId, spendId, organisationId] = [randomUUID(), randomUUID(), randomUUID()]
  const [proposer, voter, holder] = [somebody(), somebody(), somebody()]
  await tell(OrganisationMemberJoined, organisationId, { organisationId, personId: holder, memberRole: 'owner' })
  const postings = [{ memberId: proposer, fundSource: 'council-net', outcomeId: randomUUID(), from: 'free', to: 'committed', amountPence: 1 }] as const
  const [at, day] = ['2026-11-23T10:00:00.000Z', '2026-11-23']
  await tell(PoolSpendProposed, poolId, {
    ...{ poolId, spendId, proposedBy: proposer, payeeOrganisationId: randomUUID(), invoiceKey: 'a'.repeat(64), invoicedOn: day, totalPence: 1 },
    ...{ rulesVersion: 1, approvalsNeeded: 1, approverIds: [voter], decideBy: at, postings: [...postings], proposedAt: at },
  })
  expect(await subjectsOf(voter, 'resident', 1)).toEqual([expect.stringContaining('waits for your vote')])
  await tell(PoolSpendInstructed, poolId, { poolId, spendId, accountHolder: { kind: 'organisation', organisationId }, instructedAt: at })
  expect(await subjectsOf(holder, 'provider', 1)).toEqual([expect.stringContaining('asked to make a payment')])
  await tell(PoolSpendPaid, poolId, {
    ...{ poolId, spendId, paymentId: randomUUID(), proposedBy: proposer, payeeOrganisationId: randomUUID(), paidOn: day },
    ...{ confirmedBy: holder, confirmedByRole: 'provider', postings: [...postings], confirmedAt: at },
  })
  expect(await subjectsOf(proposer, 'resident', 1)).toEqual([expect.stringContaining('has been paid')])
  const refusal = { poolId, spendId, proposedBy: proposer, postings: [...postings], refusedAt: at }
  await tell(PoolSpendRefused, poolId, { ...refusal, reason: 'taken-back' })
  await tell(PoolSpendRefused, poolId, { ...refusal, reason: 'objections' })
  expect((await subjectsOf(proposer, 'resident', 2))[0]).toContain('will not be paid')
  expect(await subjectsOf(voter, 'resident', 1)).toHaveLength(1)
})
