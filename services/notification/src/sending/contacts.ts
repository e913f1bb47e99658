import { AsyncLocalStorage } from 'node:async_hooks'
import { ServiceCallError, type ServiceClient } from '@patchwork/http'
import { inRequests, type Runtime } from '@patchwork/runtime'
import { z } from 'zod'

/** As many as people gives at a time. */
const idsPerRequestMax = 50

const Contact = z.object({
  name: z.string(),
  email: z.string().optional(),
  language: z.enum(['en', 'cy']).optional().catch(undefined),
  demonstration: z.boolean().default(false),
})
export type Contact = z.infer<typeof Contact>
const ContactList = z.object({ items: z.array(Contact.extend({ personId: z.string() })) })
type Asked = { personId: string; inItsTrace: <T>(work: () => T) => T; resolve(contact: Contact | 'gone' | 'unavailable'): void; reject(error: unknown): void }

const ChallengeLink = z.object({ url: z.string().optional(), personId: z.string(), stillTrue: z.boolean() })

const Invited = z.object({ email: z.string(), language: z.enum(['en', 'cy']).catch('en'), url: z.string() })
/** Somebody of whom nothing but the address is known, with the one-time link that their message carries. */
export type Invited = z.infer<typeof Invited>

/** What is asked of other services at the moment of sending. Nothing of it is kept. `gone`: there is no such person or link (any more). An answer that is not one throws. */
export type Contacts = {
  contactOf(personId: string): Promise<Contact | 'gone' | 'unavailable'>
  invitedBy(invitationId: string): Promise<Invited | 'gone' | 'unavailable'>
  linkOf(challengeId: string, personId: string): Promise<string | 'gone' | 'unavailable'>
}

/**
 * Reads addresses from people, one-time links from identity, and both of an invitation to act for an organisation from the directory. Addresses that are wanted
 * at a time are read together, each after it was asked for.
 */
export const createContacts = (client: ServiceClient, runtime: Pick<Runtime, 'after'>): Contacts => ({
  contactOf: contactsTogether(client, runtime),
  invitedBy: async (invitationId) => {
    const answer = await ask(client, 'provider-directory', `/invitations/${invitationId}/mail`)
    return typeof answer === 'string' ? answer : Invited.parse(answer.body)
  },
  linkOf: async (challengeId, personId) => {
    const answer = await ask(client, 'identity', `/challenges/${challengeId}/link`)
    if (typeof answer === 'string') return answer
    const link = ChallengeLink.parse(answer.body)
    // A link of somebody else must never reach this reader.
    return link.stillTrue && link.personId === personId && link.url !== undefined ? link.url : 'gone'
  },
})

const contactsTogether = (client: ServiceClient, runtime: Pick<Runtime, 'after'>): Contacts['contactOf'] => {
  const readAll = async (ids: readonly string[]): Promise<ReadonlyMap<string, Contact | 'unavailable'>> => {
    const answer = await ask(client, 'people', `/people/contacts?ids=${ids.join()}`)
    if (typeof answer !== 'string') return new Map(ContactList.parse(answer.body).items.map(({ personId, ...contact }) => [personId, contact]))
    // Whoever is gone is left out of an answer: without one, nothing is known of anybody. One whose details cannot be read holds up nobody else.
    if (ids.length === 1) return new Map([[ids[0] as string, 'unavailable']])
    return new Map((await Promise.all(ids.map((id) => readAll([id])))).flatMap((alone) => [...alone]))
  }
  const read = inRequests<Asked>({
    runtime,
    countOf: ({ length }) => Math.min(length, idsPerRequestMax),
    send: async (request) => {
      const [{ inItsTrace }] = request as [Asked]
      try {
        const known = await inItsTrace(() => readAll([...new Set(request.map(({ personId }) => personId))]))
        for (const { personId, resolve } of request) resolve(known.get(personId) ?? 'gone')
      } catch (error) {
        for (const { reject } of request) reject(error)
      }
    },
  })
  return (personId) => new Promise((resolve, reject) => read({ personId, inItsTrace: AsyncLocalStorage.snapshot(), resolve, reject }))
}

const ask = async (client: ServiceClient, service: string, path: string): Promise<{ body: unknown } | 'gone' | 'unavailable'> => {
  try {
    return { body: await client.call<unknown>(service, 'GET', path) }
  } catch (error) {
    if (!(error instanceof ServiceCallError)) throw error
    return error.kind === 'not-found' ? 'gone' : 'unavailable'
  }
}
