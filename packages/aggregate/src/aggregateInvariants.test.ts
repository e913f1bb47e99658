import { openAggregates } from './openAggregates.ts'
import { type SimulatedPlace, simulatedPlace } from './simulation/simulatedPlace.ts'
import { addCoins, commandOf, type Jar, type JarDetails, type JarEvent, jarDefinition } from './testExamples.ts'

/** Three jars of three events each, all passed on; a fourth whose event waits. */
const given = async () => {
  const place = simulatedPlace(1)
  const { run } = place.time
  const jars = await run(openAggregates<Jar, JarEvent, JarDetails>(jarDefinition, place.openProcess().ports))
  for (const id of ['a', 'b', 'c']) for (let at = 1; at <= 3; at += 1) await run(jars.update(id, commandOf(`k${at}`), addCoins(at)))
  await run(jars.relay.drained())
  await run(jars.stop())
  await run(jars.update('d', commandOf('k'), addCoins(1)))
  const verify = async () => {
    const wrong: Record<string, string[]> = {}
    for (const { name, check } of jars.invariants) {
      const { violations, examples } = await run(check())
      if (violations > 0) wrong[name.replace('example/jar: ', '')] = examples
    }
    return wrong
  }
  return { place, run, jars, verify }
}
const rows = (place: SimulatedPlace, name: string) => place.disk.get(`example/${name}`)!
const edit = (
  place: SimulatedPlace,
  name: string,
  id: string, // biome-ignore lint/suspicious/noExplicitAny: damage takes any form
  change: (body: any) => void,
) => {
  const row = rows(place, name).get(id)!
  const body = JSON.parse(row.text)
  change(body)
  rows(place, name).set(id, { ...row, text: JSON.stringify(body) })
}
const historyId = (place: SimulatedPlace, subject: string, sequence: number) =>
  [...rows(place, 'jar-history')].find(([, { text }]) => JSON.parse(text).event.subject === subject && JSON.parse(text).event.sequence === sequence)![0]
const logOf = (place: SimulatedPlace) => place.topics.events.get(jarDefinition.topic)!
const runs = 'events run from the first to the last without a gap'
const replays = 'state equals its events, replayed'
const ids = 'each event id is used once'
const logged = 'the log holds every archived event, in order, and no other'

test('nothing is wrong with a place that nobody damaged, and everything was looked at', async () => {
  const { run, jars, verify } = await given()
  expect(await verify()).toEqual({})
  const checked = []
  for (const invariant of jars.invariants) checked.push((await run(invariant.check())).checked)
  expect(checked).toEqual([4, 4, 10, 4, 1])
})

test.each<[string, (place: SimulatedPlace) => void, Record<string, string[]>]>([
  ['a lost event in history', (place) => rows(place, 'jar-history').delete(historyId(place, 'b', 2)), { [runs]: ['b'], [replays]: ['b'], [logged]: ['b'] }],
  [
    'a lost last event in history',
    (place) => rows(place, 'jar-history').delete(historyId(place, 'b', 3)),
    { [runs]: ['b'], [replays]: ['b'], [logged]: ['b'] },
  ],
  ['another sequence than the last event has', (place) => edit(place, 'jar', 'a', (body) => (body.sequence = 4)), { [runs]: ['a'], [logged]: ['a'] }],
  ['a state that its events do not give', (place) => edit(place, 'jar', 'c', (body) => (body.state.coins = 7)), { [replays]: ['c'] }],
  ['an emptied outbox', (place) => edit(place, 'jar', 'd', (body) => (body.outbox = [])), { [runs]: ['d'], [replays]: ['d'], [logged]: ['d'] }],
  [
    'an event the log lost',
    (place) =>
      logOf(place).splice(
        logOf(place).findIndex(({ subject, sequence }) => subject === 'b' && sequence === 3),
        1,
      ),
    { [logged]: ['b'] },
  ],
  ['events in another order', (place) => logOf(place).reverse(), { [logged]: ['a', 'b', 'c'] }],
  ['another event at a sequence', (place) => Object.assign(logOf(place).find(({ subject }) => subject === 'a')!, { id: 'other' }), { [logged]: ['a'] }],
])('%s is found', async (_, damage, expected) => {
  const { place, verify } = await given()
  damage(place)
  expect(await verify()).toEqual(expected)
})

test('an event id that stands in two places is found', async () => {
  const { place, verify } = await given()
  const id = historyId(place, 'a', 1)
  edit(place, 'jar', 'd', (body) => (body.outbox[0].event.id = id))
  expect(await verify()).toEqual({ [ids]: [id] })
})

test('an event that came twice is no fault', async () => {
  const { place, verify } = await given()
  logOf(place).push(...structuredClone(logOf(place)).slice(0, 5))
  expect(await verify()).toEqual({})
})

test('a place in use has nothing wrong, and a process that joins it finds its store and log equal', async () => {
  const { place, run } = await given()
  const open = () => run(openAggregates<Jar, JarEvent, JarDetails>(jarDefinition, place.openProcess().ports))
  const jars = await open()
  const writes = (async () => {
    for (let at = 0; at < 60; at += 1) await jars.update('a', commandOf(`more-${at}`), addCoins(1))
  })()
  for (let look = 0; look < 10; look += 1) {
    await open()
    for (const { name, check } of jars.invariants) expect({ name, ...(await run(check())) }).toMatchObject({ violations: 0 })
  }
  await run(writes)
  await run(jars.relay.drained())
  expect(new Set(logOf(place).map(({ id }) => id)).size).toBe(70)
})
