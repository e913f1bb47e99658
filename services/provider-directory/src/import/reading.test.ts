import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRuntime } from '@patchwork/runtime'
import fc from 'fast-check'
import { demonstrationPlaceFolder } from '../config.ts'
import { openCouncilArea } from '../place/place.ts'
import { isPublicAddress } from './addresses.ts'
import { compareFeed } from './compare.ts'
import type { FeedRecord, ReadRecord } from './feedRecord.ts'
import { guessMapping } from './guessMapping.ts'
import { plainWords, shortened } from './plainWords.ts'
import { readCsvColumns } from './readCsv.ts'
import { type Origin, openFeed } from './readFeed.ts'
import { newService, oldService, pageOf, serve } from './testFeeds.ts'
import { toOffer } from './toOffer.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-feeds-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const councilArea = openCouncilArea(demonstrationPlaceFolder)
const preparing = { source: 'test', asOf: '2024-12-13', at: '2026-03-04T09:30:00.000Z', councilArea }

const file = (words: string | Uint8Array): Origin => {
  const path = join(folder, `${systemRuntime.uuid()}.json`)
  writeFileSync(path, words)
  return { kind: 'file', path }
}
/** Waits for no back-off. */
const runtime = {
  ...systemRuntime,
  after: (delayMs: number, action: () => void) => systemRuntime.after(Math.min(delayMs, delayMs > 100_000 ? delayMs : 5), action),
}
const read = async (origin: Origin, options: Partial<Parameters<typeof openFeed>[0]> = {}): Promise<ReadRecord[]> => {
  const feed = openFeed({ origin, format: { kind: 'open-referral' }, ...options }, { runtime, signal: new AbortController().signal })
  const records: ReadRecord[] = []
  for await (const record of feed.records) records.push(record)
  return records
}
const idsOf = (records: ReadRecord[]) => records.map((one) => ('record' in one ? one.record.externalId : one.unreadable))
const offerOf = (service: object, changes: object = {}) => toOffer(recordOf(service), { ...preparing, ...changes })
const recordOf = (service: object): FeedRecord => ({ isActive: true, ...(service as object) })

describe('a feed is read in whatever shape it comes', () => {
  const [one, two] = [oldService('a'), newService('b')]
  test.each([
    ['a list', [one, two]],
    ['an object with contents', { ...pageOf([one, two], { number: 1, total: 1 }) }],
    ['an object with content, its numbers after it', { content: [one, two], totalPages: 1, last: true }],
    ['an object with services', { generated: 'today', services: [one, two] }],
  ])('%s', async (_shape, feed) => expect(idsOf(await read(file(JSON.stringify(feed))))).toEqual(['a', 'b']))
  test('one service by itself', async () => expect(idsOf(await read(file(JSON.stringify(two))))).toEqual(['b']))
  test('a byte order mark and space around it do not matter', async () =>
    expect(idsOf(await read(file(`\ufeff \n${JSON.stringify([one])}\n `)))).toEqual(['a']))
  test('what is no service among services is told, and the others are read', async () =>
    expect(idsOf(await read(file(JSON.stringify([one, 7, null, 'x', [two]]))))).toEqual(['a', 'not-a-record', 'not-a-record', 'not-a-record', 'not-a-record']))
  test('any JSON that is a list is read to its end, cut wherever its bytes are cut', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.json().map((text) => JSON.parse(text)),
          { maxLength: 6 },
        ),
        async (values) => {
          expect(await read(file(JSON.stringify(values)))).toHaveLength(values.length)
        },
      ),
      { numRuns: 30 },
    ))
})

