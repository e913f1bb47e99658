import { copyOfDisk, type SimulatedDisk } from '@patchwork/document-store/simulation'
import { copyOfTopics, type SimulatedTopics } from '@patchwork/event-log/simulation'
import type { EventEnvelope } from '@patchwork/events'
import type { SimulatedTime } from '@patchwork/runtime/simulation'
import type { Promises } from './load.ts'
import type { People } from './people.ts'
import type { SimulatedServices } from './simulatedServices.ts'
import { EventSeen, EyesTurned, witnessGroups } from './witnesses.ts'

type Given = { time: SimulatedTime; services: SimulatedServices; people: People; violations: string[] }
const parkedMax = 1_000
const settleRounds = 4

/** Lets everything come to its end: outboxes are empty, groups have caught up, what was parked is replayed. Gives how many events were parked. */
export const settle = async ({ services, violations }: Given): Promise<number> => {
  let parked = 0
  for (let round = 0; round < settleRounds; round += 1) {
    for (const { running } of services.running()) {
      await running.ready()
      for (const consumer of running.consumers) {
        await consumer.caughtUp()
        if (round === 0) parked += (await consumer.parked(parkedMax)).length
        await consumer.replay()
      }
    }
  }
  for (const name of ['people', 'referral', 'provider-directory', 'personal-budget-pooling', 'commissioning', 'notification', 'identity'])
    if (!services.running().some(({ service }) => service === name)) violations.push(`${name} does not run`)
  return parked
}

/** Each invariant of each service, once. */
export const checkInvariants = async ({ services, violations }: Given): Promise<void> => {
  for (const { running, number } of services.running())
    for (const { name, check } of number === 0 ? running.invariants : []) {
      const { violations: count, examples } = await check()
      if (count > 0) violations.push(`${name}: ${count}, as ${examples.slice(0, 3).join(', ')}`)
    }
}

/** Every answer of success is given again, to the letter, when it is asked for again under its key. */
export const checkAnswers = async ({ people, violations }: Given): Promise<void> => {
  for (const { person, method, path, body, key, status, text } of [...people.kept]) {
    const answer = await people.answered(person, method, path, body, key)
    if (answer.status !== status || answer.text !== text)
      violations.push(`rule 7: ${method} ${path} under ${key} was answered ${status} ${text}, and asked again ${answer.status} ${answer.text}`)
  }
}

/** What was answered is so: each referral stands where its last answer said, and each member of a pool has what they were told, to the penny. */
export const checkPromises = async ({ people, violations }: Given, promises: Promises): Promise<void> => {
  for (const [referralId, { status, seenBy }] of promises.referrals) {
    const referral = await people.read(seenBy, `/api/referral/referrals/${referralId}`)
    if (referral.status !== status) violations.push(`referral ${referralId} was answered ${status} and is ${referral.status}`)
  }
  for (const { at, member, freePence, paidPence } of promises.pools) {
    const { mine } = await people.read<{ mine: { freePence: number; committedPence: number; paidPence: number } }>(member, at)
    const [is, should] = [[mine.freePence, mine.committedPence, mine.paidPence].join(), [freePence, 0, paidPence].join()]
    if (is !== should) violations.push(`${member.name} has ${is} pence in the pool where the answers come to ${should}`)
  }
}

/** Every message came to an end, and nobody was told the same twice. */
export const checkMessages = ({ services, violations }: Given): number => {
  const seen = new Set<string>()
  const rows = [...(services.disk.get('notification/message') ?? [])]
  for (const [id, { text }] of rows) {
    const { state } = JSON.parse(text) as { state?: { status: string; personId: string; template: string; channel: string; causedBy: string } }
    if (state === undefined) continue
    if (!['sent', 'read', 'not-sent'].includes(state.status)) violations.push(`message ${id} is still ${state.status}`)
    const told = [state.template, state.channel, state.personId, state.causedBy].join(' ')
    if (seen.has(told)) violations.push(`told twice: ${told}`)
    seen.add(told)
  }
  return seen.size
}

/** A read model says the same in each process, and the same again when it is built anew from the first event. */
export const checkReadModels = async ({ services, violations }: Given): Promise<void> => {
  const digests = new Map<string, string>()
  for (const { running, number } of services.running())
    for (const model of running.readModels) {
      const digest = await model.digest()
      if ((digests.get(model.name) ?? digest) !== digest) violations.push(`rule 11: read model ${model.name} differs between two processes`)
      digests.set(model.name, digest)
      if (number > 0) continue
      await model.rebuild()
      if ((await model.digest()) !== digest) violations.push(`rule 11: read model ${model.name} differs when it is built anew`)
    }
}

