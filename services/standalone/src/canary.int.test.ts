import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AggregationTemporality, InMemoryMetricExporter, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { type EventEnvelope, topics } from '@patchwork/events'
import { inSpan, measure, startMetrics, startTracing } from '@patchwork/telemetry'
import mongoose from 'mongoose'
import { apiDocuments } from './testing/apiDocuments.ts'
import { type Canaries, found, openCanaries } from './testing/canary/canaries.ts'
import { openMailServer } from './testing/canary/mailServer.ts'
import { command } from './testing/canary/operator.ts'
import { fieldsWithoutCanary } from './testing/canary/textFields.ts'
import { walkTheLoop } from './testing/canary/walk.ts'
import { eventually, type OpenedPlace, openPlace } from './testing/openPlace.ts'
import { driverPairs } from './testing/pairs.ts'

/** Text fields in which no canary can stand, with the reason. */
const withoutCanary: Record<string, string> = {
  'POST /api/identity/passwords /token': 'one of our own links',
  'POST /api/identity/verifications /token': 'one of our own links',
  'POST /api/identity/invitations/acceptance /token': 'one of our own links',
  'POST /api/identity/first-administrator /code': 'the code that the terminal shows',
}
/** A consumer group is named as it is, or there is none: what else is sent is refused. */
const nameOfAGroup = /^POST \/api\/[a-z-]+\/operations\/replays \/group$/
/** Fields of the directory with a form of their own: a telephone of an office, a number of a public register, a place that everybody is told. */
const publicForm =
  /^(POST|PUT) \/api\/provider-directory\/(organisations|offers|listings|assets)(\/\{id\})?(\/draft)? \/(phone|contact\/phone|area\/postcode|place\/postcode|personalCareGate\/cqcNumber)$/

/** Where a search stands in the address, as is promised to everybody: what is searched for is not kept, and no log or span has queries. */
const searches = [/^\/(find|assets)$/, /^\/api\/provider-directory\/(offers|assets)$/, /^\/api\/provider-directory\/places\/[^/]+$/]
/** Forms that this walk cannot send, with the reason. */
const withoutSending: Record<string, string> = {
  '/administrator/accounts/:accountId/password-link': 'there is no link to hand over where e-mail is sent',
  '/operations/replays': 'nothing is parked while the walk goes on, and it holds no words',
}
/** The one host that the place is told to read: an administrator enters the address of a feed, which is asked for as it stands. */
const feedHost = /^zkoffered\d+\.example$/
const control = 'zkcontrol'
const walkWithinMs = 600_000

const filesIn = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : statSync(path).isFile() ? [path] : []
  })
/** The bytes of every file of the place's data, as they lie on the disk. */
const bytesOf = ({ config }: OpenedPlace): string =>
  filesIn(config.dataDirectory)
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n')

const documentsIn = async (uri: string): Promise<string> => {
  const connection = await mongoose.createConnection(uri).asPromise()
  try {
    const collections = (await connection.db?.collections()) ?? []
    return JSON.stringify(await Promise.all(collections.map((collection) => collection.find({}).toArray())))
  } finally {
    await connection.close()
  }
}

const { pairs, stop } = await driverPairs()
afterAll(stop)
/** All that the place keeps, wherever it keeps it. */
const storedBy = async (opened: OpenedPlace): Promise<string> =>
  bytesOf(opened) + (opened.config.mongodbUri === undefined ? '' : await documentsIn(opened.config.mongodbUri))

const exporter = new InMemorySpanExporter()
const tracing = startTracing([new SimpleSpanProcessor(exporter)])
afterAll(() => tracing.stop())

const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const metricReader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 })
const measuring = await startMetrics([metricReader])
afterAll(() => measuring.stop())

/** Every metric as it would be sent, with all its attributes. */
const metricsSent = async (): Promise<string> => {
  metricExporter.reset()
  await metricReader.forceFlush()
  return JSON.stringify(metricExporter.getMetrics().map(({ resource, scopeMetrics }) => ({ resource: resource.attributes, scopeMetrics })))
}

/** An event that nobody can handle, as it waits for an operator: it speaks of a referral that was never sent. */
const parkOne = async ({ place }: OpenedPlace): Promise<string> => {
  const { uuid, now } = place.ports.runtime
  const [eventId, referralId, at] = [uuid(), uuid(), new Date(now()).toISOString()]
  const data = { referralId, personId: uuid(), organisationId: uuid(), acceptedBy: uuid(), acceptedAt: at, control }
  const event: EventEnvelope = {
    ...{ specversion: '1.0', id: eventId, source: '/patchwork/referral/referral', type: 'referral.accepted.v1', subject: referralId, time: at },
    ...{ datacontenttype: 'application/json', sequence: 1, sequencetype: 'Integer', commandkey: uuid(), data },
  }
  await place.ports.log.publish([{ topic: 'patchwork.referral.referral', event }])
  return eventId
}

const everythingTold = async ({ place }: OpenedPlace): Promise<string> => {
  const lines: string[] = []
  for (const topic of topics) for await (const event of place.ports.log.read(topic)) lines.push(JSON.stringify(event))
  return lines.join('\n')
}