describe('a feed that cannot be read is refused as a whole', () => {
  const many = JSON.stringify(Array.from({ length: 50 }, (_, at) => oldService(`s${at}`)))
  test.each([
    ['not JSON', '<html><title>Sign in</title></html>', 'not-json'],
    ['nothing', '', 'not-json'],
    ['a number', '7', 'not-json'],
    ['JSON with something after it', '[] []', 'not-json'],
    ['broken inside', '[{"id": "a",}]', 'not-json'],
    ['cut in a record', many.slice(0, 5_000), 'cut-off'],
    ['cut after a record', many.slice(0, many.lastIndexOf('},{') + 1), 'cut-off'],
  ])('%s', async (_what, words, code) => expect(read(file(words))).rejects.toMatchObject({ code }))
  test('a file that is not there', () => expect(read({ kind: 'file', path: join(folder, 'none.json') })).rejects.toMatchObject({ code: 'no-such-file' }))
  test('a record that never ends is not held for ever', () =>
    expect(read(file(`[{"id":"${'x'.repeat(18 * 1_048_576)}`))).rejects.toMatchObject({ code: 'record-without-end' }))
  test('a record of 10 MB is refused, and the next one is read', async () =>
    expect(idsOf(await read(file(JSON.stringify([oldService('a', { description: 'x'.repeat(10_000_000) }), oldService('b')]))))).toEqual([
      'record-too-large',
      'b',
    ]))
})

describe('a feed at an address', () => {
  const at = (address: string): Origin => ({ kind: 'address', address, isTrusted: true })
  test('its pages are followed to the last', async () => {
    const asked: string[] = []
    const server = await serve((request, response) => {
      asked.push(request.url ?? '')
      const number = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page') ?? 1)
      response.end(JSON.stringify(pageOf([oldService(`p${number}`)], { number, total: 3 })))
    })
    expect(idsOf(await read(at(`${server.address}/services?taxonomy=1`)))).toEqual(['p1', 'p2', 'p3'])
    expect(asked[2]).toBe('/services?taxonomy=1&page=3&per_page=1')
    await server.stop()
  })
  test('pages that repeat are noticed', async () => {
    const server = await serve((_request, response) => response.end(JSON.stringify({ contents: [oldService('a')], last_page: false })))
    await expect(read(at(server.address))).rejects.toMatchObject({ code: 'pages-repeat' })
    await server.stop()
  })
  test.each([
    ['more pages than there are', { total_pages: 9, last_page: false }, ['p1', 'p2'], true],
    ['more services than there are', { total_items: 7 }, ['p1', 'p2'], true],
    ['fewer services than there are', { total_items: 1 }, ['p1', 'p2'], false],
    ['no services at all', { total_items: 0 }, ['p1', 'p2'], false],
    ['totals that are no numbers', { total_items: 'many', size: null }, ['p1', 'p2'], false],
  ])('one that counts %s is read to its end; where it has less than it says, it tells nothing of what has gone', async (_what, wrong, ids, isPartial) => {
    const server = await serve((request, response) => {
      const number = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page') ?? 1)
      response.end(JSON.stringify({ ...pageOf(number > 2 ? [] : [oldService(`p${number}`)], { number, total: 2 }), ...wrong }))
    })
    const feed = openFeed({ origin: at(server.address), format: { kind: 'open-referral' } }, { runtime, signal: new AbortController().signal })
    const records: ReadRecord[] = []
    for await (const record of feed.records) records.push(record)
    expect([idsOf(records), feed.isPartial()]).toEqual([ids, isPartial])
    await server.stop()
  })
  test('a server that answers a little at a time for ever is left after an hour, though it is never silent', async () => {
    let drip: NodeJS.Timeout | undefined
    const server = await serve((_request, response) => {
      response.write('[')
      drip = setInterval(() => response.write(' '), 20)
    })
    const hours: number[] = []
    const anHourIsOver = (delayMs: number, action: () => void) => {
      hours.push(delayMs)
      return systemRuntime.after(200, action)
    }
    const feed = openFeed(
      { origin: at(server.address), format: { kind: 'open-referral' } },
      { runtime: { ...runtime, after: anHourIsOver }, signal: new AbortController().signal },
    )
    await expect(
      (async () => {
        for await (const _ of feed.records);
      })(),
    ).rejects.toMatchObject({ code: 'too-slow' })
    expect(hours).toEqual([3_600_000])
    clearInterval(drip)
    await server.stop()
  })
  test('a server that is busy is asked again, one that says no is not', async () => {
    let asked = 0
    const server = await serve((request, response) => {
      asked += 1
      if (request.url === '/gone') return void response.writeHead(410).end()
      if (asked < 3) return void response.writeHead(asked === 1 ? 503 : 429, { 'retry-after': '0' }).end()
      response.end(JSON.stringify([oldService('a')]))
    })
    expect(idsOf(await read(at(server.address)))).toEqual(['a'])
    asked = 0
    await expect(read(at(`${server.address}/gone`))).rejects.toMatchObject({ code: 'unreachable' })
    expect(asked).toBe(1)
    await server.stop()
  })
  test('a body that breaks off is a feed that was cut', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100000' })
      response.write(JSON.stringify([oldService('a')]).slice(0, -1))
      setTimeout(() => response.destroy(), 50)
    })
    await expect(read(at(server.address))).rejects.toMatchObject({ code: 'cut-off' })
    await server.stop()
  })
  test('what has not changed is not read again', async () => {
    const server = await serve((request, response) => {
      if (request.headers['if-none-match'] === '"v1"') return void response.writeHead(304).end()
      response.writeHead(200, { etag: '"v1"' }).end(JSON.stringify([oldService('a')]))
    })
    const signal = new AbortController().signal
    const feed = openFeed({ origin: at(server.address), format: { kind: 'open-referral' } }, { runtime, signal })
    for await (const _ of feed.records);
    expect(feed.validators()).toEqual({ etag: '"v1"' })
    const again = openFeed({ origin: at(server.address), format: { kind: 'open-referral' }, validators: { etag: '"v1"' } }, { runtime, signal })
    for await (const _ of again.records) throw new Error('There must be none')
    expect(again.isUnchanged()).toBe(true)
    await server.stop()
  })
  test.each([
    'ftp://example.org/feed',
    'file:///etc/passwd',
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://10.0.0.1/',
    'http://169.254.169.254/',
    'http://0x7f000001/',
    'http://user:word@example.org/',
    'nonsense',
  ])('an address that nobody outside may name is refused: %s', (address) =>
    expect(read({ kind: 'address', address, isTrusted: false })).rejects.toMatchObject({ code: 'refused-address' }),
  )
  test('a name that stands for this machine is refused when it is connected to', () =>
    expect(read({ kind: 'address', address: 'http://localhost:8099/', isTrusted: false })).rejects.toMatchObject({ code: 'refused-address' }))
  test('an address that an operator named may not lead on to another private one, nor lead on for ever', async () => {
    const server = await serve((request, response) => response.writeHead(302, { location: request.url === '/away' ? 'http://10.0.0.1/' : '/again' }).end())
    await expect(read(at(`${server.address}/away`))).rejects.toMatchObject({ code: 'refused-address' })
    await expect(read(at(`${server.address}/again`))).rejects.toMatchObject({ code: 'too-many-redirects' })
    await server.stop()
  })
  test.each([
    ['8.8.8.8', true],
    ['2606:4700::1111', true],
    ['192.168.1.1', false],
    ['::ffff:127.0.0.1', false],
    ['100.64.0.1', false],
    ['fd00::1', false],
    ['0.0.0.0', false],
    ['64:ff9b::7f00:1', false],
  ])('%s is public: %s', (address, isPublic) => expect(isPublicAddress(address)).toBe(isPublic))
})

