import { randomUUID } from 'node:crypto'
import { kafkaForTests, mongoForTests } from '@patchwork/testing'
import { type ApiPerson, StartedPlace, type StartOptions, until } from '../src/startedPlace.ts'

const [kafka, mongo] = [await kafkaForTests(), await mongoForTests()]
const testOnServers = kafka && mongo ? test : test.skip
afterAll(async () => {
  await kafka?.stop()
  await mongo?.stop()
})

const steps = ['before-write', 'after-write', 'after-archive', 'after-publish', 'after-trim', 'before-effect', 'after-effect', 'after-mark'] as const
const killsWanted = 20
const workersCount = 6
const requestLimitMs = 180_000

/** What a worker was told had happened: it must be true for ever. */
type Promised = { referralId: string; status: 'sent' | 'accepted' | 'declined' | 'concluded'; acceptedBy?: string }

type People = Record<'navigator' | 'gardener', ApiPerson> & { personId: string; offerId: string }

/** Sends a request under one key until it is answered for good, across kills: what it then says holds. */
const surely = async (
  place: StartedPlace,
  who: () => ApiPerson,
  renew: () => Promise<void>,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> => {
  const key = randomUUID()
  const end = Date.now() + requestLimitMs
  for (;;) {
    const answer = await who()
      .send('POST', path, { body, key })
      .catch(() => undefined)
    if (answer && answer.status < 300) return answer.body
    if (answer?.status === 401) await renew().catch(() => undefined)
    // 404 and 409 `unknown-offer`: a neighbour has not heard of it yet. Everything else the loop sends is right, so a refusal is a fault.
    else if (answer && answer.status < 500 && ![404, 409].includes(answer.status))
      throw new Error(`${path} was refused: ${answer.status} ${JSON.stringify(answer.body)}`)
    if (Date.now() > end) throw new Error(`${path} was never answered: ${answer?.status} ${JSON.stringify(answer?.body)}; ${place.output.slice(-2_000)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const peopleOf = async (place: StartedPlace): Promise<People> => {
  const [navigator, gardener] = [await place.as('Ruth Mellor'), await place.as('Dee Okafor')]
  const registered = await navigator.send<{ personId: string }>('POST', '/people/people', {
    body: { name: 'Kill Test', accessNeeds: [], how: 'by-navigator' },
    key: randomUUID(),
  })
  const mine = await gardener.send<{ items: { organisationId: string }[] }>('GET', '/provider-directory/organisations/mine')
  const organisation = await gardener.send<{ offers: { offerId: string }[] }>('GET', `/provider-directory/organisations/${mine.body.items[0]?.organisationId}`)
  return { navigator, gardener, personId: registered.body.personId, offerId: organisation.body.offers[0]?.offerId as string }
}

/** One turn of the loop: a need, a referral, then accepted (and perhaps concluded with its outcome) or declined. */
const turn = async (place: StartedPlace, people: People, renew: () => Promise<void>, promised: Map<string, Promised>, count: number): Promise<void> => {
  const as = (role: 'navigator' | 'gardener', path: string, body?: unknown) => surely(place, () => people[role], renew, path, body)
  const need = await as('navigator', '/referral/needs', {
    personId: people.personId,
    track: 'be-helped',
    category: 'garden-and-home',
    words: `The hedge, turn ${count}`,
    desiredOutcomes: ['It is cut'],
    accessNeeds: [],
  })
  const { referralId } = (await as('navigator', '/referral/referrals', {
    needId: need.needId,
    offerId: people.offerId,
    basis: { kind: 'consent', given: 'spoken' },
  })) as { referralId: string }
  promised.set(referralId, { referralId, status: 'sent' })
  const at = `/referral/referrals/${referralId}`
  if (count % 4 === 3) {
    await as('gardener', `${at}/decline`, { reason: 'no-capacity' })
    promised.set(referralId, { referralId, status: 'declined' })
    return
  }
  await as('gardener', `${at}/acceptance`)
  promised.set(referralId, { referralId, status: 'accepted' })
  if (count % 4 === 2) return
  await as('navigator', `${at}/outcomes`, { outcomeId: (need.outcomeIds as string[])[0], result: 'achieved' })
  await as('navigator', `${at}/conclusion`, { reason: 'completed' })
  promised.set(referralId, { referralId, status: 'concluded' })
}

const killWhileTheLoopRuns = async (name: string, options: StartOptions): Promise<void> => {
  const place = await StartedPlace.open(options)
  try {
    let people = await peopleOf(place)
    const promised = new Map<string, Promised>()
    let running = true
    let turns = 0
    const renew = async () => {
      const [navigator, gardener] = [await place.as('Ruth Mellor'), await place.as('Dee Okafor')]
      people = { ...people, navigator, gardener }
    }
    const faults: Error[] = []
    const workers = Array.from({ length: workersCount }, async () => {
      while (running) {
        turns += 1
        // The getters in `turn` read the tokens of the moment.
        await turn(place, new Proxy(people, { get: (_, part: keyof People) => people[part] }), renew, promised, turns).catch((error) => {
          faults.push(error)
          running = false
        })
      }
    })
    const hits = new Map<string, number>(steps.map((step) => [step, 0]))
    for (let kill = 0; kill < killsWanted && running; kill += 1) {
      const step = steps[kill % steps.length] as string
      await place.end('SIGKILL')
      await place.start({ PATCHWORK_END_AT: `${step}:${40 + Math.floor(Math.random() * 80)}` }, false)
      await until('the place dies at the chosen point', () => !place.running || !running, requestLimitMs)
      hits.set(step, (hits.get(step) as number) + 1)
    }
    await place.end('SIGKILL')
    await place.start()
    running = false
    await Promise.all(workers)
    process.stdout.write(
      `${name}: ${killsWanted} kills while ${turns} turns of the loop ran; ${[...hits].map(([step, count]) => `${step} ${count}`).join(', ')}\n`,
    )
    expect(faults).toEqual([])
    expect(Math.min(...hits.values())).toBeGreaterThan(0)
    await renew()
    await everyPromiseHolds(promised, people)
    await everythingHolds(place)
  } finally {
    await place.remove()
  }
}

const everyPromiseHolds = async (promised: Map<string, Promised>, people: People): Promise<void> => {
  expect(promised.size).toBeGreaterThan(20)
  for (const { referralId, status } of promised.values()) {
    const { body } = await people.navigator.send<{ status: string }>('GET', `/referral/referrals/${referralId}`)
    expect({ referralId, status: body.status }).toEqual({ referralId, status })
  }
}

// What events cause may still be under way: it must come to hold, and stay so.
const everythingHolds = async (place: StartedPlace): Promise<void> => {
  let broken: unknown[] = ['never verified']
  await until('every invariant holds', async () => {
    const { output } = await place.run('verify', '--json')
    broken = (JSON.parse(output) as { invariants: { violations: number }[] }).invariants.filter(({ violations }) => violations > 0)
    return broken.length === 0
  }).catch(() => undefined)
  expect(broken).toEqual([])
  const rebuilt = await place.run('rebuild', '--json')
  expect(JSON.parse(rebuilt.output).readModels.filter((one: { equal: boolean }) => !one.equal)).toEqual([])
  expect(rebuilt.code).toBe(0)
  expect((await place.run('dead-letters', 'list')).output).toContain('Nothing is parked')
}

describe('O1 killed at each point of the write path while the loop runs, a place loses nothing', () => {
  test('on SQLite', () => killWhileTheLoopRuns('SQLite', {}))

  testOnServers('on Kafka and MongoDB', () =>
    killWhileTheLoopRuns('Kafka + MongoDB', { environment: { KAFKA_BROKERS: kafka?.brokers.join(',') ?? '', MONGODB_URI: mongo?.uri ?? '' } }),
  )
})
