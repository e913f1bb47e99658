import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { importTaxonomy } from './importTaxonomy.ts'
import { openTaxonomies } from './taxonomies.ts'
import { localGovernmentList, skosInTurtle, skosInXml } from './testFiles.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-skos-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let kept: string
let number = 0
beforeEach(() => {
  number += 1
  kept = join(folder, `kept-${number}`)
})
const now = () => Date.parse('2026-03-02T10:00:00Z')
const take = (text: string | Buffer, options: Partial<Parameters<typeof importTaxonomy>[1]> = {}) => {
  const path = join(folder, 'terms')
  writeFileSync(path, text)
  return importTaxonomy(path, { folder: kept, now, ...options })
}
const opened = () => openTaxonomies(kept, now)
const listCalled = (name: string) =>
  opened()
    .all()
    .find((one) => one.name === name)

const prefixes = '@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n'
const turtle = (...lines: string[]) => `${prefixes}${lines.join('\n')}\n`
const concept = (code: string, more = '') => `<http://w.example/${code}> a skos:Concept ; skos:prefLabel "${code}"@en ${more && `; ${more}`} .`
const rdf = (inside: string, before = '<?xml version="1.0"?>') =>
  `${before}\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">${inside}</rdf:RDF>`
const inXml = (code: string, more = '') =>
  `<skos:Concept rdf:about="http://w.example/${code}"><skos:prefLabel xml:lang="en">${code}</skos:prefLabel>${more}</skos:Concept>`

describe.each([
  ['RDF/XML', skosInXml],
  ['Turtle', skosInTurtle],
])('a taxonomy in SKOS is read from %s', (_form, text) => {
  test('with its names in English and in Welsh, what lies above each, and what it says of itself', async () => {
    expect(await take(text)).toMatchObject({ name: 'Words of the valley', version: '2026-02-01', language: 'en', read: 3, added: 3, severalAbove: 1 })
    expect(listCalled('Words of the valley')).toMatchObject({ uri: 'https://words.example/list' })
    expect(listCalled('Words of the valley')!.terms.map(({ id: _id, ...term }) => term)).toEqual([
      {
        code: 'reading',
        uri: 'https://words.example/list/reading',
        name: 'Reading & writing',
        description: 'All that is read',
        translations: { cy: { name: 'Darllen' } },
      },
      { code: 'L1', uri: 'https://words.example/list/library', parent: 'reading', name: 'A library', description: 'Rooms with books' },
      { code: 'house', uri: 'https://words.example/list/house', parent: 'L1', name: 'House' },
    ])
  })

  test('and imported again nothing changes, nor are words lost that came by themselves', async () => {
    await take(text)
    await take('code,name\nL1,Llyfrgell\nreading,Darllen\n', { name: 'Words of the valley', language: 'cy' })
    expect(await take(text)).toMatchObject({ added: 0, changed: 0, retired: 0 })
    expect(listCalled('Words of the valley')!.terms[1]).toMatchObject({ code: 'L1', translations: { cy: { name: 'Llyfrgell' } } })
  })

  test('by its Welsh names, which are added to a list that is here by their codes', async () => {
    await take('code,name\nreading,Reading\nL1,Library\n', { name: 'Another' })
    expect(await take(text, { name: 'Another', language: 'cy' })).toMatchObject({ isTranslation: true, read: 1, changed: 1 })
    expect(listCalled('Another')!.terms).toMatchObject([{ code: 'reading', translations: { cy: { name: 'Darllen' } } }, { code: 'L1' }])
  })

  test('and says which of our kinds its terms are, by what they mean in a list that is here', async () => {
    await take(localGovernmentList)
    expect(await take(text)).toMatchObject({ matches: { here: 2, elsewhere: 1 } })
    const taxonomies = opened()
    const termOf = (code: string) => listCalled('Words of the valley')!.terms.find((one) => one.code === code)!
    expect(taxonomies.kindOf({ id: termOf('reading').id })).toBe('libraries')
    // By what lies above it, and by its address.
    expect(taxonomies.kindOf({ id: 'x', term_uri: 'http://words.example/list/library' })).toBe('libraries')
    // Nearly the same is enough for what comes in …
    expect(taxonomies.kindOf({ id: termOf('house').id })).toBe('housing')
    // … and what goes out is told only what means the same.
    const shown = (kind: 'libraries' | 'housing') => taxonomies.shownWith(kind).map(({ term: { code } }) => code)
    expect(shown('libraries')).toEqual(['function/76', 'reading'])
    expect(shown('housing')).toEqual(['function/66'])
    expect(taxonomies.kindsOf({ termId: termOf('reading').id })).toEqual(['libraries'])
    expect(taxonomies.kindsOf({ termId: termOf('house').id })).toEqual([])
  })
})

