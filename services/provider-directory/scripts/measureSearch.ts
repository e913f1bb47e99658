// Measures search over many offers made of the demonstration place's words: node scripts/measureSearch.ts [offers, 50000 when absent]
// Prints one line of JSON: how long the index took to build, and the median and 95th percentile of a search with a distance, in milliseconds.
import { demonstrationPlaceFolder } from '../src/config.ts'
import { readRecords } from '../src/openData/readRecords.ts'
import { openCouncilArea } from '../src/place/place.ts'
import type { PublicOffer } from '../src/store/publicOffer.ts'
import { createSearchIndex } from '../src/store/searchIndex.ts'

const count = Number(process.argv[2] ?? 50_000)
const roundsMax = 12
const batch = 500
const texts =
  'food bank|library|football|counselling|help|community|gardening sale|carers support|children|church|swimm|mental health|advice debt|dementia|charity|xyzzy|'.split(
    '|',
  )
const filters = [{}, { cost: 'free' }, { isOpenNow: true, hasRoom: true }, { wardCode: 'E05015254' }] as const

// The same numbers each time: a linear congruential generator.
let seed = 1
const random = (): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}

const area = openCouncilArea(demonstrationPlaceFolder)
const real = readRecords(area).flatMap((organisation) => organisation.offers.map((offer) => ({ organisation, offer })))
const words = real.flatMap(({ offer }) => offer.details.description.split(' '))
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
    capacity: number % 5 === 0 ? { state: 'open', expiresAt: '2099-01-01T00:00:00.000Z' } : { state: 'unknown' },
    takesReferrals: true,
    publishedAt: at,
    modifiedAt: at,
    organisation: { ...organisation.details, organisationId: offerId, kind: 'organisation', modifiedAt: at },
  }
}

const index = createSearchIndex()
const startedAt = performance.now()
for (let from = 0; from < count; from += batch)
  index.put(Array.from({ length: Math.min(batch, count - from) }, (_, at) => ({ offer: madeOf(from + at), sequence: 1 })))
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
took.sort((a, b) => a - b)
const at = (share: number): number => Math.round((took[Math.floor(took.length * share)] ?? 0) * 100) / 100
console.log(
  JSON.stringify({
    offers: count,
    searches: took.length,
    builtMs,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    maxMs: at(0.9999),
    rssMb: Math.round(process.memoryUsage().rss / 1e6),
  }),
)
