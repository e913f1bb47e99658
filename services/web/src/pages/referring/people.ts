import { z } from 'zod'
import type { ServiceCalls } from '../../serviceCalls.ts'

const idsMax = 50
const PeopleList = z.object({
  items: z.array(z.object({ personId: z.uuid(), name: z.string(), hasAccount: z.boolean().optional() })),
  after: z.string().optional(),
})

/** What a navigator may see of a person's details. */
export const PersonDetails = z.object({
  personId: z.uuid(),
  name: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  postcode: z.string().optional(),
  accessNeeds: z.array(z.string()).default([]),
  language: z.string().optional(),
  contactPreferences: z.object({ ways: z.array(z.string()), note: z.string().optional() }).optional(),
})

/** The names of these people, as far as the reader may know them: asked at the moment of use, 50 at most. Throws ServiceProblem. */
export const peopleByIds = async (services: ServiceCalls, personIds: readonly (string | undefined)[]) => {
  const ids = [...new Set(personIds.filter((id) => id !== undefined))].slice(0, idsMax)
  const { items } = ids.length === 0 ? { items: [] } : await services.get('people', '/people', PeopleList, { query: { ids: ids.join(',') } })
  return new Map(items.map((person) => [person.personId, person]))
}

/** The people a navigator has registered, a page of them. Throws ServiceProblem. */
export const ownPeople = (services: ServiceCalls, query: { limit: number; after?: string | undefined }) =>
  services.get('people', '/people', PeopleList, { query })
