import { z } from 'zod'

/** What the pages need beside what every service needs. */
export type WebSettings = {
  /** True where everybody in it is invented: every page says so. Asked at each page, as a place may learn it after its start. */
  isDemonstration?: () => boolean
  /** How the pages are known to an issuer that is not Patchwork's own; absent: the client that Patchwork's own issuer knows. */
  signInClient?: { clientId: string; clientSecret: string }
}

/** What this service reads from its environment. */
export const WebEnvironment = z.object({
  DEMONSTRATION_PLACE: z.enum(['true', 'false']).default('false').describe('true where everybody in the place is invented: every page says so'),
  OIDC_CLIENT_ID: z.string().min(1).optional().describe('how the pages are known to the issuer that OIDC_ISSUER names'),
  OIDC_CLIENT_SECRET: z.string().min(1).optional().describe('the secret that goes with OIDC_CLIENT_ID'),
})

/** The settings that these variables tell. */
export const webSettingsFrom = ({ DEMONSTRATION_PLACE, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET }: z.output<typeof WebEnvironment>): WebSettings => ({
  isDemonstration: () => DEMONSTRATION_PLACE === 'true',
  ...(OIDC_CLIENT_ID && OIDC_CLIENT_SECRET ? { signInClient: { clientId: OIDC_CLIENT_ID, clientSecret: OIDC_CLIENT_SECRET } } : {}),
})
