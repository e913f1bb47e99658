import { StartedPlace } from '../src/startedPlace.ts'
import { everythingHolds } from './afterwards.ts'
import { chanceInWords } from './chance.ts'
import { type DistributedPlace, openDistributedPlace } from './distributedPlace.ts'
import { type Fault, lineOf, type Scene } from './fault.ts'
import { Load } from './load.ts'
import { faults } from './table.ts'

// Set by `npm run faults`: which ones, and how often each strikes.
const { FAULTS_PATTERN = '', FAULTS_FULL, FAULTS_COUNT } = process.env
const wanted = new RegExp(FAULTS_PATTERN, 'i')
const chosen = faults.filter((fault) => wanted.test(`${fault.name}, ${fault.on}`))
const countOf = ({ counts }: Fault): number => (FAULTS_FULL ? counts.full : Math.max(counts.ci, Number(FAULTS_COUNT ?? 0)))

let embedded: StartedPlace | undefined
let distributed: DistributedPlace | undefined
/** What is open of a kind is closed; the next fault opens another. */
const forget = async (on: Fault['on']): Promise<void> => {
  if (on === 'embedded') {
    await embedded?.remove()
    embedded = undefined
  } else if (on === 'distributed') {
    await distributed?.close()
    distributed = undefined
  }
}

/** Lets a fault strike under load, where it wants one, and looks everything through afterwards. */
const strike = async (fault: Fault, scene: Scene): Promise<void> => {
  if (fault.on === 'alone') return fault.strike(scene)
  if (fault.on === 'embedded') {
    embedded ??= await StartedPlace.open({ environment: { LOG_LEVEL: 'warn' } })
    const place = embedded
    return underLoad(place, scene, (load) => fault.strike({ ...scene, place, load }))
  }
  distributed ??= await openDistributedPlace()
  const around = distributed
  return underLoad(around.place, scene, (load) => fault.strike({ ...scene, around, place: around.place, load }))
}

const underLoad = async (place: StartedPlace, scene: Scene, strikes: (load: Load) => Promise<void>): Promise<void> => {
  const load = await Load.begin(place)
  await strikes(load).catch(async (error: unknown) => {
    await load.stop().catch(() => undefined)
    throw error
  })
  await load.stop()
  scene.say(load.words)
  await everythingHolds(place, load)
}

const run = async (fault: Fault): Promise<void> => {
  const struck = new Map(fault.points.map((point) => [point, 0]))
  const words: string[] = []
  const scene: Scene = {
    count: countOf(fault),
    struck: (point) => {
      if (!struck.has(point)) throw new Error(`${fault.name} does not name the point ${point}`)
      struck.set(point, (struck.get(point) ?? 0) + 1)
    },
    say: (more) => void words.push(more),
  }
  const startedAt = Date.now()
  try {
    await strike(fault, scene)
    expect([...struck].filter(([, count]) => count === 0).map(([point]) => point)).toEqual([])
    words.push(`${Math.round((Date.now() - startedAt) / 1_000)} s`)
    process.stdout.write(`${lineOf(fault, struck, words)}\n`)
  } catch (error) {
    process.stdout.write(`${lineOf(fault, struck, words, (error as Error).message.split('\n')[0])}\n`)
    await forget(fault.on)
    throw error
  }
}

beforeAll(() => void process.stdout.write(`${chanceInWords}\n`))
for (const on of ['embedded', 'distributed', 'alone'] as const) {
  const here = chosen.filter((fault) => fault.on === on)
  if (here.length > 0)
    describe(on, () => {
      afterAll(() => forget(on))
      for (const fault of here) test(fault.title, () => run(fault))
    })
}