test('a concept in several schemes is of the one that all of them are in', async () => {
  const of = (...schemes: string[]) => `skos:inScheme ${schemes.map((one) => `<http://w.example/s/${one}>`).join(', ')}`
  const text = turtle(
    '<http://w.example/s/whole> a skos:ConceptScheme ; skos:prefLabel "Whole"@en .',
    concept('a', of('part', 'whole')),
    concept('b', of('whole')),
  )
  expect(await take(text)).toMatchObject({ name: 'Whole', read: 2 })
})

test('the lines between many terms are no text that could be too long', async () => {
  const many = Array.from({ length: 10_100 }, (_, at) => inXml(String(at))).join('\n  ')
  expect(await take(rdf(many), { name: 'Many' })).toMatchObject({ read: 10_100 })
})

test('statements as N-Triples have them are Turtle, and nothing of their order matters', async () => {
  const iri = (part: string) => `<http://w.example/${part}>`
  const skos = (part: string) => `<http://www.w3.org/2004/02/skos/core#${part}>`
  const type = '<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>'
  const statements = ['a', 'b', 'c'].flatMap((code, at, all) => [
    `${iri(code)} ${type} ${skos('Concept')} .`,
    `${iri(code)} ${skos('prefLabel')} "${code}"@en .`,
    ...(at > 0 ? [`${iri(code)} ${skos('broader')} ${iri(all[at - 1]!)} .`] : []),
  ])
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(statements, { minLength: statements.length }), async (shuffled) => {
      rmSync(kept, { recursive: true, force: true })
      await take(shuffled.join('\n'), { name: 'List' })
      expect(new Map(listCalled('List')!.terms.map(({ code, parent }) => [code, parent]))).toEqual(
        new Map([
          ['a', undefined],
          ['b', 'a'],
          ['c', 'b'],
        ]),
      )
    }),
    { numRuns: 20 },
  )
})

