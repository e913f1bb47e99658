import { hidden, problem, startTestPlace, type TestPlace } from '../testPlace.ts'

const importId = '8c2f6f10-4f0e-4b64-9b64-0000000000a1'
const report = {
  read: 819,
  new: 811,
  changed: 0,
  same: 0,
  gone: 0,
  refused: 8,
  problems: [{ code: 'bad-url', count: 54, examples: [] }],
}
const one = {
  importId,
  source: 'feed.example.org/services',
  status: 'staged',
  format: 'open-referral',
  begunAt: '2026-03-02T10:00:00.000Z',
  isLast: false,
  report,
}
const fileId = '8c2f6f10-4f0e-4b64-9b64-0000000000f1'
const csvFile = {
  ...{ fileId, format: 'csv', bytes: 100 },
  columns: [{ name: 'Activity', example: 'Tea <for all>' }, { name: 'Run by', example: 'Sale Neighbours' }, { name: 'Street' }, { name: 'Town' }],
  guess: [
    { column: 'Activity', field: 'name' },
    { column: 'Run by', field: 'organisation' },
  ],
}
const record = { position: 1, kind: 'refused', problems: ['no-name', 'no-organisation'], recordId: 'a<b>' }

let place: TestPlace
const state = {
  one: one as object,
  refuses: undefined as [number, string] | undefined,
  file: csvFile as object,
  records: [] as object[],
  mappings: [] as object[],
  sent: Buffer.alloc(0) as Uint8Array,
}
beforeAll(async () => {
  const step = (_asked: unknown, response: Parameters<typeof problem>[0]) =>
    state.refuses ? problem(response, state.refuses[0], state.refuses[1], []) : void response.status(202).json({ importId })
  place = await startTestPlace({
    'POST /provider-directory/imports/files': ({ body }) => {
      state.sent = body as Uint8Array
      return state.file
    },
    'GET /provider-directory/imports/files/:id': (_asked, response) => {
      if (state.refuses) return problem(response, state.refuses[0], state.refuses[1])
      return state.file
    },
    'POST /provider-directory/imports/files/:id/reading': step,
    'GET /provider-directory/imports/mappings': () => ({ items: state.mappings }),
    'GET /provider-directory/open-feed': () => ({ services: 1_777, organisations: 977, leftOut: 563 }),
    'GET /provider-directory/imports': () => ({ items: [one], after: 'next page' }),
    'POST /provider-directory/imports': step,
    'GET /provider-directory/imports/:id': () => state.one,
    'GET /provider-directory/imports/:id/records': () => ({ items: state.records, after: 'more' }),
    'POST /provider-directory/imports/:id/:what': step,
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  state.refuses = undefined
  state.one = one
  state.file = csvFile
  state.records = [record]
  state.mappings = []
  place.asked.length = 0
})

const send = async (address: string, entered: object = {}) => {
  const agent = await place.signedIn('administrator')
  const { text } = await agent.get(address).expect(200)
  return agent
    .post(address)
    .type('form')
    .send({ _token: hidden(text, '_token'), _key: hidden(text, '_key'), ...entered })
}
const posted = () => place.asked.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body])
const shown = async (address = `/administrator/imports/${importId}`) => (await (await place.signedIn('administrator')).get(address).expect(200)).text

test.each(['resident', 'provider', 'coordinator', 'navigator', 'commissioner'] as const)('a %s has no such pages', async (role) => {
  const agent = await place.signedIn(role)
  for (const path of ['', `/${importId}`, `/${importId}/acceptance`, `/${importId}/kinds`, '/files', `/files/${fileId}`])
    await agent.get(`/administrator/imports${path}`).expect(403)
})
test('D2 an administrator sees how much other systems can read, and how much stays out of the open feed and why', async () => {
  const text = await shown('/administrator/imports')
  expect(text).toContain('1,777')
  expect(text).toContain('stay out of it: 563')
})

