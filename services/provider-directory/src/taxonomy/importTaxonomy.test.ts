import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRuntime } from '@patchwork/runtime'
import fc from 'fast-check'
import { importTaxonomy } from './importTaxonomy.ts'
import { narrowerTerms, shownTerms, shownTermsOfAssets } from './mapping.ts'
import { openTaxonomies } from './taxonomies.ts'
import { type Scheme, schemeNames } from './taxonomy.ts'
import { hsdsTerms, localGovernmentList, openEligibility } from './testFiles.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-taxonomies-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let kept: string
let number = 0
beforeEach(() => {
  number += 1
  kept = join(folder, `kept-${number}`)
})
const clock = { now: Date.parse('2026-03-02T10:00:00Z') }
const fileOf = (text: string | Buffer, name = 'terms.xml'): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const take = (text: string | Buffer, options: Partial<Parameters<typeof importTaxonomy>[1]> = {}) =>
  importTaxonomy(fileOf(text), { folder: kept, now: () => clock.now, ...options })
const opened = () => openTaxonomies(kept, () => clock.now)
const termsHere = () =>
  opened()
    .all()
    .flatMap(({ terms }) => terms)

describe('a taxonomy is read from', () => {
  test('the XML of the local government list: a function and a service of one number are two terms', async () => {
    expect(await take(localGovernmentList)).toMatchObject({
      name: schemeNames.lga,
      version: '2010-04-06',
      language: 'en',
      read: 5,
      added: 5,
      retired: 0,
    })
    expect(opened().all()).toMatchObject([{ scheme: 'lga', uri: 'http://id.esd.org.uk/FunctionList', description: 'What councils do', source: 'terms.xml' }])
    expect(termsHere().map(({ code, name, parent, description }) => [code, name, parent, description])).toEqual([
      ['function/72', 'Leisure & culture', undefined, undefined],
      ['function/76', 'Libraries', 'function/72', undefined],
      ['service/437', 'Library facilities', 'function/76', 'Rooms & desks'],
      ['service/76', 'Not the function of that number', 'function/76', 'Another — thing'],
      ['function/66', 'Housing', undefined, undefined],
    ])
  })

  test('the XML of Open Eligibility, although it says it is a version of XML that there is not', async () => {
    expect(await take(openEligibility)).toMatchObject({ name: 'Open Eligibility', version: '2.0', read: 5 })
    expect(termsHere().map(({ code, name, parent, description }) => [code, name, parent, description])).toEqual([
      ['1102', 'Food', undefined, 'Services for free meals.'],
      ['1130', 'Food Pantry', '1102', undefined],
      ['1105', 'Transit', undefined, undefined],
      ['1175', 'Transportation', '1105', undefined],
      ['1176', 'Toys & Gifts', '1175', undefined],
    ])
  })

  test('the tables of HSDS, whose ids stay', async () => {
    expect(await take(hsdsTerms, { name: 'Our own' })).toMatchObject({ name: 'Our own', read: 2 })
    expect(termsHere()).toEqual([
      {
        id: '3f7b145d-84af-42d7-8fae-eaca714b02b2',
        code: 'A',
        name: 'Advice',
        description: 'Words, numbers and people',
        uri: 'https://terms.example/a',
      },
      { id: '0bc248fa-dc27-4650-9ba4-8f1a24ef16a2', code: 'A1', name: 'Debt', parent: 'A' },
    ])
    await expect(take(hsdsTerms)).rejects.toThrow('--name')
  })

  test.each([
    [
      'a list of terms',
      [
        { code: 'a', name: 'One' },
        { code: 'b', name: 'Two', parent_id: 'a' },
      ],
    ],
    [
      'a taxonomy with its terms',
      {
        id: 'x',
        name: 'Given',
        taxonomy_terms: [
          { id: 'a', name: 'One' },
          { id: 'b', name: 'Two', parent_id: 'a' },
        ],
      },
    ],
    [
      'a page of a feed',
      {
        total_pages: 1,
        contents: [
          { code: 'a', name: 'One' },
          { code: 'b', name: 'Two', parent: 'a' },
        ],
      },
    ],
    [
      'a list of the esd standards',
      {
        list: {
          label: 'Given',
          items: [
            { identifier: 'a', label: 'One' },
            { identifier: 'b', label: 'Two', parents: [{ identifier: 'a', label: 'One' }] },
          ],
        },
      },
    ],
  ])('JSON: %s', async (_what, value) => {
    await take(JSON.stringify(value), { name: 'Given' })
    expect(termsHere().map(({ code, name, parent }) => [code, name, parent])).toEqual([
      ['a', 'One', undefined],
      ['b', 'Two', 'a'],
    ])
  })
})

