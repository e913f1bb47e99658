import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { kafkaForTests } from './kafka.ts'

const answers = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host, port] = address.split(':') as [string, string]
    const socket = connect(Number(port), host, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100))
}
const ownBroker = !process.env.KAFKA_BROKERS

describe('Kafka for tests', () => {
  test('brokers that are given are used, and left alone', async () => {
    const kafka = await kafkaForTests({ KAFKA_BROKERS: 'one:9092,two:9092' })
    expect(kafka?.brokers).toEqual(['one:9092', 'two:9092'])
    expect(kafka?.process).toBeUndefined()
    await kafka?.stop()
  })

  test('a broker of our own comes back at its address after a kill, and goes when it is stopped', async () => {
    const kafka = ownBroker ? await kafkaForTests() : undefined
    if (!kafka?.process) return
    const [address] = kafka.brokers as [string]
    await kafka.process.kill()
    expect([await answers(address), kafka.process.hasEnded()]).toEqual([false, true])
    await kafka.process.start()
    expect([await answers(address), kafka.process.hasEnded()]).toEqual([true, false])
    await kafka.stop()
    await kafka.stop()
    expect(await answers(address)).toBe(false)
  }, 400_000)

  test('a broker does not outlive a parent that was killed', async () => {
    if (!ownBroker) return
    const source = `import { kafkaForTests } from ${JSON.stringify(fileURLToPath(new URL('./kafka.ts', import.meta.url)))}
      const kafka = await kafkaForTests()
      console.log(kafka?.process ? kafka.brokers[0] : 'none')
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const address = String(line).trim()
    if (address !== 'none') expect(await answers(address)).toBe(true)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    if (address !== 'none') await until(async () => !(await answers(address)))
  }, 400_000)
})
