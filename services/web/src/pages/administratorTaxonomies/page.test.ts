import { startTestPlace, type TestPlace } from '../../testPlace.ts'

const taxonomyId = '8c2f6f10-4f0e-4b64-9b64-0000000000d1'
const termId = '8c2f6f10-4f0e-4b64-9b64-0000000000d2'
const imported = {
  ...{ taxonomyId, name: 'Local <list>', description: 'What councils do', version: '2.0', of: 'import', terms: 1_240, retired: 3, offers: 1_017 },
  ...{ source: 'list.xml', importedAt: '2026-03-02T10:00:00.000Z', languages: ['en', 'cy'] },
}
const own = { taxonomyId: termId, name: 'Our kinds', description: 'Kinds', of: 'place', terms: 17, retired: 0, offers: 2, languages: [] }
const libraries = { termId, name: 'Libraries', code: 'function/76', description: 'Books & more', below: 17, offers: 12 }
let place: TestPlace
let answer: object
beforeAll(async () => {
  place = await startTestPlace({
    'GET /provider-directory/taxonomies': () => ({ items: [own, imported] }),
    'GET /provider-directory/taxonomies/:id/terms': () => answer,
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  answer = { taxonomy: imported, above: [], items: [libraries], total: 51, after: '50' }
  place.asked.length = 0
})

const shown = async (address: string) => (await (await place.signedIn('administrator')).get(address).expect(200)).text
const asked = () => place.asked.filter(({ path }) => path.includes('/taxonomies/')).map(({ query }) => query)

test('an administrator sees the lists that services are sorted by, escaped, in both languages', async () => {
  const text = await shown('/administrator/taxonomies?lang=en')
  for (const words of [
    'Local &lt;list&gt;',
    'Version 2.0',
    'list.xml, 2 March 2026',
    'English, Welsh',
    '1,240',
    '3 that its last version came without',
    '1,017',
  ])
    expect(text).toContain(words)
  expect(text).toContain(`href="/administrator/taxonomies/${taxonomyId}"`)
  expect(await shown('/administrator/taxonomies?lang=cy')).toContain('Sut y trefnir gwasanaethau')
})
test('and goes down a list term by term, page by page, without anything that runs in the page', async () => {
  const at = `/administrator/taxonomies/${taxonomyId}`
  const text = await shown(`${at}?lang=en`)
  for (const words of ['51 terms here', 'Books &amp; more', '<code>function/76</code>', '17 below']) expect(text).toContain(words)
  for (const link of [`href="${at}?parent=${termId}"`, `href="${at}?after=50"`]) expect(text).toContain(link)
  answer = { taxonomy: imported, above: [{ termId, name: 'Libraries' }], items: [{ ...libraries, below: 0, retiredOn: '2026-03-02' }], total: 1 }
  const below = await shown(`${at}?parent=${termId}&after=50`)
  for (const words of ['All of it', 'aria-current="page"', 'Retired since 2 March 2026', 'To the first ones']) expect(below).toContain(words)
  expect(asked()).toEqual([expect.objectContaining({ language: 'en', limit: '50' }), expect.objectContaining({ parent: termId, after: '50' })])
})
test('a place in the list that is none asks for the top of it', async () => {
  await shown(`/administrator/taxonomies/${taxonomyId}?parent=x&after=-1`)
  expect(asked()[0]).not.toHaveProperty('parent')
  expect(asked()[0]).not.toHaveProperty('after')
})
test('a list that is empty says so', async () => {
  answer = { taxonomy: { ...imported, terms: 0 }, above: [], items: [], total: 0 }
  expect(await shown(`/administrator/taxonomies/${taxonomyId}?lang=en`)).toContain('There are no terms here.')
})
test.each(['resident', 'provider', 'coordinator', 'navigator', 'commissioner'] as const)('a %s has no such pages', async (role) => {
  const agent = await place.signedIn(role)
  for (const path of ['', `/${taxonomyId}`]) await agent.get(`/administrator/taxonomies${path}`).expect(403)
})
