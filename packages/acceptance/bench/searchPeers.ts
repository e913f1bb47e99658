import { components, create, insertMultiple, search } from '@orama/orama'
import MiniSearch from 'minisearch'

// Two other searches in memory, set as near to ours as they go: the same words in the same five fields, English stems, no accents, all words asked for,
// then all with the last as a beginning, then any; no misspellings, as ours takes none. Each filters by kind and distance itself.

type Point = { latitude: number; longitude: number }
type PeerDocument = { id: string; texts: readonly string[]; category: string; point: Point | undefined }
type PeerQuery = { text: string; near: Point; withinMetres: number; category?: string; limit: number }
type Peer = { name: string; builtMs: number; search(query: PeerQuery): string[] }

const fields = ['name', 'kind', 'organisation', 'place', 'description'] as const
type Fields = Record<(typeof fields)[number], string>
const earthMetres = 6_371_008.8
/** Words that our own search leaves out of a question. */
const emptyWords = new Set(
  'a an and are at be by can do for from have how i in is it me my near of on or our please some that the this to we what where who with you'.split(' '),
)
const toRadians = (degrees: number): number => (degrees * Math.PI) / 180

const metresBetween = (one: Point, other: Point): number => {
  const [from, to] = [toRadians(one.latitude), toRadians(other.latitude)]
  const across = Math.sin((to - from) / 2) ** 2 + Math.cos(from) * Math.cos(to) * Math.sin(toRadians(other.longitude - one.longitude) / 2) ** 2
  return 2 * earthMetres * Math.asin(Math.sqrt(across))
}
const fieldsOf = ({ texts }: PeerDocument): Fields => Object.fromEntries(fields.map((field, position) => [field, texts[position] ?? ''])) as Fields
const mapped = (texts: Fields): Fields => Object.fromEntries(Object.entries(texts).map(([field, text]) => [field, plain(text)])) as Fields
const wordsOf = (text: string): string[] => text.normalize('NFC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
const asked = (text: string): string[] => wordsOf(text).filter((word) => !emptyWords.has(word.toLowerCase()))

const stemming = components.tokenizer.createTokenizer({ language: 'english', stemming: true, stopWords: false, allowDuplicates: true })
const stems = new Map<string, string>()
const plain = (word: string): string => word.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
const stemOf = (word: string): string => {
  const known = stems.get(word)
  if (known !== undefined) return known
  const stem = stemming.tokenize(plain(word), 'english').join('')
  stems.set(word, stem)
  return stem
}

const openMiniSearch = (documents: readonly PeerDocument[]): Peer => {
  const from = performance.now()
  const index = new MiniSearch({ fields: [...fields], storeFields: ['category', 'point'], tokenize: wordsOf, processTerm: stemOf })
  index.addAll(documents.map((document) => ({ ...fieldsOf(document), id: document.id, category: document.category, point: document.point })))
  return {
    name: 'MiniSearch',
    builtMs: Math.round(performance.now() - from),
    search: ({ text, near, withinMetres, category, limit }) => {
      const words = asked(text)
      const filter = (hit: Record<string, unknown>): boolean =>
        (category === undefined || hit.category === category) && hit.point !== undefined && metresBetween(near, hit.point as Point) <= withinMetres
      // The way of asking is chosen by the words alone, as ours does.
      for (const way of [
        { combineWith: 'AND' },
        { combineWith: 'AND', prefix: (_: string, at: number, terms: string[]) => at === terms.length - 1 },
        { combineWith: 'OR' },
      ] as const) {
        let matched = 0
        const hits = index.search(words.join(' '), {
          ...way,
          filter: (hit) => {
            matched += 1
            return filter(hit)
          },
        })
        if (matched > 0) return hits.slice(0, limit).map(({ id }) => id as string)
      }
      return []
    },
  }
}

const openOrama = async (documents: readonly PeerDocument[]): Promise<Peer> => {
  const from = performance.now()
  const tokenizer = { language: 'english', normalizationCache: new Map<string, string>(), tokenize: (raw: string) => [...new Set(wordsOf(raw).map(stemOf))] }
  const schema = {
    name: 'string',
    kind: 'string',
    organisation: 'string',
    place: 'string',
    description: 'string',
    category: 'enum',
    point: 'geopoint',
  } as const
  const index = create({ schema, components: { tokenizer } })
  await insertMultiple(
    index,
    documents.map((document) => ({
      // Asked for whole words, it tells capitals apart: so it is given none.
      ...{ ...mapped(fieldsOf(document)), id: document.id, category: document.category },
      ...(document.point === undefined ? {} : { point: { lat: document.point.latitude, lon: document.point.longitude } }),
    })),
    5_000,
  )
  return {
    name: 'Orama',
    builtMs: Math.round(performance.now() - from),
    search: ({ text, near, withinMetres, category, limit }) => {
      const where = {
        ...{
          point: { radius: { coordinates: { lat: near.latitude, lon: near.longitude }, value: withinMetres, unit: 'm', inside: true, highPrecision: false } },
        },
        ...(category === undefined ? {} : { category: { eq: category } }),
      }
      const term = plain(asked(text).join(' '))
      const common = { term, properties: [...fields], tolerance: 0, limit }
      for (const way of [
        { exact: true, threshold: 0 },
        { exact: false, threshold: 0 },
        { exact: true, threshold: 1 },
      ]) {
        const found = search(index, { ...common, ...way, where } as never) as { hits: { id: string }[] }
        if (found.hits.length > 0) return found.hits.map(({ id }) => id)
        // It cannot say whether the words alone would have found something: only then is that asked.
        const byWords = search(index, { ...common, ...way, limit: 1 } as never) as { count: number }
        if (byWords.count > 0) return []
      }
      return []
    },
  }
}

/** Both, holding the documents. */
export const openPeers = async (documents: readonly PeerDocument[]): Promise<Peer[]> => [openMiniSearch(documents), await openOrama(documents)]
