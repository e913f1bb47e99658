import type { EventLog } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import { operate, type Rebuilt, type Verified } from './operations.ts'
import { eventually, must, type OpenedPlace, openPlace, type Person } from './testing/openPlace.ts'
import { driverPairs } from './testing/pairs.ts'

// The whole loop through the API, on each pair of drivers.

const { pairs, stop } = await driverPairs()
afterAll(stop)
const patienceMs = 300_000
const topic = 'patchwork.referral.referral'

type Referral = { referralId: string; needId: string; personId: string; outcomeIds: string[] }
type Told = { template: string; causedBy: string; channel: string }

const offerHelp = async (provider: Person, kind: string, offer: { track: string; category: string }): Promise<string> => {
  const at = '/api/provider-directory'
  const { organisationId } = await must(() => provider.send('POST', `${at}/organisations`, { body: { name: `Of ${provider.name}`, kind } }))
  const words = { name: 'Come and see', description: 'What is done here.', price: { kind: 'free' }, area: { withinMetres: 5_000, postcode: 'M33 7ZF' } }
  const { offerId } = await must(() => provider.send('POST', `${at}/offers`, { body: { organisationId, ...offer, ...words } }))
  await must(() => provider.send('POST', `${at}/offers/${offerId}/publication`))
  return offerId as string
}

const acceptancesIn = async (log: EventLog, { referralId }: Referral): Promise<EventEnvelope[]> => {
  const found: EventEnvelope[] = []
  for await (const event of log.read(topic)) if (event.subject === referralId && event.type === 'referral.accepted.v1') found.push(event)
  return found
}