describe('a record becomes an offer', () => {
  const first = async (service: object) => {
    const [found] = await read(file(JSON.stringify([service])))
    return toOffer((found as { record: FeedRecord }).record, preparing)
  }
  test('of the old shape: its HTML as words, its organisation, its contacts', async () => {
    const { problems, offer } = await first(oldService('a'))
    expect(problems).toEqual([])
    expect(offer).toMatchObject({
      externalId: 'a',
      organisation: { name: 'Sale Neighbours', description: 'Neighbours who cook.', website: 'https://sale.example.org' },
      offer: {
        personalCare: false,
        details: { name: 'Lunch club a', description: 'A hot meal & good company.\n\nCome and eat.', contact: { email: 'lunch@example.org' } },
      },
    })
  })
  test('of version 3: where, when, for how much, and how to reach it', async () => {
    const { offer } = await first(newService('b'))
    expect(offer?.offer.details).toMatchObject({
      place: { address: '1 School Road, Sale', postcode: 'M33 7ZF', location: { latitude: 53.42, longitude: -2.32, wardCode: expect.any(String) } },
      times: [{ days: ['monday', 'wednesday'], from: '10:00', to: '11:30' }],
      price: { kind: 'paid', pence: 450 },
      contact: { name: 'Ann', phone: '0161 496 0000' },
    })
  })
  test('D11 of version 3: whom it suits, in which season, and on which days it differs', async () => {
    const season = { dtstart: '2026-06-01', until: '2026-08-31', notes: 'Closed on bank holidays in England and Wales. Closed on 2026-07-06.' }
    const schedules = [{ freq: 'WEEKLY', interval: 2, byday: 'MO', opens_at: '10:00', closes_at: '11:30', ...season }]
    const { offer } = await first(newService('b', { schedules, languages: [{ code: 'pl' }], minimum_age: 16 }))
    expect(offer?.offer.details).toMatchObject({
      times: [{ days: ['monday'], from: '10:00', to: '11:30', interval: 2, startsOn: '2026-06-01', endsOn: '2026-08-31' }],
      exceptions: [{ on: '2026-07-06', times: [] }],
      closedOnBankHolidays: true,
      languages: ['pl'],
      ages: { from: 16 },
    })
  })
  test('the same words give the same offer and digest, other words another digest', async () => {
    const [one, again, other] = [await first(oldService('a')), await first(oldService('a')), await first(oldService('a', { name: 'Another' }))]
    expect(again).toEqual(one)
    expect(other.offer).toMatchObject({ offerId: one.offer?.offerId, digest: expect.not.stringMatching(one.offer?.digest ?? '') })
  })
  test.each([
    ['no-name', { name: '<p><br></p>' }],
    ['no-organisation', { organization: null }],
    ['no-organisation', { organization: { id: 'o1', name: ' ' } }],
    ['no-id', { id: '' }],
    ['no-organisation-description', { organization: { id: 'o1', name: 'A', description: '' } }],
    ['bad-url', { url: 'www.example.org' }],
    ['assured-over-a-year-ago', { assured_date: '2023-12-12' }],
    ['inactive', { status: 'defunct' }],
    ['contact-left-out', { email: 'ask at the desk' }],
    ['text-shortened', { description: 'Words. '.repeat(1_000) }],
    ['speaks-of-personal-care', { description: 'We give personal care.' }],
  ])('%s is told of it', async (code, changes) => expect((await first(oldService('a', changes))).problems).toContain(code))
  test('a year ago to the day is not over a year', async () => expect((await first(oldService('a', { assured_date: '2023-12-13' }))).problems).toEqual([]))
  test('an address is mended where it is plain what is meant', async () => {
    for (const [url, website] of [
      ['www.example.org', 'http://www.example.org'],
      ['http:www.example.org', 'http://www.example.org'],
      ['Warmley Centre', undefined],
    ])
      expect((await first(oldService('a', { url }))).offer?.offer.details.contact.website).toBe(website)
  })
  test('contacts that were made up in the place of real ones are left out, in words too, and are no problem of the record', async () => {
    const { problems, offer } = await first(
      oldService('a', { email: 'redacted-37efb2@example.org', description: 'Write to redacted-37efb2@example.org or ring 07700 900123.' }),
    )
    expect(problems).toEqual([])
    expect(JSON.stringify(offer)).not.toMatch(/redacted-|7700 ?900/)
  })
  test('nothing that a browser would act on is left of it', () => {
    expect(plainWords('<script>alert(1)</script><b onclick="x()">Hi</b> <img src=x onerror=y><ul><li>one<li>two</ul>&lt;i&gt;')).toBe('Hi\n\n- one\n- two\n<i>')
    expect(plainWords('3 < 4 and 5 > 2')).toBe('3 < 4 and 5 > 2')
  })
  test('nothing of it is left in any word of an offer, its organisation, or what leaves again by the open feed', async () => {
    const bad =
      'Tea<script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">here</a><iframe srcdoc="<p>x"></iframe><svg onload=alert(4)>'
    const organization = { id: 'o', name: `Neighbours ${bad}`, description: bad, website: 'javascript:alert(5)' }
    const words = {
      name: `Lunch ${bad}`,
      description: bad,
      alert: bad,
      fees_description: bad,
      application_process: bad,
      url: 'javascript:alert(6)',
      organization,
    }
    const { offer } = await first(newService('a', { ...words, schedules: [{ description: bad }], cost_options: [{ option: bad, amount: 1 }] }))
    expect(JSON.stringify(offer)).toContain('Tea')
    expect(JSON.stringify(offer)).not.toMatch(/<\s*(script|img|iframe|svg|a\b)|onerror|onload|javascript:|alert\(/i)
  })
  const describedAs = async (description: string) => {
    const { details } = (await first(newService('a', { description }))).offer!.offer
    return { words: details.description, markup: details.given?.description }
  }
  test('the paragraphs, lists, emphasis and links of a description are kept beside its words', async () => {
    expect(
      await describedAs('<p onclick="x()">Tea &amp; <strong>soup</strong>.</p><ul><li>Monday<li><a href="https://example.org" target=_top>Ask us</a></ul>'),
    ).toEqual({
      words: 'Tea & soup.\n\n- Monday\n- Ask us',
      markup: '<p>Tea &amp; <strong>soup</strong>.</p><ul><li>Monday</li><li><a href="https://example.org" rel="nofollow noopener">Ask us</a></li></ul>',
    })
  })
  test.each([
    ['without markup', 'Tea & soup, 3 < 4'],
    ['whose words would run together', '<div>Tea</div><div><b>Soup</b></div>'],
    ['with a contact that was made up', '<p>Tea. Write to <a href="mailto:redacted-1@example.org">us</a></p>'],
    ['longer than a description may be', `<p>${'Tea and soup. '.repeat(400)}</p>`],
    ['with elements in elements without end', `${'<b>'.repeat(50)}Tea`.repeat(500)],
  ])('a description %s is its words alone', async (_, description) => {
    const { words, markup } = await describedAs(description)
    expect(words).toContain('Tea')
    expect(markup ?? '').not.toMatch(/<[a-z]/)
  })
  test('whatever is written around it, no word is lost by keeping markup', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.constantFrom(
            '<p>',
            '</p>',
            '<li>',
            '<div>',
            '</div>',
            '<b>',
            '</b>',
            '<h2>',
            '<script>',
            '</script>',
            '<td>',
            '<br>',
            'Tea ',
            'soup',
            '&lt;',
            '<svg>',
            '</svg>',
          ),
          {
            maxLength: 25,
          },
        ),
        async (parts) => {
          const { words, markup } = await describedAs(`Open.${parts.join('')}`)
          expect(words).toBe(plainWords(`Open.${parts.join('')}`))
          if (typeof markup === 'string') expect(plainWords(markup).replaceAll(/\s+/g, ' ')).toBe(words.replaceAll(/\s+/g, ' '))
        },
      ),
      { numRuns: 100 },
    ))
  test('long words end with a whole sentence', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 5, max: 100 }), (text, most) => shortened(text, most).words.length <= most))
    expect(shortened('One two. Three four. Five six.', 22).words).toBe('One two. Three four.…')
  })
  test('whatever a record holds, reading it throws nothing', () =>
    fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...Object.keys({ ...oldService('a'), ...newService('b') })), fc.jsonValue()), async (service) => {
        await first({ id: 'a', ...service })
      }),
      { numRuns: 100 },
    ))
  test('without an id of its own a record is none', () => expect(offerOf({ name: 'A', organisation: { name: 'B' } }).problems).toContain('no-id'))
})

