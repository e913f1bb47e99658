import { type AnyRoute, defineRoute, IdParams, ListQuery } from '@patchwork/http'
import { z } from 'zod'
import type { LiveChannel } from '../channels/liveChannel.ts'
import { markRead } from '../domain/decide.ts'
import type { KnownMessage } from '../domain/message.ts'
import { isTemplate } from '../domain/templates.ts'
import { inboxOf, type Messages, unreadOf } from '../store/messages.ts'
import type { PreferencesStore } from '../store/preferences.ts'
import { pathOf } from '../words/links.ts'
import { type Language, languages, renderPage } from '../words/render.ts'
import { personOf } from './personOf.ts'
import { readable } from './readable.ts'

const MessageView = z.strictObject({
  messageId: z.uuid(),
  template: z.string(),
  subject: z.string(),
  /** Paragraphs between empty lines. */
  body: z.string(),
  /** A path of this place. */
  link: z.string().optional(),
  at: z.string(),
  read: z.boolean(),
})
const MessagesView = z.strictObject({ items: z.array(MessageView), unread: z.number().int(), after: z.string().optional() })
/** The page may ask for its own language; else it is the one the person chose. */
const MessagesQuery = ListQuery.extend({ language: z.enum(languages).optional() })

export const messageRoutes = (dependencies: { messages: Messages; preferences: PreferencesStore; live: LiveChannel; placeName: string }): AnyRoute[] => {
  const { messages, preferences, live, placeName } = dependencies
  return [
    defineRoute({
      method: 'get',
      path: '/messages',
      policy: 'message.list',
      summary: 'What the caller was told in the page, newest first, and how much of it is unread',
      query: MessagesQuery,
      answer: MessagesView,
      own: 'by-caller',
      handle: async ({ caller, query }) => {
        const personId = personOf(caller)
        const [found, unread, chosen] = await Promise.all([
          readable(inboxOf(messages, personId, query)),
          unreadOf(messages, personId),
          preferences.get(personId),
        ])
        const language = query.language ?? chosen.preferences.language ?? 'en'
        const items = found.messages.flatMap((message) => toView(message, language, placeName))
        return { body: { items, unread, ...(found.after === undefined ? {} : { after: found.after }) } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/messages/:id/reading',
      policy: 'message.read',
      summary: 'Marks a message as read; a repeat changes nothing',
      params: IdParams,
      status: 204,
      problems: ['no-such-message'],
      own: async ({ caller, params }) => {
        const state = (await messages.get(params.id))?.state
        return state !== undefined && state.status !== 'unborn' && state.channel === 'page' && state.personId === personOf(caller)
      },
      handle: async ({ params, command }) => {
        await messages.update(params.id, command, ({ state }) => ({ events: markRead(state, { issuedAt: command.at }) }))
        return {}
      },
    }),
    defineRoute({
      method: 'get',
      path: '/messages/live',
      policy: 'message.live',
      summary: 'Server-sent events: `unread` with the count when the stream opens, then `message` with the id of each that arrives',
      problems: ['too-many-streams'],
      own: 'by-caller',
      // A whole office may come from one address.
      rateLimit: { count: 600, perSeconds: 60 },
      handle: async ({ caller, raw }) => {
        await live.open(personOf(caller), raw.request, raw.response)
        return undefined
      },
    }),
  ]
}

const toView = (message: KnownMessage, language: Language, place: string): z.input<typeof MessageView>[] => {
  const { messageId, template, about, queuedAt, status } = message
  // Words of a newer version, met by an older process, are left out and not guessed.
  if (!isTemplate(template)) return []
  return [{ messageId, template, ...renderPage(template, language, { place }), link: pathOf(template, about), at: queuedAt, read: status === 'read' }]
}
