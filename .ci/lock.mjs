// Holds two lock files against each other: `node .ci/lock.mjs <committed> <made by npm install>`.
// Registries differ in which other platforms' optional binaries they carry, so an optional package that names its platform may be missing or
// extra; everything else must be equal. Prints what differs; exit 1 when anything does.
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'

const isForOnePlatform = ({ optional, os, cpu }) => optional === true && (os !== undefined || cpu !== undefined)
const read = (path) => JSON.parse(readFileSync(path, 'utf8')).packages
const [committed, made] = process.argv.slice(2, 4).map(read)

const differing = [...new Set([...Object.keys(committed), ...Object.keys(made)])].filter((name) => {
  const [one, other] = [committed[name], made[name]]
  if (one === undefined || other === undefined) return !isForOnePlatform(one ?? other)
  return !isDeepStrictEqual(one, other)
})
for (const name of differing) console.log(`${name || 'the project itself'} differs: run npm install and commit package-lock.json`)
process.exit(differing.length === 0 ? 0 : 1)
