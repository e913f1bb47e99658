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

/** What is asked of other services at the moment of sending. Nothing of it is kept. `gone`: there is no such person or link (any more). An answer that is not one throws. */
export type Contacts = {
  contactOf(personId: string): Promise<Contact | 'gone' | 'unavailable'>
  linkOf(challengeId: string, personId: string): Promise<string | 'gone' | 'unavailable'>
}

/** Reads addresses from people and one-time links from identity. */
export const createContacts = (client: ServiceClient): Contacts => ({
  contactOf: async (personId) => {
    const answer = await ask(client, 'people', `/people/${personId}/contact`)
    if (typeof answer === 'string') return answer
    return Contact.parse(answer.body)
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
