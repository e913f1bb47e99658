import type { Consumer } from '@patchwork/aggregate'
import { shownConsumer } from './shownReadModels.ts'

test('what is parked is told by the aggregate whose events wait, as a replay takes it', async () => {
  const event = {
    group: 'g',
    source: '/patchwork/referral/referral',
    subject: 'referral-1',
    sequence: 3,
    eventId: 'e',
    type: 'referral.accepted.v1',
    parkedAt: '',
  }
  const replayed: (string | undefined)[] = []
  const consumer: Pick<Consumer, 'parked' | 'replay'> = {
    parked: async () => [
      { ...event, reason: { why: 'failed', code: 'bad-statement' } },
      { ...event, sequence: 4, reason: { why: 'behind' } },
    ],
    replay: async (subject) => {
      replayed.push(subject)
      return { replayed: 2, stillParked: 0 }
    },
  }
  const shown = shownConsumer('g', () => consumer as Consumer)
  const [first, second] = await shown.parked(10)
  expect([first, second]).toMatchObject([
    { source: 'referral-1', sequence: 3, reason: 'failed: bad-statement' },
    { source: 'referral-1', sequence: 4, reason: 'behind' },
  ])
  await shown.replay(first?.source)
  expect(replayed).toEqual(['referral-1'])
})
