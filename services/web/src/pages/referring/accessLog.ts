import { z } from 'zod'
import { path, type ServiceCalls } from '../../serviceCalls.ts'

const AccessLog = z.object({
  items: z.array(
    z.object({
      at: z.string(),
      who: z.object({ role: z.string(), organisationId: z.uuid().optional(), service: z.string().optional() }),
      why: z.string(),
      fields: z.array(z.string()),
      referralId: z.uuid().optional(),
    }),
  ),
  after: z.string().optional(),
})
export type Reading = z.infer<typeof AccessLog>['items'][number]

type Asked = { limit: number; after?: string | undefined }

/** Who read one's name, contact and address, newest first. Throws ServiceProblem. */
export const readingsOfDetails = (services: ServiceCalls, personId: string, query: Asked) =>
  services.get('people', path`/people/${personId}/access-log`, AccessLog, { query })

/** Who read what one said one needs, newest first. Throws ServiceProblem. */
export const readingsOfWords = (services: ServiceCalls, query: Asked) => services.get('referral', '/disclosures', AccessLog, { query })
