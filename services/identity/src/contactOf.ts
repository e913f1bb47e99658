import type { ServiceClient } from '@patchwork/http'

/** The e-mail address that `people` holds for a person at this moment; undefined when there is none, or nobody any more. Throws ServiceCallError. */
export const emailOf = async (people: ServiceClient, personId: string): Promise<string | undefined> => {
  try {
    return (await people.call<{ email?: string }>('people', 'GET', `/people/${personId}/contact`)).email
  } catch (error) {
    if ((error as { kind?: unknown }).kind === 'not-found') return undefined
    throw error
  }
}