/** Each event of the place had its effect once in each group or, where eyes were closed for a while, at most once; and in order per aggregate. */
export const checkTestimonies = async ({ services, violations }: Given): Promise<number> => {
  const witness = services.witness()
  if (!witness) throw new Error('Nobody witnesses')
  let checked = 0
  for (const [topic, events] of services.topics.events) {
    if (topic === EventSeen.topic) continue
    const history: EventEnvelope[] = []
    for (let afterSequence = 0; ; ) {
      const page = await witness.testimonies.history(topic, { afterSequence, limit: 1_000 })
      history.push(...page)
      if (page.length < 1_000) break
      afterSequence = page.at(-1)?.sequence as number
    }
    const wereClosed = history.some(({ type, data }) => type === EyesTurned.type && data.areClosed === true)
    const firsts = [...new Map(events.map((event) => [event.id, event])).values()]
    for (const group of witnessGroups) checked += compareTestimony({ group, topic, firsts, history, wereClosed }, violations)
  }
  return checked
}

type Testimony = { group: string; topic: string; firsts: readonly EventEnvelope[]; history: readonly EventEnvelope[]; wereClosed: boolean }

const compareTestimony = ({ group, topic, firsts, history, wereClosed }: Testimony, violations: string[]): number => {
  const seen = history.filter(({ type, data }) => type === EventSeen.type && data.group === group)
  const times = new Map<string, number>()
  for (const { data } of seen) times.set(String(data.eventId), (times.get(String(data.eventId)) ?? 0) + 1)
  for (const { id, subject, sequence } of firsts) {
    const count = times.get(id) ?? 0
    if (count > 1 || (count === 0 && !wereClosed)) violations.push(`${group} saw ${topic} ${subject} ${sequence} ${count} times`)
  }
  const last = new Map<string, number>()
  for (const { data } of seen) {
    const [subject, sequence] = [String(data.subject), Number(data.sequence)]
    if (sequence < (last.get(subject) ?? 0)) violations.push(`${group} saw ${topic} ${subject} ${sequence} after ${last.get(subject)}`)
    last.set(subject, sequence)
  }
  return firsts.length
}

const restored = ['referral', 'personal-budget-pooling', 'people', 'notification'] as const

/**
 * A service on a copy of its store that is older than the log does not start; on a log that has lost its end it publishes that again. `before` is how the
 * place stood in the middle of its load.
 */
export const checkRestores = async ({ time, services, violations }: Given, before: SimulatedDisk): Promise<void> => {
  const behind = restored.filter((name) => isBehind(name, before, services.topics))
  const old = behind[time.pick(behind.length)]
  if (old !== undefined) {
    const on = { disk: copyOfDisk(before), topics: copyOfTopics(services.topics) }
    const refused = await services.startOn(old, on).then(
      ({ end }) => end(),
      (error: unknown) => codeOf(error),
    )
    if (refused !== 'store-behind-log') violations.push(`rule 12: ${old} starts on a store behind its log`)
  }
  const service = restored[time.pick(restored.length)] as string
  const shortened = copyOfTopics(services.topics, { lost: 1 + time.pick(5) })
  const onShort = await services.startOn(service, { disk: copyOfDisk(services.disk), topics: shortened })
  onShort.end()
  for (const [topic, events] of topicsOf(service, services.topics)) {
    const there = new Set(shortened.events.get(topic)?.map(({ id }) => id))
    const missing = events.filter(({ id }) => !there.has(id))
    if (missing.length > 0) violations.push(`rule 12: ${service} left ${missing.length} events out of a log that had lost them, of ${topic}`)
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code

const topicsOf = (service: string, topics: SimulatedTopics) => [...topics.events].filter(([topic]) => topic.startsWith(`patchwork.${service}.`))

/** Whether the log holds an event that a document of this store has not come to: the store would give its sequence again. */
const isBehind = (service: string, disk: SimulatedDisk, topics: SimulatedTopics): boolean =>
  topicsOf(service, topics).some(([topic, events]) => {
    const documents = disk.get(`${service}/${topic.split('.').at(-1)}`)
    const sequenceOf = (subject: string): number => JSON.parse(documents?.get(subject)?.text ?? '{"sequence":0}').sequence
    return events.some(({ subject, sequence }) => sequence > sequenceOf(subject))
  })
