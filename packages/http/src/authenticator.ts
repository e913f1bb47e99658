import { hash } from 'node:crypto'
import type { Caller } from '@patchwork/access'
import { Role } from '@patchwork/events'
import type { Runtime } from '@patchwork/runtime'
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import { serviceTokenAlgorithm, serviceTokenIssuer, serviceTokenKey } from './serviceToken.ts'

/** The bearer token is missing where one is needed, has ended, or is not from our issuer. */
export class UnauthenticatedError extends Error {
  readonly kind = 'unauthenticated'
  readonly code = 'not-signed-in'
  readonly title = 'Sign in first'
  constructor() {
    super('Sign in, then try again.')
  }
}

/** The issuer's keys cannot be read just now, so nobody can say whether the token is good: a later try may succeed, and whoever asks is still signed in. */
export class IssuerUnavailableError extends Error {
  readonly kind = 'unavailable'
  readonly code = 'issuer-unavailable'
  readonly title = 'Cannot check who is asking just now'
  constructor(options?: ErrorOptions) {
    super('Who is asking cannot be checked just now. Try again in a moment.', options)
  }
}

/** Who a request's Authorization header says is asking. Without a header: anyone. Throws UnauthenticatedError, IssuerUnavailableError. */
export type Authenticator = (authorization: string | undefined) => Promise<Caller>

export type AuthenticatorOptions = { service: string; issuer: string; jwksUrl: string; dataKey: Uint8Array; runtime: Runtime }

/** A token that was found to be good is not verified again for so long (nor past its end): verifying costs more than most reads do. */
const trustedForMs = 30_000
/** Tokens remembered at once, by their digests; the one remembered longest goes first. */
const trustedMax = 10_000

const PersonClaims = z.object({ person_id: z.uuid(), account_id: z.uuid(), role: Role })

/** Takes access tokens of the OpenID Connect issuer (people; claims `person_id`, `account_id`, `role`) and tokens that services sign for each other. */
export const createAuthenticator = ({ service, issuer, jwksUrl, dataKey, runtime }: AuthenticatorOptions): Authenticator => {
  const readKeys = createRemoteJWKSet(new URL(jwksUrl), { [customFetch]: (url: string, init?: RequestInit) => runtime.fetch(url, init) })
  const issuerKeys: typeof readKeys = Object.assign(
    (...token: Parameters<typeof readKeys>) =>
      readKeys(...token).catch((error: unknown) => {
        throw saysOfTheKeys(error) ? error : new IssuerUnavailableError({ cause: error })
      }),
    readKeys,
  )
  const serviceKey = serviceTokenKey(dataKey)
  const clock = () => ({ currentDate: new Date(runtime.now()) })
  const trusted = new Map<string, { caller: Caller; verifiedAt: number; endsAt: number }>()

  const verified = async (token: string): Promise<{ caller: Caller; endsAt: number }> => {
    if (decodeProtectedHeader(token).alg === serviceTokenAlgorithm) {
      const { payload } = await jwtVerify(token, serviceKey, {
        ...clock(),
        algorithms: [serviceTokenAlgorithm],
        issuer: serviceTokenIssuer,
        audience: service,
      })
      return { caller: { kind: 'service', service: z.string().min(1).parse(payload.sub) }, endsAt: endOf(payload) }
    }
    const { payload } = await jwtVerify(token, issuerKeys, { ...clock(), algorithms: ['RS256', 'ES256', 'EdDSA', 'PS256'], issuer, audience: 'patchwork' })
    const claims = PersonClaims.parse(payload)
    return { caller: { kind: 'person', personId: claims.person_id, accountId: claims.account_id, role: claims.role }, endsAt: endOf(payload) }
  }

  return async (authorization) => {
    if (authorization === undefined) return { kind: 'anyone' }
    const digest = hash('sha256', authorization, 'base64')
    const known = trusted.get(digest)
    const now = runtime.now()
    // A clock that was set back trusts nothing from after it.
    if (known && now >= known.verifiedAt && now < Math.min(known.endsAt, known.verifiedAt + trustedForMs)) return known.caller
    trusted.delete(digest)
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1]
    if (token === undefined) throw new UnauthenticatedError()
    try {
      const { caller, endsAt } = await verified(token)
      trusted.set(digest, { caller, verifiedAt: now, endsAt })
      if (trusted.size > trustedMax) trusted.delete(trusted.keys().next().value as string)
      return caller
    } catch (error) {
      throw error instanceof IssuerUnavailableError ? error : new UnauthenticatedError()
    }
  }
}

/** A token that says no end is verified each time. */
const endOf = ({ exp }: JWTPayload): number => (exp ?? 0) * 1_000

/** The keys were read, and the token's is not among them or not one of ours: every other failure is one of reading them. */
const saysOfTheKeys = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys || error instanceof errors.JOSENotSupported
