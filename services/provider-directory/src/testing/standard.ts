import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'

// The standard's own files and real feeds lie beside this repository, where they are; they are not ours to copy.
const beside = join(import.meta.dirname, '../../../../../shared')
const schemaFolder = join(beside, 'interop/oruk-live-local/schema')

export const openApiFile = join(beside, 'interop/oruk-live-local/openapi.json')
export const mocksFolder = join(beside, 'interop/oruk-validator-mocks')
export const tabularFolder = join(beside, 'interop/hsds-3.0')
export const bristolFile = join(beside, 'data/oruk-v1-bristol-2024-12.json')

/** `test` where all of these files are there, else a skip that says so. */
export const testWith = (...files: string[]): typeof test => {
  const missing = files.filter((file) => !existsSync(file))
  if (missing.length === 0) return test
  console.warn(`Skipped: not there: ${missing.map((file) => file.slice(beside.length + 1)).join(', ')} (beside the repository, in ../shared)`)
  return test.skip as typeof test
}

export const readJsonFile = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

/** Says what is wrong with a body by a schema of the standard, as `place: what`; nothing when it is as it should be. */
export const standardSchemas = () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ;(addFormatsModule as unknown as (ajv: Ajv2020) => void)(ajv)
  for (const file of readdirSync(schemaFolder))
    if (!/package|open_api|with_definitions|empy/.test(file)) ajv.addSchema(readJsonFile(join(schemaFolder, file)), file)
  return (name: string, body: unknown): string[] => {
    const validate = ajv.getSchema(name)
    if (!validate) throw new Error(`There is no schema ${name}`)
    return validate(body) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}
