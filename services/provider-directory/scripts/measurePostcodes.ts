// Measures look-ups in what "patchwork import postcodes" wrote: node scripts/measurePostcodes.ts <file> <look-ups> <postcodes in it>
// Prints one line of JSON: percentiles of one look-up, in milliseconds. Every postcode asked for must be there.
import { postcodeOf } from '../../../packages/acceptance/bench/postcodes.ts'
import { openPostcodeFile } from '../src/place/postcodeFile.ts'

const [file, lookups, count] = [process.argv[2] ?? '', Number(process.argv[3]), Number(process.argv[4])]
const postcodes = openPostcodeFile(file, () => performance.now())
// The same numbers each time: a linear congruential generator.
let seed = 1
const took: number[] = []
for (let at = 0; at < lookups; at += 1) {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  const postcode = postcodeOf(seed % count)
  const askedAt = performance.now()
  const found = postcodes.locate(postcode)
  took.push(performance.now() - askedAt)
  if (!found) throw new Error(`${postcode} is not found`)
}
took.sort((one, other) => one - other)
const share = (part: number): number => Math.round((took[Math.floor(took.length * part)] ?? 0) * 10_000) / 10_000
console.log(JSON.stringify({ p50Ms: share(0.5), p95Ms: share(0.95), p999Ms: share(0.999) }))
postcodes.close()
