import { SpanKind } from '@opentelemetry/api'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { attributeNames, startTracing } from '@patchwork/telemetry'
import { openBrowser } from './testing/browser.ts'
import { eventually, must, type OpenedPlace, openPlace, type Person } from './testing/openPlace.ts'
import { driverPairs } from './testing/pairs.ts'

// One trace, from the form that a resident sends to the message that the provider gets, on each pair of drivers.

const { pairs, stop } = await driverPairs()
afterAll(stop)
const exporter = new InMemorySpanExporter()
const tracing = startTracing([new SimpleSpanProcessor(exporter)])
afterAll(() => tracing.stop())
const patienceMs = 300_000
const status = 'http.response.status_code'

const offerHelp = async (provider: Person): Promise<string> => {
  const at = '/api/provider-directory'
  const organisation = { name: 'Of the gardener', kind: 'micro-provider' }
  const { organisationId } = await must(() => provider.send('POST', `${at}/organisations`, { body: organisation }))
  const words = { name: 'Hedges cut', description: 'At home.', price: { kind: 'free' }, area: { withinMetres: 5_000, postcode: 'M33 7ZF' } }
  const offer = { organisationId, track: 'be-helped', category: 'garden-and-home', ...words }
  const { offerId } = await must(() => provider.send('POST', `${at}/offers`, { body: offer }))
  await must(() => provider.send('POST', `${at}/offers/${offerId}/publication`))
  return offerId as string
}

/** Sends the form of a page without JavaScript. Gives the spans of its trace once the last message is sent and everybody has taken in what happened. */
const spansOfReferral = async (opened: OpenedPlace): Promise<ReadableSpan[]> => {
  const [provider, resident] = (await opened.open([
    { role: 'provider', name: 'Gard Ener' },
    { role: 'resident', name: 'Resi Dent' },
  ])) as [Person, Person]
  const offerId = await offerHelp(provider)
  const browser = openBrowser(opened.place.url)
  await browser.signIn(resident.username, resident.password)
  const need = { words: 'The hedge is too high.', outcome1: 'It is cut', outcome2: '', outcome3: '', postcode: 'M33 7ZF', consent: 'yes' }
  await browser.send(`/my/referrals/new?offer=${offerId}`, need)
  const traceOf = () => {
    const spans = exporter.getFinishedSpans()
    const form = spans.find(({ name }) => name === 'POST /my/referrals/new')
    return spans.filter((span) => form && span.spanContext().traceId === form.spanContext().traceId)
  }
  await eventually('the message is sent, and that is told', async () => {
    const spans = traceOf()
    const sent = spans.find(({ name }) => name === 'message.send')
    return sent !== undefined && treeUnder(spans, sent.spanContext().spanId)['message.update']?.['send patchwork.notification.message'] !== undefined
  })
  await opened.caughtUp()
  return traceOf()
}

type Tree = { [name: string]: Tree }

/** How a span stands in the tree: by its name, and for a consumer by its group and event as well. */
const called = ({ name, attributes }: ReadableSpan): string =>
  name.startsWith('process ') ? `${name}: ${attributes['messaging.consumer.group.name']} ${attributes['patchwork.event.type']}` : name

const treeUnder = (spans: readonly ReadableSpan[], parentId: string | undefined): Tree => {
  const children = spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === parentId)
  return Object.fromEntries(
    [...Map.groupBy(children, called)].map(([name, alike]) => [
      name,
      Object.assign({}, ...alike.map((span) => treeUnder(spans, span.spanContext().spanId))) as Tree,
    ]),
  )
}

for (const { pair, isHere, environment } of pairs)
  (isHere ? describe : describe.skip)(`the trace of a referral on ${pair}`, () => {
    let opened: OpenedPlace
    let spans: ReadableSpan[]
    beforeAll(async () => {
      exporter.reset()
      opened = await openPlace(environment)
      spans = await spansOfReferral(opened)
    }, patienceMs)
    afterAll(() => opened?.stop())

    test('it follows the form through both services, the outbox, the log and every consumer to the message that is sent', () => {
      const told = { 'message.update': { 'send patchwork.notification.message': {} } }
      const people = { 'GET people': { 'GET /api/people/people/contacts': {} } }
      expect(treeUnder(spans, undefined)).toMatchObject({
        'POST /my/referrals/new': {
          'POST referral': {
            'POST /api/referral/needs': { 'need.update': { 'send patchwork.referral.need': {} } },
            'POST /api/referral/referrals': {
              'referral.update': {
                'send patchwork.referral.referral': {},
                'process patchwork.referral.referral: people-entitlements-1 referral.sent.v1': {},
                'process patchwork.referral.referral: commissioning-referrals-1 referral.sent.v1': {},
                'process patchwork.referral.referral: notification referral.sent.v1': { ...told, 'message.send': { ...people, ...told } },
              },
            },
          },
        },
      })
    })

    test('each span has its kind, its service and what the conventions for HTTP and messaging name', () => {
      const of = (name: string, service: string) => {
        const found = spans.find((span) => span.name === name && span.attributes['patchwork.service'] === service)
        return { kind: found?.kind, ...found?.attributes }
      }
      const answered = { 'http.request.method': 'POST', 'url.scheme': 'http' }
      expect(of('POST /my/referrals/new', 'web')).toMatchObject({ kind: SpanKind.SERVER, ...answered, 'http.route': '/my/referrals/new', [status]: 303 })
      expect(of('POST referral', 'web')).toMatchObject({ kind: SpanKind.CLIENT, 'http.request.method': 'POST', 'peer.service': 'referral', [status]: 201 })
      const route = { 'http.route': '/api/referral/referrals' }
      expect(of('POST /api/referral/referrals', 'referral')).toMatchObject({ kind: SpanKind.SERVER, ...answered, ...route, [status]: 201 })
      const system = environment.KAFKA_BROKERS === undefined ? 'embedded' : 'kafka'
      const topic = 'patchwork.referral.referral'
      const messaging = { 'messaging.system': system, 'messaging.destination.name': topic, 'patchwork.event.type': 'referral.sent.v1' }
      const sent = of(`send ${topic}`, 'referral')
      expect(sent).toMatchObject({ kind: SpanKind.PRODUCER, ...messaging, 'messaging.operation.name': 'send', 'messaging.operation.type': 'send' })
      const processed = { 'messaging.operation.name': 'process', 'messaging.operation.type': 'process', 'messaging.consumer.group.name': 'notification' }
      const taken = of(`process ${topic}`, 'notification')
      expect(taken).toMatchObject({ kind: SpanKind.CONSUMER, ...messaging, ...processed, 'messaging.message.id': sent['messaging.message.id' as never] })
    })

    test('no attribute is there that is not declared, and no span without its service', () => {
      const all = exporter.getFinishedSpans()
      expect(
        [...new Set(all.flatMap(({ attributes }) => Object.keys(attributes)))].filter((name) => !(attributeNames as readonly string[]).includes(name)),
      ).toEqual([])
      expect(all.filter(({ attributes }) => attributes['patchwork.service'] === undefined).map(({ name }) => name)).toEqual([])
    })
  })
