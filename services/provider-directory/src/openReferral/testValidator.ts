import { openApiFile, readJsonFile, standardSchemas } from '../testing/standard.ts'

// The rules of the standard's own validator (OpenReferralUK/oruk-validator, C#), rule by rule as its sources have them, and the stricter ones that its former
// version had for pages. `level` is the validator's: an error refuses the feed, a warning does not.

// biome-ignore lint/suspicious/noExplicitAny: it looks into bodies as they come
export type Got = { status: number; body: any; ms: number }
export type Finding = { level: 'error' | 'warning'; rule: string; path: string; detail?: string }
type Endpoint = { path: string; isRequired: boolean; schema: string }

const idsOfOneMax = 10
const meanMsMax = 5_000
const perPageOfFormer = 5

/** The endpoints of the standard's OpenAPI document, lists before what is asked for by an id. */
export const standardEndpoints = (): Endpoint[] =>
  // biome-ignore lint/suspicious/noExplicitAny: an OpenAPI document
  Object.entries<any>(readJsonFile(openApiFile).paths)
    .map(([path, { get }]) => ({
      path,
      isRequired: get.tags.some((tag: string) => tag.toLowerCase() === 'required'),
      schema: get.responses['200'].content['application/json'].schema.$ref.replace('schema/', ''),
    }))
    .sort((one, other) => Number(one.path.includes('{')) - Number(other.path.includes('{')))

/** Which specification the validator would hold a feed to, by the version that it says it has. */
export const specificationFor = (version: unknown): string | undefined => {
  const number = /^\d+(?:\.\d+)?$/.exec(String(version).replace('HSDS-UK-', '').replace('V', ''))?.[0]
  return number === undefined ? undefined : Number(number).toFixed(1)
}

/** Everything the validator would have to say about a feed. */
export const validate = async (get: (path: string) => Promise<Got>): Promise<{ findings: Finding[]; asked: string[] }> => {
  const errorsOf = standardSchemas()
  const findings: Finding[] = []
  const asked: string[] = []
  const times: number[] = []
  const ids = new Map<string, string[]>()

  const look = async (endpoint: Endpoint, path: string, isList: boolean): Promise<Got | undefined> => {
    const got = await get(path)
    asked.push(path)
    times.push(got.ms)
    if (got.status < 200 || got.status > 299) {
      const rule = endpoint.isRequired ? 'REQUIRED_ENDPOINT_FAILED' : 'OPTIONAL_ENDPOINT_FAILED'
      findings.push({ level: endpoint.isRequired ? 'error' : 'warning', rule, path, detail: `status ${got.status}` })
      return undefined
    }
    // A schema error on an optional list makes the whole feed invalid, against what the validator's documents say.
    for (const detail of errorsOf(endpoint.schema, got.body))
      findings.push({ level: endpoint.isRequired || isList ? 'error' : 'warning', rule: 'SCHEMA', path, detail })
    return got
  }

  for (const endpoint of standardEndpoints()) {
    const { path } = endpoint
    if (path === '/') {
      const details = await look(endpoint, path, false)
      if (details && specificationFor(details.body?.version) !== '3.0') findings.push({ level: 'error', rule: 'SPECIFICATION', path })
    } else if (path.endsWith('/{id}')) {
      for (const id of (ids.get(path.replace('/{id}', '')) ?? []).slice(0, idsOfOneMax)) await look(endpoint, path.replace('{id}', id), false)
    } else {
      const first = await look(endpoint, `${path}?page=1`, true)
      if (!first) continue
      const pages: number = first.body.total_pages ?? 1
      if ((first.body.contents ?? []).length === 0) findings.push({ level: 'warning', rule: 'EMPTY_FEED_WARNING', path })
      const bodies = [first.body]
      for (const page of new Set([Math.ceil(pages / 2), pages])) if (page > 1) bodies.push((await look(endpoint, `${path}?page=${page}`, true))?.body)
      ids.set(
        path,
        bodies.flatMap((body) => (body?.contents ?? []).map(({ id }: { id: string }) => id)),
      )
      findings.push(...(await formerPageRules(path, get)))
    }
  }
  if (times.reduce((sum, ms) => sum + ms, 0) / times.length > meanMsMax) findings.push({ level: 'warning', rule: 'PERFORMANCE', path: '/' })
  return { findings, asked }
}

/** What the former validator asked of the first, middle and last page of a list. */
export const formerPageRules = async (path: string, get: (path: string) => Promise<Got>, perPage = perPageOfFormer): Promise<Finding[]> => {
  const findings: Finding[] = []
  const { body: first } = await get(`${path}?per_page=${perPage}&page=1`)
  const pages: number = first?.total_pages ?? 1
  for (const page of new Set([1, Math.ceil(pages / 2), pages])) {
    const { body } = await get(`${path}?per_page=${perPage}&page=${page}`)
    const say = (isRight: boolean, rule: string): void => {
      if (!isRight) findings.push({ level: 'warning', rule, path: `${path}?per_page=${perPage}&page=${page}` })
    }
    const items: unknown[] = body?.contents ?? []
    say(body?.page_number === page, 'page_number')
    say(body?.first_page === (page === 1), 'first_page')
    say(body?.last_page === (page === pages), 'last_page')
    say(body?.empty === (items.length === 0), 'empty')
    say(page === pages || items.length === perPage, 'items_on_page')
    say(body?.size === items.length, 'size')
    say(body?.total_items === first.total_items && body?.total_pages === pages, 'totals')
  }
  return findings
}