const xml = (inside: string, before = '<?xml version="1.0"?>') => `${before}<Functions>${inside}</Functions>`
const term = (code: string, name: string, more = '') => `<Function><Identifier>${code}</Identifier><Label>${name}</Label>${more}</Function>`
const laughs = `<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from({ length: 9 }, (_, at) => `<!ENTITY lol${at + 1} "${`&lol${at || ''};`.repeat(10)}">`).join('')}]>`

describe('what is refused is told with its place, and changes nothing', () => {
  test.each<[string, string | Buffer, string]>([
    ['a billion laughs', xml(term('1', '&lol9;'), `<?xml version="1.0"?>\n${laughs}`), 'line 2: it has a document type'],
    ['an entity from outside', xml(term('1', '&x;'), '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), 'document type'],
    ['a document type somewhere else', xml(term('1', 'One'), '<!DOCTYPE Functions SYSTEM "http://127.0.0.1/x.dtd">'), 'document type'],
    ['an entity that is not XML’s own', xml(`\n${term('1', 'Caf&eacute;')}`), 'line 2: the entity &eacute; is not one of XML’s own'],
    ['an & by itself', xml(term('1', 'Bed & board')), 'Write & as &amp;'],
    ['a character that is none', xml(term('1', '&#0;')), 'is no character'],
    ['an element that does not end', xml('<Function><Identifier>1</Identifier>'), '<Function> is not closed'],
    ['XML that was cut off', xml(term('1', 'One')).slice(0, -12), 'cut off'],
    ['elements without end in each other', xml('<a>'.repeat(60)), 'more than 50 deep'],
    ['a term of ten million letters', xml(term('1', 'x'.repeat(10_000_000))), 'more than 40,000 characters'],
    ['another encoding', xml(term('1', 'One'), '<?xml version="1.0" encoding="ISO-8859-1"?>'), 'Save it in UTF-8'],
    ['bytes that are no text', Buffer.concat([Buffer.from(xml('<Function>')), Buffer.from([0xff, 0xfe, 0x41])]), 'UTF-8'],
    ['a term without a name', xml(`${term('1', 'One')}\n<Function><Identifier>2</Identifier></Function>`), 'line 2, name: there is none'],
    ['a term without a code', xml(`${term('1', 'One')}\n<Function><Label>Two</Label></Function>`), 'line 2, code: there is none'],
    ['one code for two', xml(`${term('1', 'One')}\n${term('1', 'Two')}`), 'line 2, code: “1” stands there before, at line 1 (“One”)'],
    ['no terms', xml(''), 'no terms'],
    ['a page of the web', '<html><body><p>Not found</p></body></html>', 'no terms'],
    ['an address that is none', 'code,name,uri\n1,One,javascript:alert(1)\n', 'line 2, uri: “javascript:alert(1)” is no http or https address'],
    ['a term below none', 'code,name,parent\n1,One,\n2,Two,9\n', 'line 3, parent: “9” is no term of this file'],
    ['terms above themselves', 'code,name,parent\n1,One,3\n2,Two,1\n3,Three,2\n4,Four,4\n', 'line 5, parent: “4” lies above itself'],
    ['no column for the name', 'code,price\n1,One\n', 'names no column for the name'],
    ['a row with a comma too many', 'code,name\n1,One\n2,Two,three\n', 'Line 3 has more cells'],
    ['a row that was cut off', 'code,name,description\n1,One,x\n2,Tw', 'cut off'],
    ['terms of several taxonomies', 'code,name,taxonomy\n1,One,a\n2,Two,b\n', 'several taxonomies (“a”, “b”)'],
    [
      'one id for two',
      `id,code,name\n${'3f7b145d-84af-42d7-8fae-eaca714b02b2,1,One\n3f7b145d-84af-42d7-8fae-eaca714b02b2,2,Two\n'}`,
      'line 3, id: the term “1” has the same',
    ],
    ['a name too long', `code,name\n1,${'x'.repeat(501)}\n`, 'line 2, name: it has 501 characters, and may have 500'],
    ['JSON that was cut off', '[{"code":"1","name":"One"},{"co', 'cut off'],
    ['JSON that holds no terms', '[1,2]', 'term 1 is no object'],
    ['JSON without end in itself', '['.repeat(200_000), 'cut off'],
    ['JSON very deep in itself', '['.repeat(200_000) + ']'.repeat(200_000), 'not JSON'],
    ['a term of JSON without a name', '[{"code":"1","name":"One"},{"code":"2"}]', 'term 2, name: there is none'],
    ['a packed file', Buffer.from('PK\u0003\u0004'), 'Unpack it'],
    ['an empty file', '', 'empty'],
  ])('%s', async (_what, text, words) => {
    await take(localGovernmentList)
    const before = readdirSync(kept).map((name) => [name, readFileSync(join(kept, name), 'utf8')])
    const refused = await take(text, { name: schemeNames.lga }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Error)
    expect((refused as Error).message).toContain(words)
    expect((refused as Error).message.length).toBeLessThan(2_000)
    expect(readdirSync(kept).map((name) => [name, readFileSync(join(kept, name), 'utf8')])).toEqual(before)
  })

  test('a file that is not there, or larger than any taxonomy', async () => {
    await expect(importTaxonomy(join(folder, 'nowhere'), { folder: kept, now: () => clock.now })).rejects.toThrow('There is no file')
    await expect(take(`code,name\n${'1,One\n'.repeat(5_400_000)}`, { name: 'Large' })).rejects.toThrow(/more than (?:32 MB|20,000 terms)/)
    expect(existsSync(kept)).toBe(false)
  })

  test('any text at all is read or refused in words', async () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '&',
      ';',
      '"',
      "'",
      '<Function>',
      '</Function>',
      '<Identifier>1</Identifier>',
      '<Label>a</Label>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?',
      '?>',
      '<!',
      '{',
      '[',
      ',',
      '\n',
      'code,name',
      'x',
      'é',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        const ended = await take(pieces.join(''), { name: 'Any', dryRun: true }).catch((error: Error) => error.constructor.name)
        expect(typeof ended === 'string' ? ended : 'read').toMatch(/^(?:TaxonomyRefusedError|read)$/)
      }),
      { numRuns: 300 },
    )
  })
})

