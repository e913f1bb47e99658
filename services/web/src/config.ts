import { z } from 'zod'

/** What the pages need beside what every service needs. */
export type WebSettings = {
  /** True where everybody in it is invented: every page says so. Asked at each page, as a place may learn it after its start. */
  isDemonstration?: () => boolean
  /** How the pages are known to an issuer that is not Patchwork's own; absent: the client that Patchwork's own issuer knows. */
  signInClient?: { clientId: string; clientSecret: string }
}

const Environment = z.object({
  DEMONSTRATION_PLACE: z.enum(['true', 'false']).optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
})

/** Reads the web service's own part of the environment. Throws ZodError. */
export const readConfig = (environment: NodeJS.ProcessEnv): WebSettings => {
  const { DEMONSTRATION_PLACE, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = Environment.parse(environment)
  return {
    isDemonstration: () => DEMONSTRATION_PLACE === 'true',
    ...(OIDC_CLIENT_ID && OIDC_CLIENT_SECRET ? { signInClient: { clientId: OIDC_CLIENT_ID, clientSecret: OIDC_CLIENT_SECRET } } : {}),
  }
}