describe('a CSV file', () => {
  const csv = 'Name,Group,Postcode,What\n"Lunch, and more",Sale Neighbours,M33 7ZF,"A meal\nfor all"\nTea,Sale Neighbours,,\n'
  const mapping = [
    { column: 'Name', field: 'name' },
    { column: 'Group', field: 'organisation' },
    { column: 'Postcode', field: 'postcode' },
    { column: 'What', field: 'description' },
  ] as const
  test('is read by its mapping; a row without an id is known by organisation, name and postcode', async () => {
    const records = await read(file(csv), { format: { kind: 'csv', mapping } })
    expect(idsOf(records)).toEqual(['Sale Neighbours/Lunch, and more/M33 7ZF', 'Sale Neighbours/Tea/'])
    expect(records[0]).toMatchObject({ record: { description: 'A meal\nfor all', organisation: { name: 'Sale Neighbours' } } })
  })
  const rows = (words: string | Uint8Array) => read(file(words), { format: { kind: 'csv', mapping } })
  const header = 'Name,Group,Postcode,What'
  test('D11 ages, languages by name and plain facts of access are read of their columns', async () => {
    const words =
      'Name,Group,From,To,Spoken,Access\nTea,Neighbours,16,25.5,"Welsh, Polish and Klingonese","Step free. Hearing loop; no lift"\nCake,Neighbours,,,,\n'
    const columns = [
      ...mapping.slice(0, 2),
      { column: 'From', field: 'minimum-age' },
      { column: 'To', field: 'maximum-age' },
      { column: 'Spoken', field: 'languages' },
      { column: 'Access', field: 'accessibility' },
    ] as const
    const [tea, cake] = await read(file(words), { format: { kind: 'csv', mapping: columns } })
    const said = { ages: { from: 16, to: 25 }, languages: ['cy', 'pl'], accessibility: ['hearing-loop', 'step-free'] }
    expect(tea).toMatchObject({ record: said })
    for (const part of Object.keys(said)) expect((cake as { record: FeedRecord }).record).not.toHaveProperty(part)
    expect(toOffer((tea as { record: FeedRecord }).record, preparing).offer?.offer.details).toMatchObject(said)
  })
  test('X1 how something is offered is read of its columns: in words, with seats and people in numbers', async () => {
    const words = 'Name,Group,How,Seats,Holds\nTea,Neighbours,In a group,12,\nHall,Neighbours,To hire,,40\nSaw,Neighbours,to borrow,,\nTalk,Neighbours,,,\n'
    const columns = [
      ...mapping.slice(0, 2),
      { column: 'How', field: 'form' },
      { column: 'Seats', field: 'seats' },
      { column: 'Holds', field: 'people' },
    ] as const
    const records = (await read(file(words), { format: { kind: 'csv', mapping: columns } })) as { record: FeedRecord }[]
    const forms = records.map(({ record }) => toOffer(record, preparing).offer?.offer.details.form)
    expect(forms).toEqual([{ kind: 'group', seats: 12 }, undefined, { kind: 'thing', terms: 'lent' }, undefined])
  })
  test('without a column that the mapping names it is refused', () => expect(rows('a,b\n1,2\n')).rejects.toMatchObject({ code: 'missing-columns' }))
  test.each([
    ['nothing at all', '', 'not-csv', undefined],
    ['a workbook', Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), 'not-csv', undefined],
    ['text in UTF-16', Buffer.from(`${header}\na,b,c,d\n`, 'utf16le'), 'not-csv', undefined],
    ['column names without rows', `${header}\n\n`, 'no-rows', undefined],
    ['a quotation mark that never closes', `${header}\nA,B,,\n\nC,"D,,\nE,F,,\n`, 'quote-not-closed', 4],
    ['a quotation mark that never closes in the column names', '"Name,Group\nA,B', 'quote-not-closed', 1],
    ['words after a closing quotation mark', `${header}\nA,B,,\n"C"x,D,,\n`, 'stray-quote', 3],
    ['a quotation mark inside a cell', `${header}\nA,B,,\nC,5" pipes,,\n`, 'stray-quote', 3],
    ['a row longer than a record may be', `${header}\nA,B,,\nC,D,,${'x'.repeat(1_100_000)}\n`, 'row-without-end', 3],
    ['cut in the middle of its last row', `${header}\nA,B,M33 7ZF,x\nC,D`, 'cut-off', 3],
  ])('%s is told as just that, with its line', async (_what, words, code, line) => {
    await expect(rows(words)).rejects.toMatchObject({ code, line })
  })
  test('a row with fewer cells is read as if the others were empty, and told; where others are short too, the last is not taken for cut off', async () => {
    const records = await rows(`${header}\nA,B,M33 7ZF,x\nC,D\nE,F`)
    expect(records.map((one) => ['record' in one && one.problems, one.line])).toEqual([
      [undefined, 2],
      [['fewer-columns'], 3],
      [['fewer-columns'], 4],
    ])
  })
  test('a row with more cells may have its words in the wrong columns: it is refused, unless what is too much is empty', async () => {
    const records = await rows(`${header}\n"A\na",B,1, High Street,M33 7ZF,x\nC,D,,y,,\n`)
    expect(records).toEqual([
      { unreadable: 'more-columns', externalId: 'B/A\na/1', line: 2 },
      { record: expect.objectContaining({ name: 'C', description: 'y' }), line: 4 },
    ])
  })
  test('a name of several lines, or with what cannot be seen, is one that can be typed', async () => {
    const words = '"Name\n(full)",\u202eGroup\nTea,Sale\n'
    const lines = [
      { column: 'Name (full)', field: 'name' },
      { column: 'Group', field: 'organisation' },
    ] as const
    expect(await read(file(words), { format: { kind: 'csv', mapping: lines } })).toMatchObject([
      { record: { name: 'Tea', organisation: { name: 'Sale' } }, line: 3 },
    ])
  })
  test('columns with the same name or none can be told apart', async () => {
    const bytes = async function* (words: string) {
      yield Buffer.from(words)
    }
    expect(await readCsvColumns(bytes('Name,,Name,Group\nTea,x,,\n,,Tea and cake,\n'))).toEqual([
      { name: 'Name', example: 'Tea' },
      { name: 'column 2', example: 'x' },
      { name: 'Name (2)', example: 'Tea and cake' },
      { name: 'Group' },
    ])
    await expect(readCsvColumns(bytes('Name,Group\n'))).rejects.toMatchObject({ code: 'no-rows' })
  })
  test('whatever bytes it is made of, it is read or refused in words', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('"', ',', '\n', '\r\n', 'a', ' ', 'é')), async (parts) => {
        const outcome = await rows(`${header}\n${parts.join('')}`).then(
          () => 'read',
          (error: { code?: string }) => error.code,
        )
        expect(['read', 'no-rows', 'quote-not-closed', 'stray-quote', 'cut-off']).toContain(outcome)
      }),
      { numRuns: 200 },
    ))
  test('columns are guessed by what people call them', () => {
    const named = (...names: string[]) => guessMapping(names.map((name) => ({ name }))).map(({ column, field }) => `${column} is ${field}`)
    expect(named('Service Name', 'Organisation', 'E-mail', 'Post code', 'Colour')).toEqual([
      'Service Name is name',
      'E-mail is email',
      'Post code is postcode',
      'Organisation is organisation',
    ])
    expect(named('charity_name', 'registered_charity_number')).toEqual([
      'registered_charity_number is id',
      'charity_name is name',
      'charity_name is organisation',
    ])
    expect(named('pharmacy_name', 'postcode')).toEqual(['pharmacy_name is name', 'postcode is postcode', 'pharmacy_name is organisation'])
    expect(named('contact name', 'x')).toEqual(['contact name is contact-name'])
    expect(named('x')).toEqual([])
  })
})

