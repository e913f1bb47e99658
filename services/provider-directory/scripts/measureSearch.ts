// Measures search over many offers made of the demonstration place's words: node scripts/measureSearch.ts [offers, 50000 when absent] [a module of peers]
// Prints one line of JSON: how long the index took to build, and the median and 95th percentile of a search with a distance, in milliseconds.
// With a module that exports openPeers, other searches are given the same offers, asked the same questions in turn, and what each finds is compared.
import type { Category } from '@patchwork/events'
import { demonstrationPlaceFolder } from '../src/config.ts'
import { readRecords } from '../src/openData/readRecords.ts'
import { openCouncilArea } from '../src/place/place.ts'
import type { PublicOffer } from '../src/store/publicOffer.ts'
import { createSearchIndex, wordsOf } from '../src/store/searchIndex.ts'

const count = Number(process.argv[2] ?? 50_000)
/** Among many offers each search takes long, so fewer are asked. */
const isLarge = count > 100_000
const roundsMax = isLarge ? 3 : 12
const batch = 500
const texts =
  'food bank|library|football|counselling|help|community|gardening sale|carers support|children|church|swimm|mental health|advice debt|dementia|charity|xyzzy|home help|cymorth cartref|older people|libary|conselling advise|mental helth|'.split(
    '|',
  )
const filters = [
  {},
  { cost: 'free' },
  { isOpenNow: true, hasRoom: true },
  { wardCode: 'E05015254' },
  { language: 'pl', age: '65-to-79' },
  { access: ['step-free', 'hearing-loop'], funding: 'direct-payment', isOpenNow: true },
] as const

// The same numbers each time: a linear congruential generator.
let seed = 1
const random = (): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}

const area = openCouncilArea(demonstrationPlaceFolder)
const real = readRecords(area).flatMap((organisation) => organisation.offers.map((offer) => ({ organisation, offer })))
const words = real.flatMap(({ offer }) => offer.details.description.split(' '))
const sometimes: PublicOffer['times'] = [{ days: ['tuesday'], from: '09:00', to: '12:00', interval: 2, startsOn: '2026-01-06', endsOn: '2027-12-31' }]
const madeOf = (number: number): PublicOffer => {
  const { organisation, offer } = real[number % real.length]!
  const offerId = `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`
  const location = area.withWard({ latitude: 53.3 + random() * 0.25, longitude: -2.5 + random() * 0.35 })
  const more = Array.from({ length: 15 }, () => words[Math.floor(random() * words.length)]).join(' ')
  const at = '2026-01-01T00:00:00.000Z'
  return {
    ...offer,
    ...offer.details,
    offerId,
    description: `${offer.details.description} ${more}`,
    place: { ...offer.details.place, location },
    price: { kind: number % 3 === 0 ? 'free' : 'paid' },
    fundingAccepted: number % 2 === 0 ? ['direct-payment', 'own-money'] : [],
    // Half of them say whom they suit; a quarter have seasons, every second week and days that differ.
    ...(number % 2 === 0
      ? {
          form: number % 4 === 0 ? { kind: 'group' as const, seats: 12 } : { kind: 'one-to-one' as const },
          ages: { from: number % 60 },
          languages: ['en', number % 4 === 0 ? 'pl' : 'ur'],
          accessibility: ['hearing-loop', 'step-free'],
        }
      : {}),
    ...(number % 4 === 0 ? { times: sometimes, exceptions: [{ on: '2026-12-24', until: '2027-01-02', times: [] }], closedOnBankHolidays: true as const } : {}),
    capacity: number % 5 === 0 ? { state: 'open', expiresAt: '2099-01-01T00:00:00.000Z' } : { state: 'unknown' },
    takesReferrals: true,
    publishedAt: at,
    modifiedAt: at,
    organisation: { ...organisation.details, organisationId: offerId, kind: 'organisation', modifiedAt: at },
  }
}

const peersModule = process.argv[3]
const peerRounds = isLarge ? 2 : 4
const everyNthQuery = isLarge ? 6 : 1
const kinds: readonly (Category | undefined)[] = [undefined, 'sport-and-leisure', 'mental-health']
/** What a peer is given of an offer: the same texts as our own index, where it stands, and its kind. */
export type PeerDocument = { id: string; texts: string[]; category: string; point: { latitude: number; longitude: number } | undefined }
export type PeerQuery = { text: string; near: { latitude: number; longitude: number }; withinMetres: number; category?: Category; limit: number }
export type Peer = { name: string; builtMs: number; search(query: PeerQuery): string[] }

const index = createSearchIndex()
const documents: PeerDocument[] = []
const startedAt = performance.now()
for (let from = 0; from < count; from += batch) {
  const offers = Array.from({ length: Math.min(batch, count - from) }, (_, at) => madeOf(from + at))
  index.put(offers.map((offer) => ({ offer, sequence: 1 })))
  if (peersModule !== undefined)
    documents.push(
      ...offers.map((offer) => ({
        ...{ id: offer.offerId, texts: wordsOf(offer), category: offer.category, point: offer.place.location ?? offer.area.centre },
      })),
    )
}
const builtMs = Math.round(performance.now() - startedAt)

