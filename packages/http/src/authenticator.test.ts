import { jest } from '@jest/globals'
import { systemRuntime } from '@patchwork/runtime'
import { startTestIssuer } from '@patchwork/testing'
import { createAuthenticator, UnauthenticatedError } from './authenticator.ts'

const personId = '2f0f6a2c-98be-4c5b-9a3e-6f1f6f0a7c21'
const startMs = Date.UTC(2026, 0, 5, 9)
const lifetimeMs = 600_000
const issuer = await startTestIssuer()
afterAll(() => issuer.stop())

/** Who a clock of its own says is asking; `verified` counts how often the issuer's signature was looked at. */
const atGate = () => {
  const clock = { nowMs: startMs }
  const verify = jest.spyOn(crypto.subtle, 'verify')
  const authenticate = createAuthenticator({
    service: 'example',
    ...issuer,
    dataKey: new Uint8Array(32),
    runtime: { ...systemRuntime, now: () => clock.nowMs },
  })
  return { clock, verify, ask: (token: string) => authenticate(`Bearer ${token}`), askWith: (header: string) => authenticate(header) }
}
const tokenOf = (id = personId) => issuer.tokenFor({ personId: id, role: 'resident' }, { nowMs: startMs })
const person = { kind: 'person', personId, accountId: personId, role: 'resident' }

afterEach(() => jest.restoreAllMocks())

test('given a token that was found to be good, when it comes again within half a minute, then it is not verified again, and after that it is', async () => {
  const { clock, verify, ask } = atGate()
  const token = await tokenOf()
  for (let times = 0; times < 3; times += 1) expect(await ask(token)).toEqual(person)
  expect(verify).toHaveBeenCalledTimes(1)
  clock.nowMs += 30_000
  expect(await ask(token)).toEqual(person)
  expect(verify).toHaveBeenCalledTimes(2)
})

test('given a token that was good a moment ago, when its end has come, then it is refused', async () => {
  const { clock, ask } = atGate()
  const token = await tokenOf()
  clock.nowMs = startMs + lifetimeMs - 1
  expect(await ask(token)).toEqual(person)
  clock.nowMs = startMs + lifetimeMs
  await expect(ask(token)).rejects.toThrow(UnauthenticatedError)
})

test('given a token that was verified, when the clock is set back, then what was found later is not trusted', async () => {
  const { clock, verify, ask } = atGate()
  const token = await tokenOf()
  await ask(token)
  clock.nowMs -= 1_000
  expect(await ask(token)).toEqual(person)
  expect(verify).toHaveBeenCalledTimes(2)
})

test('given a good token, when a letter of it is changed, then it is refused, and the good one goes on', async () => {
  const { ask } = atGate()
  const token = await tokenOf()
  await ask(token)
  const changed = `${token.slice(0, -10)}${token.at(-10) === 'A' ? 'B' : 'A'}${token.slice(-9)}`
  for (let times = 0; times < 2; times += 1) await expect(ask(changed)).rejects.toThrow(UnauthenticatedError)
  expect(await ask(token)).toEqual(person)
})

test('given a good token, when it comes without its scheme, with another, or with something after it, then it is refused', async () => {
  const { ask, askWith } = atGate()
  const token = await tokenOf()
  await ask(token)
  for (const header of [token, `Basic ${token}`, `Bearer  ${token}`, `Bearer ${token} more`, `Bearer ${token},Bearer ${token}`, ''])
    for (let times = 0; times < 2; times += 1) await expect(askWith(header)).rejects.toThrow(UnauthenticatedError)
})

test('two people’s tokens are told apart', async () => {
  const { ask } = atGate()
  const other = '7b2e4c9d-1a6f-4b3c-8d5e-2f9a8b7c6d32'
  const tokens = [await tokenOf(), await tokenOf(other)] as const
  for (let times = 0; times < 2; times += 1) {
    expect(await ask(tokens[0])).toMatchObject({ personId })
    expect(await ask(tokens[1])).toMatchObject({ personId: other })
  }
})
