import { ServiceCallError, type ServiceClient } from '@patchwork/http'
import { z } from 'zod'

const Contact = z.object({
  name: z.string(),
  email: z.string().optional(),
  language: z.enum(['en', 'cy']).optional().catch(undefined),
  demonstration: z.boolean().default(false),
})
export type Contact = z.infer<typeof Contact>

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

/** Reads addresses from people, one-time links from identity, and both of an invitation to act for an organisation from the directory. */
export const createContacts = (client: ServiceClient): Contacts => ({
  contactOf: async (personId) => {
    const answer = await ask(client, 'people', `/people/${personId}/contact`)
    if (typeof answer === 'string') return answer
    return Contact.parse(answer.body)
  },
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

const ask = async (client: ServiceClient, service: string, path: string): Promise<{ body: unknown } | 'gone' | 'unavailable'> => {
  try {
    return { body: await client.call<unknown>(service, 'GET', path) }
  } catch (error) {
    if (!(error instanceof ServiceCallError)) throw error
    return error.kind === 'not-found' ? 'gone' : 'unavailable'
  }
}
