import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { request as ask, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Role } from '@patchwork/events'
import express, { type ErrorRequestHandler } from 'express'
import supertest from 'supertest'
import { sentFile } from './formFields.ts'
import { spoolSentFiles } from './spooledFiles.ts'

const bytesMax = 300_000
const spoolFolder = mkdtempSync(join(tmpdir(), 'patchwork-spooled-'))
afterAll(() => rmSync(spoolFolder, { recursive: true }))
const foldersNow = () => readdirSync(spoolFolder)

/** Forms taken by somebody in this role; the answer says what was read, and whether the file is one that the form takes. */
const formsOf = (role: Role | undefined) => {
  const app = express()
  app.use((_request, response, next) => {
    response.locals.visitor = { session: role && { role } }
    next()
  })
  app.post('/', spoolSentFiles({ bytesMax, roles: ['administrator'], spoolFolder }), async (request, response) => {
    const { file, ...fields } = (request.body ?? {}) as { file?: File }
    const bytes = file instanceof File ? Buffer.from(await file.arrayBuffer()) : undefined
    const refused = file === undefined ? undefined : sentFile(bytesMax).safeParse(file).error?.issues[0]?.message
    response.json({ fields, size: bytes?.length, first: bytes?.subarray(0, 3).toString(), refused, folders: foldersNow().length })
  })
  const failed: ErrorRequestHandler = (error, _request, response, _next) => void response.status(error.status ?? 500).json({})
  app.use(failed)
  return app
}
const administrators = formsOf('administrator')
const send = (size: number) => supertest(administrators).post('/').field('source', 'A list').attach('file', Buffer.alloc(size, 'abc'), 'list.csv')

test('a file is read whole up to its limit, and is gone from the disk once it is answered', async () => {
  const before = foldersNow().length
  const { body } = await send(bytesMax)
  expect(body).toEqual({ fields: { source: 'A list' }, size: bytesMax, first: 'abc', folders: before + 1 })
  for (let looks = 0; foldersNow().length > before && looks < 200; looks += 1) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(foldersNow().length).toBe(before)
})
test.each([bytesMax + 1, bytesMax * 20])('a file of %i bytes is refused at its field, with what stood before it kept', async (size) => {
  const { status, body } = await send(size)
  expect([status, body.fields, body.refused, body.size]).toEqual([200, { source: 'A list' }, 'file-too-large', bytesMax + 1])
})
test('an empty file and none are told apart', async () => {
  expect((await send(0)).body.refused).toBe('file-empty')
  expect((await supertest(administrators).post('/').attach('file', Buffer.alloc(0), '')).body).toMatchObject({ refused: 'missing' })
})
test('a file that never ends is read no further than its limit', async () => {
  const server = createServer(administrators)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const answer = await new Promise<string>((resolve, reject) => {
    const { port } = server.address() as AddressInfo
    const request = ask({ port, method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' } }, (response) =>
      response.setEncoding('utf8').once('data', (text: string) => {
        request.destroy()
        resolve(text)
      }),
    )
    request.on('error', reject)
    request.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n')
    const more = (): void => void (request.destroyed || request.write('a'.repeat(60_000), () => setImmediate(more)))
    more()
  })
  expect(JSON.parse(answer).refused).toBe('file-too-large')
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
test.each([
  ['two files', supertest(administrators).post('/').attach('file', Buffer.from('a'), 'a.csv').attach('other', Buffer.from('b'), 'b.csv')],
  ['no boundary', supertest(administrators).post('/').set('content-type', 'multipart/form-data').send('x')],
  ['a form cut in the middle', supertest(administrators).post('/').set('content-type', 'multipart/form-data; boundary=x').send('--x\r\nContent-Disp')],
  ['a field of 100 kB', supertest(administrators).post('/').field('source', 'x'.repeat(100_000)).attach('file', Buffer.from('a'), 'a.csv')],
])('%s is no form', async (_what, sending) => expect((await sending).status).toBe(400))
test('nobody else’s file is taken in', async () => {
  for (const role of ['resident', undefined] as const) {
    const { body } = await supertest(formsOf(role)).post('/').field('source', 'A list').attach('file', Buffer.from('a'), 'a.csv')
    expect([body.fields, body.size]).toEqual([{}, undefined])
  }
})
