import { Role } from '@patchwork/events'
import { instant, type Runtime } from '@patchwork/runtime'
import * as oidc from 'openid-client'
import { z } from 'zod'
import type { SignedIn } from '../store/sessionStore.ts'

const tokenBytes = 32
/** Where an issuer does not say how long its tokens last. */
const tokenSecondsAssumed = 300

/** What a browser must bring back from the issuer for its sign-in to count. */
export const Attempt = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), next: z.string() })
export type Attempt = z.infer<typeof Attempt>

/** The issuer has ended the sign-in, or did not take what was brought: signing in anew is right. */
export class SignInEndedError extends Error {
  readonly code = 'sign-in-ended'
}

/** The issuer cannot be reached just now. */
export class IssuerUnavailableError extends Error {
  readonly code = 'issuer-unavailable'
}

export interface Issuer {
  /** Where to send a browser that wants to sign in, and what to keep until it is back. Throws IssuerUnavailableError. */
  begin(language: string, next: string): Promise<{ url: string; attempt: Attempt }>
  /** Who came back. Throws SignInEndedError, IssuerUnavailableError. */
  finish(returnedTo: URL, attempt: Attempt): Promise<SignedIn>
  /** New tokens; undefined when the issuer has ended the sign-in. Throws IssuerUnavailableError. */
  renew(signedIn: SignedIn): Promise<SignedIn | undefined>
  /** Where a browser signs out at the issuer too. Throws IssuerUnavailableError. */
  signOutUrl(signedIn: SignedIn): Promise<string>
}

const Claims = z.object({ person_id: z.uuid(), account_id: z.uuid(), role: Role })

export type IssuerOptions = {
  issuer: string
  /** Where the issuer is reached from here, when that is another address than people use: behind a proxy a place may not reach itself by its public name. */
  jwksUrl: string
  publicUrl: string
  client: { clientId: string; clientSecret: string }
  runtime: Pick<Runtime, 'now' | 'randomBytes' | 'fetch'>
}

/** Signing in by OpenID Connect: code and PKCE. The issuer is asked for its addresses at the first sign-in, and again until it answers. */
export const createIssuer = ({ issuer, jwksUrl, publicUrl, client, runtime }: IssuerOptions): Issuer => {
  let discovered: Promise<oidc.Configuration> | undefined
  const configuration = (): Promise<oidc.Configuration> => {
    discovered ??= discover().catch((error: unknown) => {
      discovered = undefined
      throw new IssuerUnavailableError('The issuer cannot be reached', { cause: error })
    })
    return discovered
  }
  const discover = () =>
    oidc.discovery(new URL(issuer), client.clientId, client.clientSecret, oidc.ClientSecretBasic(client.clientSecret), {
      execute: issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [],
      [oidc.customFetch]: (url, init) => runtime.fetch(fromHere(url, issuer, jwksUrl), init as RequestInit),
    })
  const random = () => Buffer.from(runtime.randomBytes(tokenBytes)).toString('base64url')
  const redirectUri = `${publicUrl}/signed-in`

  return {
    begin: async (language, next) => {
      const attempt: Attempt = { state: random(), nonce: random(), verifier: random(), next }
      const url = oidc.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: 'openid',
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
        ui_locales: language,
      })
      return { url: url.href, attempt }
    },
    finish: async (returnedTo, { state, nonce, verifier }) => {
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }
      const tokens = await oidc.authorizationCodeGrant(await configuration(), returnedTo, checks).catch(refused)
      const claims = Claims.safeParse(tokens.claims())
      if (!claims.success || tokens.id_token === undefined) throw new SignInEndedError('The issuer did not say who this is')
      const { person_id: personId, account_id: accountId, role } = claims.data
      return { personId, accountId, role, idToken: tokens.id_token, ...tokensOf(tokens, runtime) }
    },
    renew: async (signedIn) => {
      if (signedIn.refreshToken === undefined) return undefined
      try {
        const tokens = await oidc.refreshTokenGrant(await configuration(), signedIn.refreshToken).catch(refused)
        return { ...signedIn, idToken: tokens.id_token ?? signedIn.idToken, ...tokensOf(tokens, runtime) }
      } catch (error) {
        if (error instanceof SignInEndedError) return undefined
        throw error
      }
    },
    signOutUrl: async ({ idToken }) =>
      oidc.buildEndSessionUrl(await configuration(), { post_logout_redirect_uri: `${publicUrl}/signed-out`, id_token_hint: idToken }).href,
  }
}

const tokensOf = (tokens: oidc.TokenEndpointResponse, runtime: Pick<Runtime, 'now'>) => ({
  accessToken: tokens.access_token,
  accessTokenEndsAt: instant({ now: () => runtime.now() + (tokens.expires_in ?? tokenSecondsAssumed) * 1_000 }),
  ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
})

/** An issuer's refusal of what was brought is the end of the sign-in; anything else is its trouble and may pass. */
const refused = (error: unknown): never => {
  if (isRefusal(error)) throw new SignInEndedError('The issuer did not take it', { cause: error })
  throw new IssuerUnavailableError('The issuer could not answer', { cause: error })
}

const isRefusal = (error: unknown): boolean => {
  if (error instanceof oidc.ResponseBodyError) return error.status < 500
  if (error instanceof oidc.AuthorizationResponseError || error instanceof oidc.WWWAuthenticateChallengeError) return true
  // A state, nonce or claim that is not the one expected.
  return error instanceof oidc.ClientError && /^OAUTH_(INVALID_RESPONSE|JWT_|JSON_)/.test(error.code ?? '')
}

const jwksPath = '/jwks'

const fromHere = (url: string, issuer: string, jwksUrl: string): string =>
  url.startsWith(`${issuer}/`) && jwksUrl.endsWith(jwksPath) ? `${jwksUrl.slice(0, -jwksPath.length)}${url.slice(issuer.length)}` : url