const tuesday = Date.parse('2026-03-03T11:00:00.000Z')
const took: number[] = []
for (let round = 0; round < roundsMax; round += 1)
  for (const text of texts)
    for (const withinMetres of [undefined, 2_000, 8_000])
      for (const filter of filters) {
        const near = { latitude: 53.38 + random() * 0.08, longitude: -2.4 + random() * 0.15, wardCode: 'E05015254' }
        const askedAt = performance.now()
        index.search({ limit: 20, near, ...(text === '' ? {} : { text }), ...(withinMetres === undefined ? {} : { withinMetres }), ...filter }, tuesday)
        // The first round warms the compiler up.
        if (round > 0) took.push(performance.now() - askedAt)
      }
const shareOf = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 100) / 100
}
const at = (share: number): number => shareOf(took, share)

/** Asks every search the same questions, in an order that turns, and compares all that each finds with all that ours finds. */
const comparing = async (module: string) => {
  const { openPeers } = (await import(module)) as { openPeers(documents: readonly PeerDocument[]): Promise<Peer[]> }
  const peers = await openPeers(documents)
  const ours: Peer = {
    name: 'ours',
    builtMs,
    search: ({ category, ...query }) =>
      index.search({ ...query, exactly: true, ...(category === undefined ? {} : { categories: [category] }) }, tuesday).hits.map(({ offer }) => offer.offerId),
  }
  const contestants = [ours, ...peers]
  const times = new Map(contestants.map(({ name }) => [name, [] as number[]]))
  const queries = texts
    .filter((text) => text !== '')
    .flatMap((text) =>
      [2_000, 8_000].flatMap((withinMetres) => kinds.map((category) => ({ text, withinMetres, ...(category === undefined ? {} : { category }) }))),
    )
    .filter((_query, at) => at % everyNthQuery === 0)
  for (let round = 0; round < peerRounds; round += 1)
    for (const [position, query] of queries.entries()) {
      const asked = { ...query, near: { latitude: 53.38 + random() * 0.08, longitude: -2.4 + random() * 0.15 }, limit: 20 }
      for (const turn of contestants.keys()) {
        const { name, search } = contestants[(turn + position + round) % contestants.length] as Peer
        const askedAt = performance.now()
        search(asked)
        if (round > 0) times.get(name)?.push(performance.now() - askedAt)
      }
    }
  const compared = Object.fromEntries(
    peers.map(({ name }) => [name, { both: 0, oursOnly: 0, comesToYou: 0, theirsOnly: 0, queriesAlike: 0, examples: [] as object[] }]),
  )
  for (const query of queries) {
    const asked = { ...query, near: { latitude: 53.42, longitude: -2.32 }, limit: count }
    const { category, ...rest } = asked
    const hits = index.search({ ...rest, exactly: true, ...(category === undefined ? {} : { categories: [category] }) }, tuesday).hits
    const coming = new Set(
      hits
        .filter(({ distanceMetres, comesToYou }) => comesToYou && (distanceMetres ?? Number.POSITIVE_INFINITY) > query.withinMetres)
        .map(({ offer }) => offer.offerId),
    )
    const found = new Set(hits.map(({ offer }) => offer.offerId).filter((id) => !coming.has(id)))
    for (const { name, search } of peers) {
      const theirs = new Set(search(asked))
      const sums = compared[name]!
      const [oursOnly, theirsOnly] = [[...found].filter((id) => !theirs.has(id)), [...theirs].filter((id) => !found.has(id))]
      sums.both += found.size - oursOnly.length
      sums.oursOnly += oursOnly.length
      sums.theirsOnly += theirsOnly.length
      sums.comesToYou += coming.size
      if (oursOnly.length + theirsOnly.length === 0) sums.queriesAlike += 1
      else if (sums.examples.length < 8)
        sums.examples.push({ ...query, ours: found.size, theirs: theirs.size, oursOnly: oursOnly.length, theirsOnly: theirsOnly.length })
    }
  }
  return {
    queries: queries.length,
    searches: queries.length * (peerRounds - 1),
    speeds: contestants.map(({ name, builtMs: built }) => ({
      name,
      builtMs: built,
      p50Ms: shareOf(times.get(name) ?? [], 0.5),
      p95Ms: shareOf(times.get(name) ?? [], 0.95),
    })),
    compared,
  }
}

console.log(
  JSON.stringify({
    offers: count,
    searches: took.length,
    builtMs,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    maxMs: at(0.9999),
    rssMb: Math.round(process.memoryUsage().rss / 1e6),
    ...(peersModule === undefined ? {} : { peers: await comparing(peersModule) }),
  }),
)
