import { consume, on } from '@patchwork/aggregate'
import { type EventEnvelope, NeedRecorded } from '@patchwork/events'
import { shownConsumer } from '@patchwork/http'
import { type Browser, openBrowser } from './testing/browser.ts'
import { eventually, must, type OpenedPlace, openPlace, type Person } from './testing/openPlace.ts'

// The page by which an administrator looks after a place, on a place that runs.

const patienceMs = 180_000
const group = 'needs-heard'
let opened: OpenedPlace
let browser: Browser
let resident: Person
const heard: string[] = []
const poison = { needId: '' }
let stopConsumer: () => Promise<void>

/** A consumer like every other, on the place's own log and store, that cannot handle one record until it is mended. */
const hearNeeds = async ({ place }: OpenedPlace): Promise<void> => {
  const hear = on(NeedRecorded, async ({ subject }: EventEnvelope) => {
    if (subject === poison.needId) throw Object.assign(new Error('Not to be heard'), { code: 'cannot-be-heard' })
    heard.push(subject)
  })
  const consumer = await consume({ service: 'referral', group, topics: [NeedRecorded.topic], handlers: [hear], attemptsMax: 2 }, place.ports)
  stopConsumer = consumer.stop
  const referral = place.services.find(({ name }) => name === 'referral')!
  ;(referral.consumers as unknown[]).push(shownConsumer(group, () => consumer))
}

const record = async (): Promise<string> => {
  const words = { track: 'be-helped', category: 'garden-and-home', words: 'The hedge is too high.', desiredOutcomes: ['It is cut'] }
  const { needId } = await must(() => resident.send<{ needId: string }>('POST', '/api/referral/needs', { body: { personId: resident.personId, ...words } }))
  return needId
}

const shown = async (): Promise<string> => (await browser.goTo('/operations')).html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

beforeAll(async () => {
  opened = await openPlace()
  const people = await opened.open([
    { role: 'administrator', name: 'Admin Istrator' },
    { role: 'resident', name: 'Resi Dent' },
  ])
  resident = people[1] as Person
  browser = openBrowser(opened.place.url)
  await browser.signIn(people[0]!.username, people[0]!.password)
}, patienceMs)
afterAll(async () => {
  await stopConsumer?.()
  await opened?.stop()
})

test('every service says that it is ready, from the page to the last', async () => {
  const text = await shown()
  for (const { name } of opened.place.services) expect(text).toMatch(new RegExp(`${name} Ready [0-9a-f]{8} since`))
  expect(text).not.toContain('Does not answer')
})

test(
  'O3 a poisoned event is parked with its reason and replayed from the screen, while others flow on',
  async () => {
    await hearNeeds(opened)
    const before = await record()
    await eventually('the first is heard', async () => heard.includes(before))
    const { place } = opened
    const eventId = place.ports.runtime.uuid()
    poison.needId = place.ports.runtime.uuid()
    const [data] = await eventsOf(before)
    await place.ports.log.publish([{ topic: NeedRecorded.topic, event: { ...(data as EventEnvelope), id: eventId, subject: poison.needId } }])
    const after = await record()
    await eventually('it is parked, and shown with its reason and event', async () => {
      const text = await shown()
      return text.includes(`${group}: 1 wait.`) && text.includes('failed: cannot-be-heard') && text.includes(eventId)
    })
    await eventually('the other is heard', async () => heard.includes(after))
    expect(heard).not.toContain(poison.needId)

    // A page waits two seconds for them, and says where they are still tried.
    const early = await browser.send('/operations', {}, { to: '/operations/replays' })
    expect(early.html).toMatch(/Some could still not be handled\.|They are being tried again\./)
    await eventually('it could still not be handled', async () => (await shown()).includes('0 handled, 1 still waiting.'))
    const mended = poison.needId
    poison.needId = ''
    const done = await browser.send('/operations', {}, { to: '/operations/replays' })
    expect(done.html).toMatch(/They were tried again, and all were handled\.|They are being tried again\./)
    await eventually('nothing waits, and the result stands there', async () => {
      const text = await shown()
      return text.includes('There are none.') && text.includes('1 handled, 0 still waiting.') && text.includes('started by you')
    })
    expect(heard.filter((id) => id === mended)).toEqual([mended])
  },
  patienceMs,
)

const eventsOf = async (needId: string): Promise<EventEnvelope[]> => {
  const found: EventEnvelope[] = []
  for await (const event of opened.place.ports.log.read(NeedRecorded.topic)) if (event.subject === needId) found.push(event)
  return found
}

test(
  'a verification is begun from the screen, and its result stands there',
  async () => {
    await browser.send('/operations', {}, { to: '/operations/verifications' })
    await eventually('every service has finished', async () => {
      const text = await shown()
      // What was published by hand above has no record behind it, and a verification says so.
      return text.includes('Something does not hold') && !text.includes('It is under way.')
    })
  },
  patienceMs,
)
