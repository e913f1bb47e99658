import { StartedPlace } from '../src/startedPlace.ts'
import { everythingHolds, promisesHold } from './afterwards.ts'
import { chanceInWords } from './chance.ts'
import { type DistributedPlace, openDistributedPlace } from './distributedPlace.ts'
import { type Fault, openTally, type Scene } from './fault.ts'
import { Load } from './load.ts'
import { faults } from './table.ts'

// Set by `npm run faults`: which ones, and how often each strikes.
const { FAULTS_PATTERN = '', FAULTS_FULL, FAULTS_COUNT } = process.env
const wanted = new RegExp(FAULTS_PATTERN, 'i')
const chosen = faults.filter((fault) => wanted.test(`${fault.name}, ${fault.on}`))
const countOf = ({ counts }: Fault): number => (FAULTS_FULL ? counts.full : Math.max(counts.ci, Number(FAULTS_COUNT ?? 0)))

const errorsShownMax = 5
const errorWordsMax = 800

/** The stores of one process of each service are looked through once, after the last: what an earlier fault has broken is still broken then. */
const isLastOfItsKind = (fault: Fault): boolean => chosen.findLast(({ on }) => on === fault.on) === fault

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
    return underLoad(place, scene, (load) => fault.strike({ ...scene, place, load }), true)
  }
  distributed ??= await openDistributedPlace()
  const around = distributed
  return underLoad(
    around.place,
    scene,
    (load) => fault.strike({ ...scene, around, place: around.place, load }),
    FAULTS_FULL !== undefined || isLastOfItsKind(fault),
  )
}

const underLoad = async (place: StartedPlace, scene: Scene, strikes: (load: Load) => Promise<void>, looksThroughStores: boolean): Promise<void> => {
  const load = await Load.begin(place)
  await strikes(load).catch(async (error: unknown) => {
    await load.stop().catch(() => undefined)
    throw error
  })
  await load.stop()
  scene.say(load.words)
  const from = Date.now()
  await (looksThroughStores ? everythingHolds(place, load) : promisesHold(load))
  scene.say(`looked through in ${Math.round((Date.now() - from) / 1_000)} s`)
}

/** What a place logged last as an error, each kind once, for whoever looks for the cause. */
const errorsOf = (place: StartedPlace | undefined): string => {
  const lines = place?.output.split('\n').filter((line) => line.includes('"level":50')) ?? []
  const kinds = new Map(lines.map((line) => [line.replaceAll(/\d|[0-9a-f]{8,}/g, ''), line.slice(0, errorWordsMax)]))
  return [...kinds.values()]
    .slice(-errorsShownMax)
    .map((line) => `  ${line}\n`)
    .join('')
}

const run = async (fault: Fault): Promise<void> => {
  const count = countOf(fault)
  const tally = openTally({ ...fault, points: fault.pointsOf?.(count) ?? fault.points })
  const words: string[] = []
  const startedAt = Date.now()
  try {
    await strike(fault, { count, struck: tally.struck, say: (more) => void words.push(more) })
    expect({ neverStruckAt: tally.missed() }).toEqual({ neverStruckAt: [] })
    words.push(`${Math.round((Date.now() - startedAt) / 1_000)} s`)
    process.stdout.write(`${tally.line(words)}\n`)
  } catch (error) {
    process.stdout.write(`${tally.line(words, (error as Error).message.split('\n')[0])}\n${errorsOf(fault.on === 'embedded' ? embedded : distributed?.place)}`)
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
