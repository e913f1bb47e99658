import type { ApiDocument } from '../apiDocuments.ts'
import type { Call } from '../openPlace.ts'
import type { Canaries } from './canaries.ts'

type Schema = { type?: string; format?: string; pattern?: string; enum?: unknown; const?: unknown; properties?: Record<string, Schema>; items?: Schema }
type Operation = { requestBody?: { content: Record<string, { schema: Schema }> } }

/** Formats that leave no room for a word. */
const closedFormats = ['uuid', 'date', 'date-time', 'time']

const textsIn = (schema: Schema, path = ''): string[] => {
  if (schema.properties) return Object.entries(schema.properties).flatMap(([name, inner]) => textsIn(inner, `${path}/${name}`))
  if (schema.items) return textsIn(schema.items, `${path}/-`)
  const isOpen = schema.format === undefined ? schema.pattern === undefined : !closedFormats.includes(schema.format)
  return schema.type === 'string' && schema.enum === undefined && schema.const === undefined && isOpen ? [path] : []
}

const valuesAt = (value: unknown, [step, ...rest]: readonly string[]): unknown[] => {
  if (step === undefined) return [value]
  if (typeof value !== 'object' || value === null) return []
  if (step === '-') return Array.isArray(value) ? value.flatMap((one) => valuesAt(one, rest)) : []
  return valuesAt((value as Record<string, unknown>)[step], rest)
}

/** Every field of every API in which somebody can write words, as in `POST /api/referral/needs /words`, in which no canary was sent. */
export const fieldsWithoutCanary = (documents: readonly ApiDocument[], calls: readonly Call[], canaries: Canaries): string[] =>
  documents.flatMap(({ mountPath, paths }) =>
    Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, operation]) => {
        const schema = (operation as Operation).requestBody?.content['application/json']?.schema
        const address = new RegExp(`^${mountPath}${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
        const bodies = calls
          .filter((call) => call.method === method.toUpperCase() && address.test(new URL(call.url).pathname))
          .map(({ body }) => JSON.parse(body || '""'))
        return (schema ? textsIn(schema) : [])
          .filter((field) => !bodies.some((body) => valuesAt(body, field.split('/').slice(1)).some((value) => canaries.isIn(String(value)))))
          .map((field) => `${method.toUpperCase()} ${mountPath}${path} ${field}`)
      }),
    ),
  )
