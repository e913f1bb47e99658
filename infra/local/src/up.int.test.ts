import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kafkaForTests, mongoForTests } from '@patchwork/testing'

const command = fileURLToPath(new URL('../up', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'patchwork-up-'))
const [kafka, mongo] = await Promise.all([kafkaForTests(), mongoForTests()])
const started: ChildProcess[] = []
afterAll(async () => {
  for (const child of started) child.kill('SIGTERM')
  await Promise.all([kafka?.stop(), mongo?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

const begin = (args: string[], environment: Record<string, string> = {}) => {
  const servers = { KAFKA_BROKERS: kafka?.brokers.join(',') ?? '', MONGODB_URI: mongo?.uri ?? '' }
  const child = spawn(command, args, { env: { ...process.env, PORT: '0', LOG_LEVEL: 'warn', ...servers, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  const said = { words: '' }
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      said.words += part
    })
  return { child, said, ended: once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]> }
}
const until = async (what: string, holds: () => boolean | Promise<boolean>, said: { words: string }): Promise<void> => {
  for (let tries = 0; tries < 4_000; tries += 1) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`It did not come about: ${what}\n${said.words.slice(-3_000)}`)
}
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    (response) => response.ok,
    () => false,
  )

test('it tells how it is used, and refuses what it does not know', async () => {
  const asked = begin(['--help'])
  expect(await asked.ended).toEqual([0, null])
  for (const word of ['--instances', '--data', '--empty', 'PORT', 'Exit code']) expect(asked.said.words).toContain(word)
  for (const args of [['--instances', '0'], ['--instances', 'many'], ['--colour']]) {
    const refused = begin(args)
    expect({ args, code: (await refused.ended)[0] }).toEqual({ args, code: 2 })
  }
})

const tests = kafka && mongo ? test : test.skip
tests('a service with settings that are wrong ends it, and it says which', async () => {
  const { ended, said } = begin(['--empty'], { KAFKA_SESSION_MS: '1' })
  expect(await ended).toEqual([1, null])
  expect(said.words).toMatch(/KAFKA_SESSION_MS: /)
  expect(said.words).toMatch(/[a-z-]+ ended for good \(2\)\. Everything is stopped\./)
})

tests('all services run at one address; one that is killed comes back at its own; at the end nothing is left running', async () => {
  const data = join(folder, 'place', 'data')
  const { child, ended, said } = begin(['--empty', '--data', data])
  await until('it is open', () => said.words.includes('Patchwork is open at '), said)
  const processes = [...said.words.matchAll(/^ {2}([a-z-]+) +(http:\S+) +process (\d+)$/gm)].map(([, name, url, pid]) => ({
    name,
    url: url ?? '',
    pid: Number(pid),
  }))
  expect(processes.map(({ name }) => name).toSorted()).toEqual(
    ['commissioning', 'identity', 'notification', 'people', 'personal-budget-pooling', 'provider-directory', 'referral', 'web'].toSorted(),
  )
  const gateway = /Patchwork is open at (\S+)/.exec(said.words)?.[1] ?? ''
  for (const path of ['/', '/api/people/livez', '/identity/.well-known/openid-configuration', '/open-referral-uk/v3/services'])
    expect({ path, status: (await fetch(`${gateway}${path}`)).status }).toEqual({ path, status: 200 })

  expect(processes.map(({ name, pid }) => ({ name, goesAfterOneThatStarts: getPriority(pid) > getPriority() }))).toEqual(
    processes.map(({ name }) => ({ name, goesAfterOneThatStarts: true })),
  )

  const referral = processes.find(({ name }) => name === 'referral')
  process.kill(referral?.pid as number, 'SIGKILL')
  await until('its end was noticed', () => said.words.includes('referral | ended (SIGKILL); it is started again'), said)
  await until('it is back', () => answers(referral?.url ?? ''), said)
  await until('the whole is ready', () => answers(gateway), said)

  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(processes.filter(({ pid }) => isAlive(pid))).toEqual([])
  expect(await answers(gateway)).toBe(false)
  expect([existsSync(data), existsSync(`${data}.key`)]).toEqual([true, true])
})
