import { consume, on } from '@patchwork/aggregate'
import { type Bench, type BenchOptions, type Figure, median, milliseconds, rounded } from './figure.ts'
import { openStreams, streamsOpen } from './live.ts'
import { commandOf, now, type OpenedPair, openFile, openServers, Raised, raise } from './tally.ts'

/** Aggregates, and events in the topic: once, ten and a hundred times as many. */
const sizes = [500, 5_000, 50_000] as const
const writersAtOnce = 128
const tries = 300
const pageLimit = 50
/** Each of an aggregate of its own, however many there are: two of one aggregate that wait together go in one write. */
const drained = sizes[0]
const drains = 7
/** What a cost that grows with the logarithm may come to at a hundred times the data. */
const growthMax = Math.log(sizes[2]) / Math.log(sizes[0])

const costs = ['update', 'read', 'page', 'effect', 'drain'] as const
type Cost = (typeof costs)[number]
const names: Record<Cost, string> = {
  update: 'one update',
  read: 'one read',
  page: `a page of ${pageLimit} from the middle of a list`,
  effect: 'commit to effect',
  drain: `an event of ${rounded(drained)} drained`,
}

/** What the same work costs at once, ten and a hundred times the data: the first figure against itself. */
export const growth: Bench = {
  name: 'growth',
  about: `update, read, page, effect and drain over ${sizes.map(rounded).join(', ')} aggregates, and live events to as many streams, against itself`,
  run: async (options) => [
    ...(await overSizes('SQLite', () => openFile(options.directory), options)),
    ...(await overSizes('Kafka + MongoDB', openServers, options)),
    await ofStreams(options),
  ],
}

const overSizes = async (name: string, open: () => Promise<OpenedPair>, { say }: BenchOptions): Promise<Figure[]> => {
  const pair = await open()
  try {
    const measured: Record<Cost, number>[] = []
    const place = await openTallies(pair)
    try {
      for (const size of sizes) {
        say(`${name}: filling up to ${rounded(size)}`)
        await place.fillTo(size)
        say(`${name}: measuring over ${rounded(size)}`)
        measured.push(await place.measure(size))
      }
    } finally {
      await place.stop()
    }
    return costs.map((cost) =>
      figureOf(
        `${names[cost]}, ${name}`,
        measured.map((one) => one[cost]),
      ),
    )
  } finally {
    await pair.close()
  }
}

const figureOf = (what: string, took: readonly number[], many: readonly number[] = sizes): Figure => {
  const [once = 0, , hundred = 0] = took
  const ratio = hundred / once
  return {
    bench: 'growth',
    what: `Growth of ${what}`,
    measured: `${took.map(milliseconds).join(', ')}; ratio ${rounded(ratio)}`,
    comparedTo: `itself over ${many.map(rounded).join(', ')}`,
    aim: `no worse than O(log n): ≤ ${rounded(growthMax)}`,
    met: ratio <= growthMax,
  }
}

const openTallies = async ({ ports, open }: OpenedPair) => {
  const tallies = await open('tally')
  const effects = new Map<string, () => void>()
  let handled = 0
  const consumer = await consume(
    {
      service: 'bench',
      group: 'bench-growth',
      topics: [Raised.topic],
      handlers: [
        on(Raised, async ({ data }) => {
          handled += 1
          effects.get(data.raisedAt)?.()
        }),
      ],
    },
    ports,
  )
  let filled = 0
  let keys = 0
  const update = (number: number, name = now()) => {
    keys += 1
    return tallies.update(`tally-${number}`, commandOf(`growth-${keys}`), raise(name))
  }
  // Spread over all, and never the same ones that were just used.
  let place = 0
  const anyOf = (size: number): number => {
    place = (place + 7_919) % size
    return place
  }
  const middleOf = async (work: () => Promise<unknown>, count = tries): Promise<number> => {
    const took: number[] = []
    for (let number = 0; number < count; number += 1) {
      const from = performance.now()
      await work()
      took.push(performance.now() - from)
    }
    return median(took)
  }
  const list = { where: { status: { equals: 'open' } }, limit: pageLimit } as const

  return {
    fillTo: async (size: number): Promise<void> => {
      const write = async () => {
        while (filled < size) await update(filled++)
      }
      await Promise.all(Array.from({ length: writersAtOnce }, write))
      await tallies.relay.drained()
      await consumer.caughtUp()
    },
    measure: async (size: number): Promise<Record<Cost, number>> => {
      const updated = await middleOf(() => update(anyOf(size)))
      await tallies.relay.drained()
      const read = await middleOf(() => tallies.get(`tally-${anyOf(size)}`))
      let after: string | undefined
      for (let pages = 0; pages < size / pageLimit / 2; pages += 1) after = (await tallies.find({ ...list, ...(after === undefined ? {} : { after }) })).after
      const page = await middleOf(() => tallies.find({ ...list, ...(after === undefined ? {} : { after }) }))
      await consumer.caughtUp()
      const effect = await middleOf(async () => {
        const name = `${now()}#${keys}`
        const came = new Promise<void>((resolve) => effects.set(name, resolve))
        await update(anyOf(size), name)
        await came
        effects.delete(name)
      }, tries / 3)
      await tallies.relay.drained()
      await consumer.caughtUp()
      const drain = await middleOf(async () => {
        const before = handled
        await Promise.all(Array.from({ length: drained }, () => update(anyOf(size))))
        await tallies.relay.drained()
        await consumer.caughtUp()
        if (handled - before < drained) throw new Error(`${handled - before} of ${drained} events were handled`)
      }, drains)
      return { update: updated, read, page, effect, drain: drain / drained }
    },
    stop: () => consumer.stop(),
  }
}

const ofStreams = async ({ say }: BenchOptions): Promise<Figure> => {
  const many = [streamsOpen / 100, streamsOpen / 10, streamsOpen]
  const took: number[] = []
  for (const count of many) {
    say(`live events to ${rounded(count)} streams`)
    const streams = await openStreams('ours', count)
    const rates: number[] = []
    for (let round = 0; round < 7; round += 1) rates.push(await streams.toldPerSecond())
    await streams.stop()
    took.push(1_000 / median(rates))
  }
  return figureOf('a live event to one of the streams', took, many)
}
