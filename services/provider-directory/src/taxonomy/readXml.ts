import { Parser } from 'htmlparser2'
import { TaxonomyRefusedError } from './refused.ts'

/** An element of an XML document: what is in it comes with the elements below it. */
export type XmlElement = {
  name: string
  attributes: Readonly<Record<string, string>>
  /** Its own text, once it has been read to its end. */
  text: string
  line: number
  above: XmlElement | undefined
}

const depthMax = 50
const elementsMax = 500_000
const textLengthMax = 20_000
const ownEntities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Reads an XML document in UTF-8 as its bytes come; `onElement` gets each element when it ends, so those within it before it. A document type is refused: the
 * only entities are XML's own five and characters by their number, so that nothing can grow, and nothing is fetched or opened. Throws TaxonomyRefusedError
 * `not-xml`, `document-type`, `entity`, `not-utf-8`, `cut-off`, `too-deep`, `too-large`, with the line.
 */
export const readXml = async (bytes: AsyncIterable<Uint8Array>, onElement: (element: XmlElement) => void): Promise<void> => {
  const at = { chunk: '', start: 0, counted: 0, line: 1 }
  let open: XmlElement | undefined
  let depth = 0
  let elements = 0
  let inCharacterData = false
  let raw = ''
  let openedUntil = -1
  let isAtEnd = false
  /** The line of the place that the parser is at. */
  const line = (): number => {
    for (; at.counted < Math.min(parser.startIndex, at.start + at.chunk.length); at.counted += 1)
      if (at.chunk.charCodeAt(at.counted - at.start) === lineFeed) at.line += 1
    return at.line
  }
  const refuse = (code: string, why: string): never => {
    throw new TaxonomyRefusedError(code, `The file was refused at line ${line()}: ${why}`)
  }
  const decoded = (text: string): string =>
    text.replaceAll(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|([^\s;&<>"']{1,40}));|&/gi, (found: string, hex?: string, decimal?: string, name?: string) => {
      const own = name === undefined ? undefined : ownEntities[name]
      if (own !== undefined) return own
      const number = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16)
      if (number > 0 && number <= 0x10ffff && !(number >= 0xd800 && number <= 0xdfff)) return String.fromCodePoint(number)
      if (name === undefined) return refuse('not-xml', `${found} is no character. Write & as &amp;.`)
      return refuse('entity', `the entity ${found} is not one of XML’s own. Entities that a document defines itself are never read: write the character.`)
    })
  const takeText = (): void => {
    if (open && raw !== '') {
      const text = inCharacterData ? raw : decoded(raw)
      // What only sets elements apart would grow with their number.
      open.text += text.trim() !== '' ? text : open.text === '' || open.text.endsWith(' ') ? '' : ' '
      if (open.text.length > textLengthMax) refuse('too-large', `the text of <${open.name}> has more than ${textLengthMax.toLocaleString('en-GB')} characters.`)
    }
    raw = ''
  }
  const parser = new Parser(
    {
      onprocessinginstruction: (name, data) => {
        if (/^!doctype/i.test(name))
          refuse('document-type', 'it has a document type (<!DOCTYPE …>), which can define entities. Take it out: nothing of it is needed, and none is read.')
        if (name.startsWith('!')) refuse('not-xml', 'there is a declaration where none can be.')
        const encoding = name === '?xml' ? /\bencoding\s*=\s*["']([\w.:-]{1,40})["']/i.exec(data)?.[1] : undefined
        if (encoding !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(encoding)) refuse('not-utf-8', `its encoding is ${encoding}. Save it in UTF-8.`)
      },
      onopentag: (name, given) => {
        takeText()
        elements += 1
        depth += 1
        if (elements > elementsMax) refuse('too-large', `it has more than ${elementsMax.toLocaleString('en-GB')} elements.`)
        if (depth > depthMax) refuse('too-deep', `elements lie more than ${depthMax} deep in each other.`)
        const attributes = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, decoded(value)]))
        open = { name, attributes, text: '', line: line(), above: open }
        openedUntil = parser.endIndex
      },
      ontext: (text) => {
        raw += text
        if (raw.length > textLengthMax * 2) refuse('too-large', `there is text of more than ${(textLengthMax * 2).toLocaleString('en-GB')} characters.`)
        if (!open && text.trim() !== '' && text.trim() !== '\ufeff') refuse('not-xml', 'there is text outside of every element.')
        if (!open) raw = ''
      },
      oncdatastart: () => {
        takeText()
        inCharacterData = true
      },
      oncdataend: () => {
        takeText()
        inCharacterData = false
      },
      onclosetag: (name, isImplied) => {
        takeText()
        // A tag that closes itself is told as closed by the parser at the place where it opened.
        if (isImplied && parser.endIndex !== openedUntil)
          refuse(isAtEnd ? 'cut-off' : 'not-xml', `<${name}> is not closed.${isAtEnd ? ' The file was cut off: get it again.' : ''}`)
        const ended = open
        if (!ended) return
        open = ended.above
        depth -= 1
        onElement(ended)
      },
    },
    { xmlMode: true, decodeEntities: false },
  )
  const write = (chunk: string): void => {
    // What was not asked about is counted now: the chunk before is let go.
    for (; at.counted < at.start + at.chunk.length; at.counted += 1) if (at.chunk.charCodeAt(at.counted - at.start) === lineFeed) at.line += 1
    at.start += at.chunk.length
    at.chunk = chunk
    parser.write(chunk)
  }
  for await (const text of textsIn(bytes, () => refuse('not-utf-8', 'it is not text in UTF-8. Save it in UTF-8.'))) write(text)
  isAtEnd = true
  parser.end()
  if (elements === 0) refuse('not-xml', 'it has no element.')
}

const lineFeed = 0x0a

/** The text of bytes in UTF-8 as they come; `refuse` is called at the first that is none. */
export async function* textsIn(bytes: AsyncIterable<Uint8Array>, refuse: () => never): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decoded = (part?: Uint8Array): string => {
    try {
      return part === undefined ? decoder.decode() : decoder.decode(part, { stream: true })
    } catch {
      return refuse()
    }
  }
  for await (const part of bytes) yield decoded(part)
  yield decoded()
}