/** Every text in which something could stand that should not, by what it is. */
const collect = async (opened: OpenedPlace, eventId: string, urls: readonly string[]) => ({
  'the events of every topic': await everythingTold(opened),
  'the logs': opened.logLines.join('\n'),
  'the spans': JSON.stringify(
    exporter
      .getFinishedSpans()
      .map(({ name, attributes, events, status, links, resource }) => ({ name, attributes, events, status, links, resource: resource.attributes })),
  ),
  'the metrics': await metricsSent(),
  'the dead letters': (await command(opened, 'dead-letters', 'list', '--json')) + (await command(opened, 'dead-letters', 'show', eventId, '--json')),
  'the addresses that were gone to': [...urls, ...opened.calls.filter(({ from }) => from === 'place').map(({ url }) => url)]
    .filter((url) => !searches.some((search) => search.test(new URL(url).pathname)) && !feedHost.test(new URL(url).hostname))
    .join('\n'),
  'what is stored': await storedBy(opened),
})

/** Nobody forgot a field or a form. */
const theWalkWasWhole = async (opened: OpenedPlace, canaries: Canaries): Promise<void> => {
  const missed = fieldsWithoutCanary(await apiDocuments(opened), opened.calls, canaries)
  expect(missed.filter((field) => !(field in withoutCanary) && !publicForm.test(field) && !nameOfAGroup.test(field))).toEqual([])
  expect(formsNotSent(opened).filter((form) => !(form in withoutSending))).toEqual([])
  expect(canaries.personal.size).toBeGreaterThan(50)
  expect(found(canaries.personal, [...canaries.personal].join().toUpperCase().replaceAll(' ', ''))).toEqual([...canaries.personal])
}

/** What was put in each of them on purpose is found, or a search that finds nothing would show nothing. */
const theSearchFinds = (texts: Record<string, string>, eventId: string): void => {
  const blind = Object.entries(texts).filter(([where, text]) => !text.includes(where === 'the dead letters' ? eventId : control))
  expect(blind.map(([where]) => where)).toEqual([])
}

/** What is stored may hold what everybody may read; everything else holds neither that nor anything about a person. */
const leaksIn = (texts: Record<string, string>, { personal, offered }: Canaries): string[] =>
  Object.entries(texts).flatMap(([where, text]) =>
    [...found(personal, text), ...(where === 'what is stored' ? [] : found(offered, text))].map((canary) => `${canary} in ${where}`),
  )

describe.each(pairs)('canaries on $pair', ({ isHere, environment }) => {
  const testHere = isHere ? test : test.skip
  testHere(
    'a name, a number, an address or a word that anybody writes in any text field is in no event, log, span, dead letter, address or file',
    async () => {
      exporter.reset()
      const mail = await openMailServer()
      const opened = await openPlace({ SMTP_URL: mail.url, MAIL_FROM: 'Patchwork <no-reply@patchwork.example>', ...environment })
      try {
        const [canaries, urls] = [openCanaries(), [] as string[]]
        await walkTheLoop({ opened, canaries, mail, urls })
        const eventId = await parkOne(opened)
        await eventually('the event is parked', async () => (await command(opened, 'dead-letters', 'list', '--json')).includes(eventId))
        await opened.caughtUp()

        await theWalkWasWhole(opened, canaries)

        opened.place.ports.logger.debug({ control }, 'a line')
        await inSpan(control, {}, async () => undefined)
        measure('patchwork.handler.duration', 0, { 'patchwork.group': control })
        const texts = await collect(opened, eventId, [...urls, `${opened.place.url}/${control}`])
        theSearchFinds(texts, eventId)
        expect(leaksIn(texts, canaries)).toEqual([])
        const subjects = mail.mails.map(({ content }) => /^Subject:.*(?:\r?\n[ \t].*)*/m.exec(content)?.[0]).join('\n')
        expect(found(canaries.personal, subjects)).toEqual([])
      } finally {
        await opened.stop()
        await mail.stop()
      }
    },
    walkWithinMs,
  )
})

type Layer = { route?: { path: string; stack: { method: string }[] }; handle: { stack?: Layer[] } }

/** The forms of the pages that the walk has not sent, by their routes. */
const formsNotSent = ({ place, logLines }: OpenedPlace): string[] => {
  const pages = place.services.find(({ name }) => name === 'web')?.mounts[0]?.app.router.stack as unknown as Layer[]
  const routesIn = (layers: Layer[]): string[] =>
    layers.flatMap(({ route, handle }) => [...(route?.stack.some(({ method }) => method === 'post') ? [route.path] : []), ...routesIn(handle.stack ?? [])])
  const sent = new Set(
    logLines
      .map((line) => JSON.parse(line) as { service?: string; method?: string; route?: string; status?: number })
      .filter(({ service, method, status }) => service === 'web' && method === 'POST' && status === 303)
      .map(({ route }) => route),
  )
  return routesIn(pages).filter((route) => !sent.has(route))
}