// A council's real feed lies beside this repository, where it is; it is not ours to copy.
const bristol = join(import.meta.dirname, '../../../../../shared/data/oruk-v1-bristol-2024-12.json')
const withBristol = existsSync(bristol) ? test : test.skip
if (!existsSync(bristol)) console.warn('Skipped: the feed of Bristol is not there (../shared/data/oruk-v1-bristol-2024-12.json)')

withBristol('X1 a real feed is reported record by record, with exactly what is wrong with it', async () => {
  const feed = openFeed({ origin: { kind: 'file', path: bristol }, format: { kind: 'open-referral' } }, { runtime, signal: new AbortController().signal })
  const nothingYet = { importedOffers: { getMany: async () => [], count: async () => 0, find: async () => ({ documents: [] }) } } as never
  const report = await compareFeed(feed.records, {
    sourceId: 's',
    preparing,
    directory: {} as never,
    store: nothingYet,
    keep: async () => undefined,
    isPartial: feed.isPartial,
  })
  expect(report).toMatchObject({ read: 819, new: 811, changed: 0, same: 0, gone: 0, refused: 8 })
  expect(Object.fromEntries(report.problems.map(({ code, count }) => [code, count]))).toEqual({
    'no-organisation-description': 218,
    'bad-url': 54,
    'no-organisation': 7,
    'no-name': 1,
    'id-repeated': 1,
    'name-repeated': 14,
    'assured-over-a-year-ago': 595,
    'text-shortened': 6,
    'speaks-of-personal-care': 3,
  })
})
