import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { demonstrationPlaceFolder } from '../src/config.ts'
import { createOpenReferralApp, openReferralPath } from '../src/openReferral/app.ts'
import { openCouncilArea } from '../src/place/place.ts'
import { createSearchIndex } from '../src/store/searchIndex.ts'
import { publicOffer } from '../src/store/testOffers.ts'
import { openTaxonomies } from '../src/taxonomy/taxonomies.ts'

// Streams a made-up feed of so many services to a reader that starts late, and says what that took of memory: `node scripts/streamFeed.ts <services>`.
// Prints one JSON document. The reader is this script in a process of its own, given an address in place of the number.

const [asked = '100000'] = process.argv.slice(2)
const lateMs = 2_000
const offersAtOnce = 5_000
const words = 'People of every age meet, cook, talk and help each other; new faces are welcome, and nobody needs a letter to come along. '

const read = async (address: string): Promise<void> => {
  const { body } = await fetch(address)
  await setTimeout(lateMs)
  let lines = 0
  let bytes = 0
  for await (const part of body ?? []) {
    bytes += part.length
    for (const byte of part) if (byte === 0x0a) lines += 1
  }
  console.log(JSON.stringify({ lines, bytes }))
}

const offerAt = (number: number) =>
  publicOffer(number, {
    name: `Lunch club ${number}`,
    description: words.repeat(1 + (number % 8)),
    category: 'food',
    times: [{ days: ['thursday'], from: '12:00', to: '14:30' }],
    place: { address: `${number % 200} School Road, Sale`, postcode: 'M33 7ZF', location: { latitude: 53.42, longitude: -2.32, wardCode: 'E05015254' } },
    contact: { phone: '0161 496 0000' },
  })

const serve = async (services: number): Promise<void> => {
  const index = createSearchIndex(systemRuntime)
  for (let from = 0; from < services; from += offersAtOnce)
    index.put(Array.from({ length: Math.min(offersAtOnce, services - from) }, (_, place) => ({ offer: offerAt(from + place + 1), sequence: 1 })))
  const app = createOpenReferralApp(
    { authenticate: async () => ({ kind: 'anyone' }), runtime: systemRuntime, logger: createLogger({ level: 'silent' }), ready: async () => undefined },
    {
      index,
      councilArea: openCouncilArea(demonstrationPlaceFolder),
      taxonomies: openTaxonomies(undefined, systemRuntime.now),
      publicUrl: 'http://127.0.0.1',
    },
  )
  const server = createServer((request, response) => {
    request.url = request.url?.replace(openReferralPath, '')
    app(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let peak = before
  const watching = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss)
  }, 20)
  const from = performance.now()
  const reader = spawn(process.execPath, [
    ...process.execArgv,
    import.meta.filename,
    `http://127.0.0.1:${(server.address() as AddressInfo).port}${openReferralPath}/services?format=ndjson&full=true`,
  ])
  let told = ''
  reader.stderr.pipe(process.stderr)
  reader.stdout.setEncoding('utf8').on('data', (part: string) => {
    told += part
  })
  await once(reader, 'close')
  clearInterval(watching)
  const megabytes = (bytes: number) => Math.round(bytes / 1_000_000)
  const { lines, bytes } = JSON.parse(told) as { lines: number; bytes: number }
  const ms = Math.round(performance.now() - from - lateMs)
  console.log(JSON.stringify({ services, lines, sentMb: megabytes(bytes), grownMb: megabytes(peak - before), beforeMb: megabytes(before), ms }))
  server.close()
  index.close()
}

await (/^\d+$/.test(asked) ? serve(Number(asked)) : read(asked))
