import { type ApiPerson, until } from './startedPlace.ts'

/** Sends something until it is taken: a service may not have heard yet of what another has just told. Gives the answer; throws when it never is. */
export const ask = async <Body = Record<string, string>>(person: ApiPerson, path: string, body?: object): Promise<Body> => {
  let refused = ''
  const taken = until(`POST ${path} is taken`, async () => {
    const answer = await person.send<Body>('POST', path, body === undefined ? {} : { body })
    if (answer.status < 300) return answer.body
    refused = `${answer.status} ${JSON.stringify(answer.body)}`
    return undefined
  })
  return taken.catch((error: Error) => {
    throw new Error(`${error.message}; it was refused with ${refused}`)
  }) as Promise<Body>
}

/** Registers somebody who has no account. */
export const register = (navigator: ApiPerson, details: { name: string; email?: string; postcode?: string }): Promise<{ personId: string }> =>
  ask(navigator, '/people/people', { accessNeeds: [], how: 'by-navigator', ...details })

export type Referred = { needId: string; referralId: string; outcomeIds: string[] }

/** Records a need and refers it to an offer; the person agreed aloud. */
export const refer = async (
  navigator: ApiPerson,
  need: { personId: string; track: string; category: string; words: string; desiredOutcomes: string[]; postcode?: string },
  offerId: string,
): Promise<Referred> => {
  const recorded = await ask<Omit<Referred, 'referralId'>>(navigator, '/referral/needs', { accessNeeds: [], ...need })
  const { referralId } = await ask(navigator, '/referral/referrals', { needId: recorded.needId, offerId, basis: { kind: 'consent', given: 'spoken' } })
  return { ...recorded, referralId: referralId as string }
}

/** The organisation that somebody belongs to, with the offers that it has published. */
export const organisationOf = async (provider: ApiPerson): Promise<{ organisationId: string; offers: { offerId: string; name: string }[] }> => {
  const { body: mine } = await provider.send<{ items: { organisationId: string }[] }>('GET', '/provider-directory/organisations/mine')
  const organisationId = mine.items[0]?.organisationId as string
  const { body } = await provider.send<{ offers: { offerId: string; name: string }[] }>('GET', `/provider-directory/organisations/${organisationId}`)
  return { organisationId, offers: body.offers }
}

/** The referrals that somebody sees, newest first, of one status. */
export const referralsOf = async (person: ApiPerson, status: string): Promise<{ referralId: string; needId?: string; personId?: string }[]> => {
  const { body } = await person.send<{ items: { referralId: string; needId?: string; personId?: string }[] }>('GET', `/referral/referrals?status=${status}`)
  return body.items
}