test('an address is given to be read, and what it says is shown next', async () => {
  const { status, headers } = await send('/administrator/imports', { address: 'https://feed.example.org/services' })
  expect([status, headers.location]).toEqual([303, `/administrator/imports/${importId}`])
  expect(posted()).toEqual([['/provider-directory/imports', { address: 'https://feed.example.org/services' }]])
})
test('what is no web address is told at its field, and another import under way above the form', async () => {
  const refused = await send('/administrator/imports', { address: 'here' })
  expect([refused.text.includes('href="#address"'), refused.text.includes('begins with http')]).toEqual([true, true])
  state.refuses = [409, 'import-busy']
  expect((await send('/administrator/imports', { address: 'https://feed.example.org/' })).text).toContain('Another import is under way')
})
test('X1 an import is shown with its counts, its problems in words, and record by record, escaped', async () => {
  const text = await shown(`/administrator/imports/${importId}?kind=refused`)
  for (const words of [
    '819 records were read',
    'Its web address is not one',
    'Has no organisation, and is refused',
    'a&lt;b&gt;',
    'Without a name',
    'Nothing public has changed',
  ])
    expect(text).toContain(words)
  expect(text).toContain(`href="/administrator/imports/${importId}/acceptance"`)
  expect(text).toContain('kind=refused&amp;after=more')
  expect(place.asked.find(({ path }) => path.endsWith('/records'))?.query.kind).toBe('refused')
})
test('X1 while it is being taken it says how far it is; once accepted it can be undone if it is the last', async () => {
  state.one = { ...one, status: 'accepting', progress: { doing: 'taking', count: 1_500, perSecond: 300 } }
  expect(await shown()).toContain('1,500 records so far, 300 a second')
  state.one = { ...one, status: 'accepted', taken: 811, left: 2, isLast: true }
  const text = await shown()
  for (const words of ['811 offers were taken', '2 were edited here', '/undoing"']) expect(text).toContain(words)
  state.one = { ...one, status: 'accepted', taken: 811, left: 0, isLast: false }
  expect(await shown()).not.toContain('/undoing"')
})
test.each(['cut-off', 'refused-address', 'a-reason-of-tomorrow'])('a feed that could not be read says why: %s', async (reason) => {
  state.one = { ...one, status: 'failed', reason, report: undefined }
  expect(await shown()).not.toContain('administratorImport.')
})
test.each(['acceptance', 'undoing', 'dropping'])('%s asks first, and is done by a form', async (step) => {
  const { status, headers } = await send(`/administrator/imports/${importId}/${step}`)
  expect([status, headers.location]).toEqual([303, `/administrator/imports/${importId}`])
  expect(posted()).toEqual([[`/provider-directory/imports/${importId}/${step}`, {}]])
})
test('X1 records are chosen page by page: what is not ticked is left out, and the page shows it so', async () => {
  state.records = [
    { ...record, position: 1, kind: 'new', name: 'Tea' },
    { ...record, position: 2, kind: 'gone', name: 'Coffee', isLeftOut: true },
    { ...record, position: 3, kind: 'refused' },
    { ...record, position: 4, kind: 'missing', problems: ['missing-once'] },
  ]
  const text = await shown()
  expect(text).toContain('Missing once: it goes only when three looks in a row lack it')
  expect(text.match(/name="taken"[^>]*>/g)?.map((box) => [/value="(\d+)"/.exec(box)?.[1], box.includes('checked')])).toEqual([
    ['1', true],
    ['2', false],
  ])
  const agent = await place.signedIn('administrator')
  const at = `/administrator/imports/${importId}`
  const page = (await agent.get(`${at}?kind=gone&after=more`).expect(200)).text
  const entered = { _token: hidden(page, '_token'), _key: hidden(page, '_key'), shown: hidden(page, 'shown'), kind: 'gone', after: 'more', taken: '2' }
  const { status, headers } = await agent.post(`${at}/choice`).type('form').send(entered)
  expect([status, headers.location]).toEqual([303, `${at}?kind=gone&after=more`])
  expect(posted()).toEqual([
    [`/provider-directory/imports/${importId}/choice`, { positions: [2], isTaken: true }],
    [`/provider-directory/imports/${importId}/choice`, { positions: [1], isTaken: false }],
  ])
  state.one = { ...one, status: 'accepted', taken: 1, left: 0 }
  expect(await shown()).not.toContain('name="taken"')
})
test('X1 only some kinds of change are taken by a form; none chosen is told', async () => {
  const { status, headers } = await send(`/administrator/imports/${importId}/kinds`, { kinds: ['new', 'gone'] })
  expect([status, headers.location]).toEqual([303, `/administrator/imports/${importId}`])
  expect(posted()).toEqual([[`/provider-directory/imports/${importId}/acceptance-by-kind`, { kinds: ['new', 'gone'] }]])
  expect((await send(`/administrator/imports/${importId}/kinds`)).text).toContain('Choose at least one kind of change')
})
test('an acceptance that comes too late is told why', async () => {
  state.refuses = [409, 'import-outdated']
  expect((await send(`/administrator/imports/${importId}/acceptance`)).text).toContain('Read the feed again')
})

