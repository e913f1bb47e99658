import { newId, type Place, startPlace } from '../testing/startPlace.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

const certificateNumber = '009876543210'
const body = { level: 'enhanced', certificateNumber, issuedOn: '2024-05-01' }

const soleCarer = async () => {
  const personId = newId()
  const ask = place.as('provider', personId)
  const { organisationId } = (await ask('/organisations', { body: { name: 'Dee Okafor, carer', kind: 'micro-provider' } })).body
  const at = `/organisations/${organisationId}`
  return { ask, personId, organisationId: organisationId as string, at }
}
const entered = async () => {
  const carer = await soleCarer()
  const answer = await carer.ask(`${carer.at}/credentials`, { body })
  expect(answer.status).toBe(201)
  return { ...carer, credentialId: answer.body.credentialId as string }
}

test('D7 an owner enters a check, the council reviews it, and everyone is told what was checked, by whom and when, and nothing else', async () => {
  const { ask, at, credentialId, organisationId } = await entered()
  expect((await place.asAnyone(`${at}/checks`)).body).toEqual({ items: [] })
  const administrator = place.as('administrator')
  const waiting = await administrator('/credentials/waiting?limit=200')
  expect(waiting.body.items).toContainEqual({ credentialId, organisationId, organisationName: 'Dee Okafor, carer', enteredAt: expect.any(String) })
  expect(waiting.text).not.toContain(certificateNumber)
  expect((await administrator(`/credentials/${credentialId}/review`, { body: { updateServiceCheckedOn: '2025-05-01' } })).status).toBe(200)

  const day = expect.stringMatching(/^\d{4}-\d\d-\d\d$/)
  const checks = await place.asAnyone(`${at}/checks`)
  expect(checks.body).toEqual({ items: [{ level: 'enhanced', checkedBy: 'Trafford Council', checkedOn: day, updateServiceCheckedOn: '2025-05-01' }] })
  expect((await ask(`${at}/credentials`)).body).toEqual({
    items: [{ credentialId, status: 'reviewed', ...body, updateServiceCheckedOn: '2025-05-01', councilReviewedOn: day }],
  })
  for (const path of [at, `${at}/offers`, `${at}/checks`]) expect((await place.asAnyone(path)).text).not.toContain(certificateNumber)
  const events = await place.events('credential')
  expect(events.filter(({ subject }) => subject === credentialId).map(({ type }) => type)).toEqual(['credential.entered.v1', 'credential.reviewed.v1'])
  expect(JSON.stringify(events)).not.toMatch(new RegExp(`${certificateNumber}|enhanced|2024-05-01|2025-05-01`))
  expect(place.logLines.join('')).not.toContain(certificateNumber)
})
test('D7 there is no field for an expiry: one that is sent is refused', async () => {
  const { ask, at } = await soleCarer()
  const { status, text } = await ask(`${at}/credentials`, { body: { ...body, expiresOn: '2027-05-01' } })
  expect([status, text]).toEqual([400, expect.stringContaining('expiresOn')])
})
test('whoever reads what a check says is in the log that its owner sees, before the answer leaves', async () => {
  const { ask, at, personId } = await entered()
  const readerId = newId()
  expect((await place.as('administrator', readerId)(`${at}/credentials`)).body.items).toHaveLength(1)
  await ask(`${at}/credentials`)
  const { body: log } = await ask(`${at}/credential-readings`)
  expect(log.items).toHaveLength(2)
  expect(log.items).toEqual(
    expect.arrayContaining([
      { at: expect.any(String), personId: readerId, role: 'administrator', count: 1 },
      { at: expect.any(String), personId, role: 'provider', count: 1 },
    ]),
  )
  await place.restart()
  expect((await ask(`${at}/credential-readings`)).body.items).toHaveLength(2)
})
test('a colleague who is no owner, a stranger and every other role read nothing of it; administrators enter and remove none', async () => {
  const { ask, at, credentialId } = await entered()
  const { code } = (await ask(`${at}/joining-codes`, { method: 'post' })).body
  const colleague = place.as('provider', newId())
  expect((await colleague('/memberships', { body: { code } })).status).toBe(201)
  for (const path of [`${at}/credentials`, `${at}/credential-readings`]) {
    for (const other of [colleague, place.as('provider'), place.as('coordinator')]) expect((await other(path)).status).toBe(404)
    for (const other of [place.as('resident'), place.as('navigator'), place.as('commissioner')]) expect((await other(path)).status).toBe(403)
    expect((await place.asAnyone(path)).status).toBe(401)
  }
  const administrator = place.as('administrator')
  expect((await administrator(`${at}/credentials`, { body })).status).toBe(403)
  expect((await administrator(`/credentials/${credentialId}/removal`, { method: 'post' })).status).toBe(403)
  expect((await ask(`/credentials/${credentialId}/review`, { body: {} })).status).toBe(403)
  expect((await place.as('provider')(`/credentials/${credentialId}/removal`, { method: 'post' })).status).toBe(404)
})
test('an administrator reviews no check of an organisation of their own', async () => {
  const { ask, at, credentialId } = await entered()
  const { code } = (await ask(`${at}/joining-codes`, { method: 'post' })).body
  const personId = newId()
  await place.as('coordinator', personId)('/memberships', { body: { code } })
  const answer = await place.as('administrator', personId)(`/credentials/${credentialId}/review`, { body: {} })
  expect([answer.status, answer.body.code]).toEqual([409, 'own-credential'])
})
test('what its owner removes is shown to nobody any more', async () => {
  const { ask, at, credentialId } = await entered()
  await place.as('administrator')(`/credentials/${credentialId}/review`, { body: {} })
  expect((await ask(`/credentials/${credentialId}/removal`, { method: 'post' })).status).toBe(200)
  expect((await place.asAnyone(`${at}/checks`)).body).toEqual({ items: [] })
  expect((await ask(`${at}/credentials`)).body).toEqual({ items: [] })
  expect((await place.as('administrator')(`/credentials/${credentialId}/review`, { body: {} })).body.code).toBe('credential-not-found')
})
test('an organisation has 50 checks at most', async () => {
  const { ask, at } = await soleCarer()
  for (let count = 0; count < 50; count += 1) expect((await ask(`${at}/credentials`, { body })).status).toBe(201)
  expect((await ask(`${at}/credentials`, { body })).body.code).toBe('too-many-credentials')
})
