import type { OpenedAggregates } from '@patchwork/aggregate'
import mongoose, { type Connection } from 'mongoose'
import { type Bench, type Figure, median, rounded, seconds } from './figure.ts'
import { commandOf, now, openServers, raise, type Tally, type TallyEvent } from './tally.ts'

const rounds = 5
const stretchMs = 2_000
const rawMs = 1_000
const writers = [1, 16] as const
const aim = 0.5

let lastKey = 0

/** Aggregate updates on MongoDB, events on their way to Kafka meanwhile, beside mongoose replacing one document, turn by turn in the same run. */
export const mongoUpdates: Bench = {
  name: 'mongo-updates',
  about: 'aggregate updates per second on MongoDB, relay running, against raw mongoose findOneAndReplace with journal',
  run: async ({ say }) => {
    const servers = await openServers()
    const raw = await openRaw(servers.uri)
    try {
      const tallies = await servers.open('tally')
      await writing(tallies, 1)
      const bytes = JSON.stringify((await tallies.get('tally-1-0'))?.state).length
      const figures: Figure[] = []
      for (const count of writers) {
        const turns: { ours: number; drainedMs: number; raw: number; sameWrites: number }[] = []
        for (let round = 1; round <= rounds; round += 1) {
          say(`${count} writer${count === 1 ? '' : 's'}, round ${round} of ${rounds}`)
          const before = await raw.measure(count)
          const { perSecond, drainedMs } = await writing(tallies, count)
          const after = await raw.measure(count)
          turns.push({ ours: perSecond, drainedMs, raw: (before.document + after.document) / 2, sameWrites: (before.sameWrites + after.sameWrites) / 2 })
        }
        figures.push(figureOf(count, bytes, turns))
      }
      return figures
    } finally {
      await raw.close()
      await servers.close()
    }
  },
}

const figureOf = (count: number, bytes: number, turns: readonly { ours: number; drainedMs: number; raw: number; sameWrites: number }[]): Figure => {
  const ratio = median(turns.map((turn) => turn.ours / turn.raw))
  const sameWrites = median(turns.map((turn) => turn.ours / turn.sameWrites))
  return {
    bench: 'mongo-updates',
    what: `Updates/s on MongoDB, ${count} writer${count === 1 ? '' : 's on different ids'}`,
    measured: `${rounded(median(turns.map(({ ours }) => ours)))}/s, ratio ${rounded(ratio)}, to the same writes ${rounded(sameWrites)} (relay done ${seconds(median(turns.map(({ drainedMs }) => drainedMs)))} later)`,
    comparedTo: `raw mongoose findOneAndReplace, journal: ${rounded(median(turns.map((turn) => turn.raw)))}/s (a state of ${bytes} bytes); with the event inserted beside it: ${rounded(median(turns.map((turn) => turn.sameWrites)))}/s`,
    aim: `ratio ≥ ${aim}`,
    met: ratio >= aim,
  }
}

const writing = async (tallies: OpenedAggregates<Tally, TallyEvent>, count: number): Promise<{ perSecond: number; drainedMs: number }> => {
  const from = performance.now()
  let updates = 0
  const write = async (writer: number): Promise<void> => {
    while (performance.now() - from < stretchMs) {
      lastKey += 1
      await tallies.update(`tally-${count}-${writer}`, commandOf(`update-${lastKey}`), raise(now()))
      updates += 1
    }
  }
  await Promise.all(Array.from({ length: count }, (_, writer) => write(writer)))
  const ended = performance.now()
  await tallies.relay.drained()
  return { perSecond: (updates * 1_000) / (ended - from), drainedMs: performance.now() - ended }
}

/** Mongoose by itself. `document`: finds a document by its revision and replaces it, on the journal; `sameWrites`: that, and its event into another collection. */
const openRaw = async (uri: string) => {
  const connection: Connection = await mongoose.createConnection(uri, { retryWrites: false }).asPromise()
  const concern = { w: 'majority', j: true } as const
  const schema = new mongoose.Schema({ _id: String, revision: Number, body: {} }, { versionKey: false, minimize: false, writeConcern: concern })
  const documents = connection.model('raw', schema)
  const events = connection.model('raw-events', new mongoose.Schema({ body: {} }, { versionKey: false, writeConcern: concern }))
  const body = { state: { count: 1, status: 'open', lastRaisedAt: now(), ids: ['x'.repeat(36), 'x'.repeat(36), 'x'.repeat(36)] }, answers: ['x'.repeat(200)] }
  const perSecond = async (count: number, alsoEvent: boolean): Promise<number> => {
    const from = performance.now()
    let updates = 0
    const write = async (writer: number): Promise<void> => {
      const _id = `raw-${writer}`
      await documents.replaceOne({ _id }, { revision: 0, body }, { upsert: true })
      for (let revision = 0; performance.now() - from < rawMs; revision += 1) {
        await documents.findOneAndReplace({ _id, revision }, { revision: revision + 1, body }).lean()
        if (alsoEvent) await events.create({ body })
        updates += 1
      }
    }
    await Promise.all(Array.from({ length: count }, (_, writer) => write(writer)))
    return (updates * 1_000) / (performance.now() - from)
  }
  return {
    measure: async (count: number) => ({ document: await perSecond(count, false), sameWrites: await perSecond(count, true) }),
    close: () => connection.close(),
  }
}
