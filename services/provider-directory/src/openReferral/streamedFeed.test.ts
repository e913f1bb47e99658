import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const script = join(import.meta.dirname, '../../scripts/streamFeed.ts')
const services = 100_000
/** What the garbage of a few hundred lines at a time comes to; all of them together are more than twice that. */
const grownMbMax = 110

test('D2 a feed of 100,000 services is sent line by line in memory that does not grow with it, however late it is read', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--disable-warning=ExperimentalWarning', script, String(services)], {
    timeout: 240_000,
  })
  const { lines, sentMb, grownMb } = JSON.parse(stdout)
  expect(lines).toBe(services)
  expect(sentMb).toBeGreaterThan(2 * grownMbMax)
  expect(grownMb).toBeLessThan(grownMbMax)
}, 250_000)