test('the first of a repeated code is kept when that is allowed, and what was passed over is told', async () => {
  const text = xml(`${term('1', 'One')}\n${term('1', 'Two')}`)
  expect(await take(text, { name: 'Twice', skipRepeated: true })).toMatchObject({ read: 1, repeated: [{ where: 'line 2', field: 'code' }] })
  expect(termsHere()).toMatchObject([{ code: '1', name: 'One' }])
})

test('a look at a file keeps nothing', async () => {
  expect(await take(openEligibility, { dryRun: true })).toMatchObject({ read: 5, added: 5 })
  expect(existsSync(kept)).toBe(false)
})

test('imported again it is replaced: ids stay, a term that has gone is kept as retired, one that comes back is one of it again', async () => {
  await take('code,name,parent\n1,One,\n2,Two,1\n3,Three,2\n', { name: 'List' })
  const idOf = (code: string) => termsHere().find((one) => one.code === code)?.id
  const before = [idOf('1'), idOf('2'), idOf('3')]
  clock.now += 86_400_000
  expect(await take('code,name,parent\n1,First,3\n3,Three,\n4,Four,\n', { name: 'List' })).toMatchObject({ read: 3, added: 1, changed: 2, retired: 1 })
  expect([idOf('1'), idOf('2'), idOf('3')]).toEqual(before)
  expect(termsHere().find(({ code }) => code === '2')).toMatchObject({ name: 'Two', retiredOn: '2026-03-03', parent: '1' })
  expect(await take('code,name,parent\n1,First,2\n2,Two,\n3,Three,\n4,Four,\n', { name: 'list' })).toMatchObject({ added: 0, retired: 0 })
  expect(termsHere().some(({ retiredOn }) => retiredOn !== undefined)).toBe(false)
})

