import { type AggregateDefinition, type Aggregates, type OpenedAggregates, openAggregates, type Ports } from '@patchwork/aggregate'
import type { Where } from '@patchwork/document-store'
import { MessageAttemptStarted, MessageDelayed, MessageNotSent, MessageQueued, MessageRead, MessageSent } from '@patchwork/events'
import { instant } from '@patchwork/runtime'
import { type DelayReason, evolve, type KnownMessage, type Message, type MessageEvent, unborn } from '../domain/message.ts'

/** Every message, with its attempts: the delivery ledger. It holds ids and codes; neither words nor addresses. */
export const messageDefinition: AggregateDefinition<Message, MessageEvent> = {
  service: 'notification',
  name: 'message',
  topic: MessageQueued.topic,
  events: [MessageQueued, MessageAttemptStarted, MessageDelayed, MessageSent, MessageNotSent, MessageRead],
  initial: unborn,
  evolve,
  fields: {
    personId: { path: 'state.personId', type: 'string' },
    channel: { path: 'state.channel', type: 'string' },
    status: { path: 'state.status', type: 'string' },
    queuedAt: { path: 'state.queuedAt', type: 'string' },
    dueAt: { path: 'state.dueAt', type: 'string' },
    waitsFor: { path: 'state.waitsFor', type: 'string' },
  },
  indexes: {
    inbox: { fields: ['personId', 'channel', 'queuedAt'] },
    unread: { fields: ['personId', 'channel', 'status'] },
    due: { fields: ['dueAt'], sparse: true },
    waiting: { fields: ['waitsFor', 'dueAt'], sparse: true },
    ledger: { fields: ['queuedAt'] },
    'ledger-by-status': { fields: ['status', 'queuedAt'] },
    arrivals: { fields: ['channel', 'queuedAt'] },
  },
}

export type Messages = OpenedAggregates<Message, MessageEvent>
type ReadableMessages = Pick<Aggregates<Message, MessageEvent>, 'find' | 'count'>

export const openMessages = (ports: Ports): Promise<Messages> => openAggregates<Message, MessageEvent>(messageDefinition, ports)

type Page = { messages: KnownMessage[]; after?: string }
type Paging = { limit: number; after?: string | undefined }

const newestFirst = [{ field: 'queuedAt', direction: 'descending' }] as const
const oldestFirst = [{ field: 'queuedAt', direction: 'ascending' }] as const
const earliestDueFirst = [{ field: 'dueAt', direction: 'ascending' }] as const

const page = async (messages: ReadableMessages, query: { where?: Where; sort: Parameters<ReadableMessages['find']>[0]['sort'] }, { limit, after }: Paging) => {
  const found = await messages.find({ ...query, ...(query.sort ? { sort: query.sort } : {}), limit, ...(after === undefined ? {} : { after }) } as Parameters<
    ReadableMessages['find']
  >[0])
  const known = found.aggregates.flatMap(({ state }) => (state.status === 'unborn' ? [] : [state]))
  return { messages: known, ...(found.after === undefined ? {} : { after: found.after }) } satisfies Page
}

/** What a person was told in the page, newest first. */
export const inboxOf = (messages: ReadableMessages, personId: string, paging: Paging): Promise<Page> =>
  page(messages, { where: { personId: { equals: personId }, channel: { equals: 'page' } }, sort: newestFirst }, paging)

/** How many messages in the page a person has not opened. */
export const unreadOf = (messages: ReadableMessages, personId: string): Promise<number> =>
  messages.count({ personId: { equals: personId }, channel: { equals: 'page' }, status: { equals: 'sent' } })

/** The delivery ledger, newest first; of one status or of all. */
export const ledger = (messages: ReadableMessages, status: KnownMessage['status'] | undefined, paging: Paging): Promise<Page> =>
  page(messages, { where: status === undefined ? { queuedAt: { above: '' } } : { status: { equals: status } }, sort: newestFirst }, paging)

/** Messages that somebody must look at by `now`, the longest due first. */
export const dueBy = async (messages: ReadableMessages, now: string, limit: number): Promise<KnownMessage[]> =>
  (await page(messages, { where: { dueAt: { atMost: now } }, sort: earliestDueFirst }, { limit })).messages

/** The next instant after `now` at which a message is due. */
export const nextDueAfter = async (messages: ReadableMessages, now: string): Promise<string | undefined> => {
  const [next] = (await page(messages, { where: { dueAt: { above: now } }, sort: earliestDueFirst }, { limit: 1 })).messages
  return next && 'dueAt' in next ? next.dueAt : undefined
}

/** Messages that wait for one of these reasons, the earliest due first. */
export const waitingFor = async (messages: ReadableMessages, reasons: readonly DelayReason[], limit: number): Promise<KnownMessage[]> =>
  (await page(messages, { where: { waitsFor: { in: reasons } }, sort: earliestDueFirst }, { limit })).messages

/** Messages that arrived in the page at `since` or later, oldest first. */
export const arrivedSince = (messages: ReadableMessages, since: string, paging: Paging): Promise<Page> =>
  page(messages, { where: { channel: { equals: 'page' }, queuedAt: { atLeast: since } }, sort: oldestFirst }, paging)

const dayMs = 86_400_000
export const messageStatuses = ['queued', 'sending', 'sent', 'not-sent', 'read'] as const satisfies readonly KnownMessage['status'][]

/** How many messages that were queued within the last 24 hours stand in each state; counted by the index of the ledger. */
export const countByStatus = async (messages: ReadableMessages, nowMs: number): Promise<{ status: KnownMessage['status']; count: number }[]> => {
  const since = { atLeast: instant({ now: () => nowMs - dayMs }) }
  return Promise.all(messageStatuses.map(async (status) => ({ status, count: await messages.count({ status: { equals: status }, queuedAt: since }) })))
}