for (const { pair, isHere, environment } of pairs)
  (isHere ? describe : describe.skip)(`the loop on ${pair}`, () => {
    let opened: OpenedPlace
    const everyone = [] as unknown as [Person, Person, Person, Person, Person]
    let [navigator, gardener, coordinator, administrator, resident] = everyone
    let offers: { garden: string; lunch: string }
    beforeAll(async () => {
      opened = await openPlace(environment)
      const people = await opened.open([
        { role: 'navigator', name: 'Nav Igator' },
        { role: 'provider', name: 'Gard Ener' },
        { role: 'coordinator', name: 'Coor Dinator' },
        { role: 'administrator', name: 'Admin Istrator' },
        { role: 'resident', name: 'Resi Dent' },
      ])
      ;[navigator, gardener, coordinator, administrator, resident] = people as typeof everyone
      offers = {
        garden: await offerHelp(gardener, 'micro-provider', { track: 'be-helped', category: 'garden-and-home' }),
        lunch: await offerHelp(coordinator, 'community-network', { track: 'join-in', category: 'food' }),
      }
    }, patienceMs)
    afterAll(() => opened?.stop())

    const refer = async (offerId: string, ofPerson?: string): Promise<Referral> => {
      const body = { name: 'Loop Test', phone: '0161 496 0123' }
      const personId = ofPerson ?? ((await must(() => navigator.send('POST', '/api/people/people', { body }))).personId as string)
      const need = { personId, track: 'be-helped', category: 'garden-and-home', words: 'The hedge is too high.', desiredOutcomes: ['It is cut'] }
      const recorded = await must(() => navigator.send<Omit<Referral, 'personId' | 'referralId'>>('POST', '/api/referral/needs', { body: need }))
      const basis = { kind: 'consent', given: 'spoken' }
      const sent = await must(() =>
        navigator.send<{ referralId: string }>('POST', '/api/referral/referrals', { body: { needId: recorded.needId, offerId, basis } }),
      )
      return { ...recorded, referralId: sent.referralId, personId }
    }
    const read = (who: Person, { referralId }: Referral, part = '') => who.send('GET', `/api/referral/referrals/${referralId}${part}`)
    const step = (who: Person, { referralId }: Referral, name: string, body?: object) =>
      who.send('POST', `/api/referral/referrals/${referralId}/${name}`, body && { body })
    const historyOf = async (referral: Referral) => ((await read(navigator, referral, '/history')).body.items as { type: string }[]).map(({ type }) => type)
    const seesPerson = async (who: Person, { personId }: Referral) => (await who.send('GET', `/api/people/people/${personId}`)).body.name === 'Loop Test'

    test('D1 an offer is found by everyone once it is published', async () => {
      const query = { text: 'come and see', near: 'M33 7ZF', track: 'join-in' }
      await eventually('the offer is found', async () => {
        const { body } = await opened.anyone<{ items: { offerId: string }[] }>('GET', '/api/provider-directory/offers', { query })
        return body.items.map(({ offerId }) => offerId).join() === offers.lunch
      })
    })

    test('D8 personal care is not published without a CQC number or the sole-worker declaration', async () => {
      const at = '/api/provider-directory/offers'
      const { items } = (await gardener.send<{ items: { organisationId: string }[] }>('GET', '/api/provider-directory/organisations/mine')).body
      const words = { name: 'Help with washing', description: 'At home.', price: { kind: 'free' }, area: { withinMetres: 5_000, postcode: 'M33 7ZF' } }
      const care = { organisationId: items[0]?.organisationId, track: 'be-helped', category: 'care-at-home', ...words, personalCare: true }
      const { offerId } = await must(() => gardener.send('POST', at, { body: care }))
      expect((await gardener.send('POST', `${at}/${offerId}/publication`)).body.code).toBe('personal-care-gate')
      await must(() => gardener.send('PUT', `${at}/${offerId}`, { body: { ...care, personalCareGate: { soleWorkerDeclaration: true } } }))
      await must(() => gardener.send('POST', `${at}/${offerId}/publication`))
    })

    test('R4 R5 a resident refers themselves, sees how it stands, and closes it; who closed it is kept', async () => {
      const need = {
        personId: resident.personId,
        track: 'be-helped',
        category: 'garden-and-home',
        words: 'The hedge is too high.',
        desiredOutcomes: ['It is cut'],
      }
      const { needId } = await must(() => resident.send('POST', '/api/referral/needs', { body: need }))
      const body = { needId, offerId: offers.garden, basis: { kind: 'consent', given: 'self' } }
      const { referralId } = await must(() => resident.send<{ referralId: string }>('POST', '/api/referral/referrals', { body }))
      await must(() => gardener.send('POST', `/api/referral/referrals/${referralId}/acceptance`))
      expect((await resident.send('GET', `/api/referral/referrals/${referralId}`)).body).toMatchObject({
        status: 'accepted',
        organisationId: expect.any(String),
      })
      await must(() => resident.send('POST', `/api/referral/referrals/${referralId}/conclusion`, { body: { reason: 'needs-met-elsewhere' } }))
      expect((await resident.send('GET', `/api/referral/referrals/${referralId}`)).body).toMatchObject({ status: 'concluded', endedByRole: 'resident' })
    })

    test('R2 nothing is sent to a provider without a recorded basis', async () => {
      const { needId } = await refer(offers.garden)
      const send = (basis: object) => navigator.send('POST', '/api/referral/referrals', { body: { needId, offerId: offers.lunch, ...basis } })
      expect([(await send({})).status, (await send({ basis: { kind: 'consent' } })).status]).toEqual([400, 422])
      expect((await coordinator.send('GET', '/api/referral/referrals')).body).toEqual({ items: [] })
    })

    test('R10 before it accepts a provider sees the need and not who has it; after, who, and how to reach them', async () => {
      const referral = await refer(offers.garden)
      const before = await must(() => read(gardener, referral))
      expect(before.words).toBe('The hedge is too high.')
      expect(JSON.stringify(before)).not.toContain(referral.personId)
      expect(await seesPerson(gardener, referral)).toBe(false)
      await must(() => step(gardener, referral, 'acceptance'))
      await eventually('the gardener sees who it is for', () => seesPerson(gardener, referral))
      expect((await read(gardener, referral)).body.personId).toBe(referral.personId)
      expect((await gardener.send('GET', `/api/people/people/${referral.personId}`)).body.phone).toBe('0161 496 0123')
    })

    test('R1 a step that may not follow is refused, and nothing is emitted', async () => {
      const referral = await refer(offers.garden)
      await must(() => step(gardener, referral, 'decline', { reason: 'no-capacity' }))
      const late = [await step(gardener, referral, 'acceptance'), await step(navigator, referral, 'consent-withdrawal')]
      expect(late.map(({ status }) => status)).toEqual([409, 409])
      expect(await historyOf(referral)).toEqual(['referral.sent.v1', 'referral.declined.v1'])
    })

    test('R13 a referral is not completed before each outcome is marked', async () => {
      const referral = await refer(offers.garden)
      await must(() => step(gardener, referral, 'acceptance'))
      expect((await step(navigator, referral, 'conclusion', { reason: 'completed' })).body.code).toBe('outcomes-unmarked')
      await must(() => step(gardener, referral, 'outcomes', { outcomeId: referral.outcomeIds[0], result: 'partly' }))
      await must(() => step(navigator, referral, 'conclusion', { reason: 'completed' }))
      expect((await historyOf(referral)).at(-1)).toBe('referral.concluded.v1')
      await eventually('the gardener sees nobody any more', async () => !(await seesPerson(gardener, referral)))
    })

    test('R17 one person is helped and joins in at the same time', async () => {
      const helped = await refer(offers.garden)
      const joining = await refer(offers.lunch, helped.personId)
      await must(() => step(gardener, helped, 'acceptance'))
      await must(() => step(coordinator, joining, 'acceptance'))
      const [one, other] = [(await read(navigator, helped)).body, (await read(navigator, joining)).body]
      expect(one).toMatchObject({ track: 'be-helped', status: 'accepted', personId: helped.personId })
      expect(other).toMatchObject({ track: 'join-in', status: 'accepted', personId: helped.personId })
    })

    test('R3 withdrawing consent ends the provider’s access, emits an event, and keeps the record', async () => {
      const referral = await refer(offers.garden)
      await must(() => step(gardener, referral, 'acceptance'))
      await eventually('the gardener sees who it is for', () => seesPerson(gardener, referral))
      await must(() => step(navigator, referral, 'consent-withdrawal'))
      await eventually('the gardener sees nobody any more', async () => !(await seesPerson(gardener, referral)))
      const { body, text } = await read(gardener, referral)
      expect(body.status).toBe('consent-withdrawn')
      expect(text).not.toContain('hedge')
      expect(await historyOf(referral)).toEqual(['referral.sent.v1', 'referral.accepted.v1', 'referral.consent-withdrawn.v1'])
    })

    test(
      'N1 an event that is delivered three times, with a restart between, is one message',
      async () => {
        const referral = await refer(offers.garden)
        await must(() => step(gardener, referral, 'acceptance'))
        // A place that stops leaves what still waits in an outbox to its next start.
        await eventually('the acceptance is passed on', () => seesPerson(gardener, referral))
        let eventId = ''
        for (const deliveries of [2, 3])
          await opened.restart(async ({ log }) => {
            const [accepted] = (await acceptancesIn(log, referral)) as [EventEnvelope]
            eventId = accepted.id
            await log.publish([{ topic, event: accepted }])
            expect((await acceptancesIn(log, referral)).map(({ id }) => id)).toEqual(Array(deliveries).fill(eventId))
          })
        // What comes after it under the same key has been told: so each repeat before it has been handled.
        await must(() => step(gardener, referral, 'outcomes', { outcomeId: referral.outcomeIds[0], result: 'achieved' }))
        await eventually('the outcome is told', async () => {
          const { body } = await navigator.send<{ items: { template: string; link?: string }[] }>('GET', '/api/notification/messages')
          return body.items.some(({ template, link }) => template === 'referral-outcome' && link?.includes(referral.referralId))
        })
        const { body } = await administrator.send<{ items: Told[] }>('GET', '/api/notification/deliveries', { query: { limit: '200' } })
        const told = body.items.filter(({ causedBy, template }) => causedBy === eventId && template === 'referral-accepted')
        expect(told.map(({ channel }) => channel).sort()).toEqual(['e-mail', 'page'])
      },
      patienceMs,
    )

    test(
      'O2 every invariant holds, every read model that is dropped and rebuilt is equal, and nothing is parked',
      async () => {
        let broken: unknown[] = ['never verified']
        // What events cause may still be under way: it must come to hold.
        await eventually('every invariant holds', async () => {
          broken = ((await operate(opened.place, { name: 'verify' })) as Verified).invariants.filter(({ violations }) => violations > 0)
          return broken.length === 0
        }).catch(() => undefined)
        expect(broken).toEqual([])
        const { readModels } = (await operate(opened.place, { name: 'rebuild' })) as Rebuilt
        expect(readModels.filter(({ equal }) => !equal)).toEqual([])
        expect(readModels.map(({ name }) => name)).toContain('search')
        expect(await operate(opened.place, { name: 'dead-letters-list' })).toEqual([])
      },
      patienceMs,
    )
  })
