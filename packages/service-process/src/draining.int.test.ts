import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dataKeyFrom } from '@patchwork/encryption'
import { kafkaEventLog } from '@patchwork/event-log'
import { systemRuntime } from '@patchwork/runtime'
import { kafkaForTests, mongoForTests } from '@patchwork/testing'

const script = fileURLToPath(new URL('./testing/bellService.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'patchwork-draining-'))
const heardFile = join(folder, 'heard')
const topic = `patchwork.example.bell-${systemRuntime.uuid()}`
const [kafka, mongo] = await Promise.all([kafkaForTests(), mongoForTests()])
const children: ChildProcess[] = []

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all([kafka?.stop(), mongo?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

const begin = async (): Promise<{ child: ChildProcess; url: string }> => {
  const dataKeyFile = join(folder, 'data.key')
  dataKeyFrom(dataKeyFile, systemRuntime)
  const settings = { PUBLIC_URL: 'http://127.0.0.1', KAFKA_BROKERS: kafka?.brokers.join(',') ?? '', MONGODB_URI: mongo?.uri ?? '', DATA_KEY_FILE: dataKeyFile }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning', script], {
    env: { ...process.env, ...settings, PORT: '0', TOPIC: topic, HEARD_FILE: heardFile },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  let words = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    words += part
  })
  await eventually('the service is ready', () => words.includes('ready at '))
  return { child, url: /ready at (\S+)/.exec(words)?.[1] as string }
}

const eventually = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`It did not come about: ${what}`)
}

const heard = (): string[] => (existsSync(heardFile) ? readFileSync(heardFile, 'utf8').trim().split('\n') : [])

/** Rings bells one after the other until nobody answers any more. */
const ringOn = async (url: string, ringer: number, answered: { count: number; refused: number[] }): Promise<void> => {
  for (let ring = 0; ; ring += 1)
    try {
      const answer = await fetch(`${url}/api/example/bells/${ringer}-${ring % 3}/rings`, { method: 'POST' })
      if (answer.status === 204) answered.count += 1
      else answered.refused.push(answer.status)
    } catch {
      return
    }
}

const runs = kafka && mongo ? describe : describe.skip
runs('given requests and events under way, when a service is told to stop', () => {
  test('then every ring that was taken is answered, and each is heard once, also by the process after it', async () => {
    const first = await begin()
    const answered = { count: 0, refused: [] as number[] }
    const ringers = Array.from({ length: 8 }, (_, ringer) => ringOn(first.url, ringer, answered))
    await eventually('it is busy', () => answered.count > 100 && heard().length > 20)
    const ended = once(first.child, 'exit')
    const before = answered.count
    first.child.kill('SIGTERM')
    // npm and a terminal both pass a signal on; the second finds it draining.
    await eventually('it drains', async () => (await fetch(`${first.url}/readyz`).catch(() => undefined))?.status !== 200)
    first.child.kill('SIGTERM')
    await Promise.all(ringers)
    expect(await ended).toEqual([0, null])
    expect(answered.refused).toEqual([])
    expect(answered.count).toBeGreaterThan(before)

    const second = await begin()
    await eventually('all is heard', () => heard().length >= answered.count)
    const log = kafkaEventLog({ brokers: kafka?.brokers ?? [], clientId: 'test', runtime: systemRuntime })
    const rung = new Set<string>()
    for await (const { subject, sequence } of log.read(topic)) rung.add(`${subject} ${sequence}`)
    await log.close()
    const stopped = once(second.child, 'exit')
    second.child.kill('SIGTERM')
    expect(await stopped).toEqual([0, null])
    // What was done was answered, and what was answered was done.
    expect(rung.size).toBe(answered.count)
    expect(heard().toSorted()).toEqual([...rung].toSorted())
  })
})
