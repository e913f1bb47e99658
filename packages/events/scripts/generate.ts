// Writes what is made from the event definitions: schema/<type>.json and asyncapi.yaml. With --release it also keeps the schemas as released:
// from then on they may only gain optional fields and codes.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lostOrChanged } from './lostOrChanged.ts'
import { asyncApi, eventsFolder, type JsonSchema, jsonSchemas, readExamples, readSchemas } from './reference.ts'

const write = (folder: 'schema' | 'released', schemas: ReadonlyMap<string, JsonSchema>) => {
  for (const [name, schema] of schemas) writeFileSync(join(eventsFolder, folder, `${name}.json`), `${JSON.stringify(schema, null, 2)}\n`)
}

const schemas = jsonSchemas()
write('schema', schemas)
for (const name of readSchemas('schema').keys()) if (!schemas.has(name)) rmSync(join(eventsFolder, 'schema', `${name}.json`))
writeFileSync(join(eventsFolder, 'asyncapi.yaml'), asyncApi(readExamples()))
console.log(`${schemas.size} schemas and asyncapi.yaml are written`)

if (process.argv.includes('--release')) {
  const broken = [...readSchemas('released')].flatMap(([name, released]) =>
    schemas.has(name) ? lostOrChanged(released, schemas.get(name)!).map((what) => `${name}: ${what}`) : [`${name} is gone`],
  )
  if (broken.length > 0) {
    console.error(`Not released, as readers rely on what was:\n${broken.join('\n')}`)
    process.exit(1)
  }
  write('released', schemas)
  console.log('and kept as released')
}