test('whatever versions come one after the other, every term that is kept lies below terms that are kept, and none above itself', async () => {
  const codes = ['a', 'b', 'c', 'd', 'e']
  const version = fc.tuple(fc.shuffledSubarray(codes, { minLength: 1 }), fc.array(fc.nat({ max: 4 }), { minLength: 5, maxLength: 5 }))
  await fc.assert(
    fc.asyncProperty(fc.array(version, { minLength: 2, maxLength: 6 }), async (versions) => {
      rmSync(kept, { recursive: true, force: true })
      for (const [there, chosen] of versions) {
        // Each below one of those before it, or below none.
        const rows = there.map((code, at) => `${code},${code},${chosen[at]! < at ? there[chosen[at]!] : ''}`)
        await take(`code,name,parent\n${rows.join('\n')}\n`, { name: 'List' })
      }
      const parents = new Map(termsHere().map(({ code, parent }) => [code, parent]))
      expect([...parents.keys()].sort()).toEqual([...new Set(versions.flatMap(([there]) => there))].sort())
      for (const code of parents.keys()) {
        let at: string | undefined = code
        for (let height = 0; at !== undefined; height += 1) {
          expect({ isKept: parents.has(at), isHigh: height > 5 }).toEqual({ isKept: true, isHigh: false })
          at = parents.get(at)
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('words of another language are added by their codes, stay when the list is imported again, and are refused for a code that is not there', async () => {
  await take(localGovernmentList)
  const welsh = 'code,name,description\nfunction/76,Llyfrgelloedd,Llyfrau\n'
  expect(await take(welsh, { name: schemeNames.lga, language: 'cy' })).toMatchObject({ isTranslation: true, language: 'cy', read: 1, changed: 1 })
  const libraries = () => termsHere().find(({ code }) => code === 'function/76')
  expect(libraries()).toMatchObject({ name: 'Libraries', translations: { cy: { name: 'Llyfrgelloedd', description: 'Llyfrau' } } })
  expect(await take(localGovernmentList)).toMatchObject({ added: 0, changed: 0 })
  expect(libraries()?.translations?.cy?.name).toBe('Llyfrgelloedd')
  await expect(take('code,name\nfunction/999,Dim\n', { name: schemeNames.lga, language: 'cy' })).rejects.toThrow('line 2, code: “function/999” is no term of')
  expect(libraries()?.translations?.cy?.name).toBe('Llyfrgelloedd')
})

test('a process that runs sees what was imported within seconds, and what was taken away; a file that is not whole is told in words', async () => {
  const taxonomies = opened()
  expect(taxonomies.all()).toEqual([])
  await take(openEligibility)
  expect(taxonomies.all()).toEqual([])
  clock.now += 5_000
  expect(taxonomies.all()).toHaveLength(1)
  const changedAt = taxonomies.changedAtMs()
  rmSync(kept, { recursive: true })
  clock.now += 5_000
  expect(taxonomies.all()).toEqual([])
  expect(taxonomies.changedAtMs()).toBeGreaterThan(changedAt)
  await take(openEligibility)
  writeFileSync(join(kept, 'open-eligibility.json'), '{"format":1')
  expect(opened).toThrow('is not what "patchwork import taxonomy" writes')
})

test('a term of another feed is of one of our kinds: by its own code, by its id, or by what lies above it in a taxonomy that is here', async () => {
  const service = (code: string) => ({ id: '0bc248fa-dc27-4650-9ba4-8f1a24ef16a2', term_uri: `http://id.esd.org.uk/${code}` })
  const none = opened()
  expect(none.kindOf(service('function/76'))).toBe('libraries')
  expect(none.kindOf({ id: 'https://id.esd.org.uk/function/66' })).toBe('housing')
  expect(none.kindOf({ id: 'x', taxonomy: 'Open Eligibility', term: '1102' })).toBe('food')
  expect(none.kindOf({ id: '1102', vocabulary: 'openeligibility' })).toBe('food')
  for (const other of [service('service/437'), service('function/58'), { id: '1102', taxonomy: 'Our own' }, { id: 7 }, {}])
    expect(none.kindOf(other)).toBeUndefined()
  await take(localGovernmentList)
  const one = opened()
  expect(one.kindOf(service('service/437'))).toBe('libraries')
  expect(
    one.kindOf({
      id: termsHere()
        .find(({ code }) => code === 'service/437')!
        .id.toUpperCase(),
    }),
  ).toBe('libraries')
  expect(one.kindOf(service('function/72'))).toBeUndefined()
})

// The published lists lie beside this repository, where they are; they are not ours to copy.
const published: Readonly<Record<Scheme, string>> = {
  lga: join(import.meta.dirname, '../../../../../shared/data/taxonomy/lga-esd-functions-services.xml'),
  'open-eligibility': join(import.meta.dirname, '../../../../../shared/data/taxonomy/open-eligibility.xml'),
}
const arePublished = Object.values(published).every((path) => existsSync(path))
const withPublished = arePublished ? test : test.skip
if (!arePublished) console.warn('Skipped: the published taxonomies are not there (../shared/data/taxonomy)')

withPublished('the published lists are read whole, and every term that kinds are mapped to is in them by its code and name', async () => {
  const options = { folder: kept, now: systemRuntime.now }
  expect(await importTaxonomy(published.lga, options)).toMatchObject({ read: 1_240, added: 1_240 })
  // One of its codes stands there twice.
  await expect(importTaxonomy(published['open-eligibility'], options)).rejects.toThrow('“1206” stands there before')
  expect(await importTaxonomy(published['open-eligibility'], { ...options, skipRepeated: true })).toMatchObject({ read: 384, version: '2.0' })
  const nameOf = new Map<string, string>(
    opened()
      .all()
      .flatMap(({ scheme, terms }) => terms.map(({ code, name }) => [`${scheme} ${code}`, name] as const)),
  )
  const mapped = [
    ...[...Object.values(shownTerms), ...Object.values(shownTermsOfAssets)].flatMap((terms) =>
      Object.entries(terms).map(([scheme, one]) => [`${scheme} ${one.code}`, one.name] as const),
    ),
    ...Object.entries(narrowerTerms).flatMap(([scheme, terms]) => terms.map(({ code, name }) => [`${scheme} ${code}`, name] as const)),
  ]
  expect(mapped.length).toBeGreaterThan(50)
  for (const [code, name] of mapped) expect({ code, name: nameOf.get(code) }).toEqual({ code, name })
})