describe('a feed from a file', () => {
  const sendFile = async (file: Buffer | undefined, entered: { source?: string; token?: string } = {}) => {
    const agent = await place.signedIn('administrator')
    const { text } = await agent.get('/administrator/imports').expect(200)
    const request = agent
      .post('/administrator/imports/files')
      .field('_token', entered.token ?? hidden(text, '_token'))
      .field('_key', hidden(text, '_key'))
      .field('source', entered.source ?? 'Council list')
    const answer = await (file === undefined ? request.attach('file', Buffer.alloc(0), '') : request.attach('file', file, 'list.csv'))
    return { agent, ...answer, text: answer.text, status: answer.status, to: answer.headers.location as string }
  }
  const columnsOf = async (choices: Record<string, string>, query = '') => {
    const { agent, to } = await sendFile(Buffer.from('Activity,Run by\nTea,Sale\n'))
    const { text } = await agent.get(`${to}${query}`).expect(200)
    const answer = await agent
      .post(to)
      .type('form')
      .send({ _token: hidden(text, '_token'), _key: hidden(text, '_key'), source: 'Council list', ...choices })
    return { text, answer }
  }
  const selected = (text: string, field: string) =>
    /selected>([^<]*)</.exec(new RegExp(`<select[^>]*id="${field}"[\\s\\S]*?</select>`).exec(text)?.[0] ?? '')?.[1]
  const chosen = (...columns: string[]) => JSON.stringify(columns)

  test('in JSON is read at once, byte for byte, as the list of whom it is said to be', async () => {
    state.file = { fileId, format: 'open-referral', bytes: 3_000_000 }
    const bytes = Buffer.alloc(2_900_000, 'a feed, ')
    const { status, to } = await sendFile(bytes)
    expect([status, to]).toEqual([303, `/administrator/imports/${importId}`])
    expect(bytes.equals(state.sent)).toBe(true)
    expect(posted().at(-1)).toEqual([`/provider-directory/imports/files/${fileId}/reading`, { source: 'Council list' }])
  })
  test('with rows asks which column is what, with what their names suggest', async () => {
    const { text, answer } = await columnsOf({ name: chosen('Activity'), organisation: chosen('Run by'), address: '', keepAs: 'Council list' })
    expect([selected(text, 'name'), selected(text, 'organisation'), selected(text, 'address')]).toEqual([
      'Activity: Tea &lt;for all&gt;',
      'Run by: Sale Neighbours',
      'No column',
    ])
    for (const words of ['value="Council list"', 'The file has 4 columns']) expect(text).toContain(words)
    expect([answer.status, answer.headers.location]).toEqual([303, `/administrator/imports/${importId}`])
    expect(posted().at(-1)?.[1]).toEqual({
      source: 'Council list',
      columns: [
        { column: 'Activity', field: 'name' },
        { column: 'Run by', field: 'organisation' },
      ],
      keepAs: 'Council list',
    })
  })
  test('is read as it was the last time, columns that were joined included, or as any list that was kept', async () => {
    const kept = (name: string, column: string) => ({
      name,
      columns: [
        { column, field: 'name' },
        { column: 'Street', field: 'address' },
        { column: 'Town', field: 'address' },
        { column: 'Not here', field: 'phone' },
      ],
    })
    state.mappings = [kept('Council list', 'Run by'), kept('Another', 'Town'), { name: 'Foreign', columns: [{ column: 'Not here', field: 'name' }] }]
    const { text } = await columnsOf({})
    expect([selected(text, 'name'), selected(text, 'address'), selected(text, 'phone'), selected(text, 'mapping')]).toEqual([
      'Run by: Sale Neighbours',
      'Street, Town',
      'No column',
      'Council list',
    ])
    expect(text).not.toContain('Foreign')
    expect(selected((await columnsOf({}, '?mapping=Another')).text, 'name')).toBe('Town')
    const { answer } = await columnsOf({ name: chosen('Town'), organisation: chosen('Run by'), address: chosen('Street', 'Town') })
    expect(answer.status).toBe(303)
    expect(posted().at(-1)?.[1]).toMatchObject({
      columns: expect.arrayContaining([
        { column: 'Street', field: 'address' },
        { column: 'Town', field: 'address' },
      ]),
    })
  })
  test('what was not chosen, or is no choice, is told at its field', async () => {
    const { answer } = await columnsOf({ name: '', organisation: '{"a":1}' })
    expect(answer.status).toBe(400)
    for (const words of ['href="#name"', 'Choose the column that holds the name', 'href="#organisation"', 'Choose a column from the list'])
      expect(answer.text).toContain(words)
  })
  test('no file, an empty one and one of nobody are told at their fields', async () => {
    const none = await sendFile(undefined, { source: ' ' })
    expect(none.status).toBe(400)
    for (const words of ['href="#file"', 'Choose a file', 'href="#source"', 'Say whose list it is']) expect(none.text).toContain(words)
    const empty = await sendFile(Buffer.alloc(0))
    expect([empty.status, empty.text.includes('This file is empty')]).toEqual([400, true])
    expect(posted()).toEqual([])
  })
  test('whose rows cannot be told says at the field why', async () => {
    state.refuses = [422, 'no-rows']
    const { status, text } = await sendFile(Buffer.from('a,b\n'))
    expect([status, text.includes('href="#file"'), text.includes('but no rows under them')]).toEqual([422, true, true])
  })
  test('is taken from our own pages only', async () => {
    expect((await sendFile(Buffer.from('a'), { token: 'x.y' })).status).toBe(403)
    expect(posted()).toEqual([])
  })
  test('that another administrator sent asks whose it is; one in JSON has no columns to choose', async () => {
    const agent = await place.signedIn('administrator')
    const at = `/administrator/imports/files/${fileId}`
    const { text } = await agent.get(at).expect(200)
    const refused = await agent
      .post(at)
      .type('form')
      .send({ _token: hidden(text, '_token'), _key: hidden(text, '_key'), source: '', name: chosen('Activity'), organisation: chosen('Run by') })
    expect([refused.status, refused.text.includes('href="#source"')]).toEqual([400, true])
    state.file = { fileId, format: 'open-referral', bytes: 10 }
    await agent.get(at).expect(303).expect('location', '/administrator/imports/files')
  })
})

test('a reading that came to its end at a line says which', async () => {
  state.one = { ...one, status: 'failed', reason: 'quote-not-closed', line: 1_204, report: undefined }
  expect(await shown()).toContain('Line 1,204: A quotation mark in this row never closes')
})