describe('what is refused is told with its place, and changes nothing', () => {
  test.each<[string, string | Buffer, string]>([
    ['entities that the document defines', rdf(inXml('&a;'), '<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [<!ENTITY a "x">]>'), 'line 2: it has a document type'],
    ['an entity from outside', rdf(inXml('&a;'), '<!DOCTYPE rdf:RDF [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), 'document type'],
    ['an entity that is not XML’s own', rdf(inXml('Caf&eacute;')), 'line 2: the entity &eacute; is not one of XML’s own'],
    ['elements without end in each other', rdf(`${'<skos:Concept><skos:broader>'.repeat(40)}`), 'more than 50 deep'],
    ['XML that was cut off', rdf(inXml('a')).slice(0, -12), 'cut off'],
    ['XML that is not RDF', rdf('<skos:Concept rdf:about="http://w.example/a" rdf:ID="b"/>'), 'not RDF in XML'],
    ['Turtle that was cut off in a statement', turtle(concept('a'), '<http://w.example/b> a skos:Conc').trimEnd(), 'cut off'],
    ['Turtle that was cut off in a text', turtle(concept('a'), '<http://w.example/b> skos:prefLabel "Hal').trimEnd(), 'cut off'],
    ['Turtle with a slip in it', turtle(concept('a'), 'oh dear'), 'line 3'],
    ['rules, which are not Turtle', turtle('{ ?a a skos:Concept } => { ?a a skos:Thing } .'), 'is not Turtle'],
    ['JSON-LD', '{"@context":"http://w.example/c","@graph":[]}', 'Get the taxonomy as Turtle or as RDF/XML'],
    ['bytes that are no text', Buffer.concat([Buffer.from(turtle('# ')), Buffer.from([0xff, 0xfe])]), 'UTF-8'],
    ['a text of ten million letters', turtle(concept('a', `skos:definition """${'x'.repeat(10_000_000)}"""`)), 'more than 20,000 characters'],
    ['a text without end', turtle(`<http://w.example/a> skos:definition """${'x'.repeat(10_000_000)}`), 'cut off'],
    [
      'a concept without a name',
      turtle(concept('a'), '<http://w.example/b> a skos:Concept ; skos:prefLabel "Lire"@fr .'),
      '<http://w.example/b>, name: there is none in the language',
    ],
    ['a concept with two names', turtle(concept('a', 'skos:prefLabel "A", "B"@en')), '<http://w.example/a> has two names (prefLabel) in “en”, “a” and “B”'],
    ['a concept without a code', turtle('[] a skos:Concept ; skos:prefLabel "One"@en .'), 'a concept without an address, code: there is none'],
    ['one code for two', turtle(concept('x/1'), concept('y/1')), '<http://w.example/y/1>, code: “1” stands there before, at <http://w.example/x/1>'],
    ['a broader concept that is not there', turtle(concept('a', 'skos:broader <http://w.example/z>')), 'parent: “http://w.example/z” is no term of this file'],
    [
      'concepts above themselves',
      turtle(concept('a', 'skos:broader <http://w.example/b>'), concept('b', 'skos:broader <http://w.example/a>')),
      'lies above itself',
    ],
    [
      'concepts that are narrower than each other',
      turtle(concept('a', 'skos:narrower <http://w.example/b>'), concept('b', 'skos:narrower <http://w.example/a>')),
      'lies above itself',
    ],
    [
      'concepts of several schemes',
      turtle(concept('a', 'skos:inScheme <http://w.example/s>'), concept('b', 'skos:inScheme <http://w.example/t>')),
      'several taxonomies',
    ],
    ['RDF without a concept', turtle('<http://w.example/a> skos:prefLabel "One"@en .'), 'no terms'],
    ['a name too long', turtle(`<http://w.example/a> a skos:Concept ; skos:prefLabel "One"@en, "${'x'.repeat(501)}"@cy .`), 'name: it has 501 characters'],
  ])('%s', async (_what, text, words) => {
    await take(turtle(concept('before')), { name: 'List' })
    const before = readdirSync(kept).map((name) => [name, readFileSync(join(kept, name), 'utf8')])
    const refused = await take(text, { name: 'List' }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Error)
    expect((refused as Error).message).toContain(words)
    expect((refused as Error).message.length).toBeLessThan(2_000)
    expect(readdirSync(kept).map((name) => [name, readFileSync(join(kept, name), 'utf8')])).toEqual(before)
  })

  test('any text at all is read or refused in words', async () => {
    const piece = fc.constantFrom(
      ...[
        '<',
        '>',
        '&',
        ';',
        '"',
        "'",
        '"""',
        '<http://a>',
        '<a>',
        'skos:Concept',
        'skos:prefLabel',
        'a',
        '.',
        ',',
        '[',
        ']',
        '(',
        ')',
        '@en',
        '^^',
        '_:x',
        '{',
        '}',
        '\\u',
        '#',
        '\n',
        ' ',
        'é',
        '<<(',
        '|}',
      ],
      ...[
        '<skos:Concept>',
        '</skos:Concept>',
        '<skos:prefLabel>',
        '</skos:prefLabel>',
        ' rdf:about="a"',
        'xml:lang',
        '<![CDATA[',
        ']]>',
        '<!--',
        '-->',
        '<?',
        '?>',
      ],
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), fc.boolean(), async (pieces, isXml) => {
        const text = isXml ? rdf(pieces.join('')) : prefixes + pieces.join('')
        const ended = await take(text, { name: 'Any', dryRun: true }).catch((error: Error) => error.constructor.name)
        expect(typeof ended === 'string' ? ended : 'read').toMatch(/^(?:TaxonomyRefusedError|read)$/)
      }),
      { numRuns: 500 },
    )
    expect(existsSync(kept)).toBe(false)
  })
})
