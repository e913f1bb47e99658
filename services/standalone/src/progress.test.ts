import { PassThrough } from 'node:stream'
import { progressTo } from './progress.ts'

test('progress says what it counts', () => {
  const stream = new PassThrough()
  const progress = progressTo(stream)
  progress.step('Loading', 'organisations and offers')
  progress.advance(1_300, 2_526)
  progress.step('Inviting')
  progress.advance(5, 10)
  progress.done()
  expect(String(stream.read())).toBe('Loading\nLoading: 1300 of 2526 organisations and offers\nInviting\nInviting: 5 of 10\n')
})
