import type { Sealer } from '@patchwork/encryption'
import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Cookies } from '../http/cookies.ts'
import { ForeignFormError, traced } from '../http/pageRoutes.ts'
import { visitorOf } from '../http/visitor.ts'
import type { SessionStore } from '../store/sessionStore.ts'
import { startPageOf } from '../view/navigation.ts'
import type { View } from '../view/pageView.ts'
import { Attempt, type Issuer, SignInEndedError } from './issuer.ts'

const attemptMs = 15 * 60_000
const nextLengthMax = 500
const attemptContext = 'web/attempt'

export type SignInDependencies = {
  issuer: Issuer
  sessions: SessionStore
  cookies: Cookies
  sealer: Sealer
  view: View
  runtime: Runtime
  logger: Logger
  publicUrl: string
}

/** Signing in and out: the browser goes to the issuer, and comes back to `/signed-in` and `/signed-out`. */
export const signInRoutes = (dependencies: SignInDependencies): Router => {
  const router = Router({ caseSensitive: true })
  const begin: RequestHandler = async (request, response) => {
    const { session, language } = visitorOf(response)
    const next = safeNext(request.query.next, dependencies.publicUrl)
    if (session) return go(response, next ?? startPageOf[session.role])
    const { url, attempt } = await dependencies.issuer.begin(language, next ?? '')
    dependencies.cookies.set(response, 'attempt', dependencies.sealer.seal(attempt, attemptContext), attemptMs)
    go(response, url)
  }
  router.get('/sign-in', traced('/sign-in', dependencies, begin))
  router.get('/signed-in', traced('/signed-in', dependencies, finish(dependencies)))
  router.post('/sign-out', traced('/sign-out', dependencies, signOut(dependencies)))
  return router
}

const finish = (dependencies: SignInDependencies): RequestHandler => {
  const { issuer, sessions, cookies, view, logger, publicUrl } = dependencies
  return async (request, response) => {
    const { session: before } = visitorOf(response)
    const attempt = openAttempt(dependencies, cookies.read(request, 'attempt'))
    try {
      if (!attempt) throw new SignInEndedError('The browser did not begin here')
      const signedIn = await issuer.finish(new URL(request.originalUrl, publicUrl), attempt)
      // A new secret for each sign-in: whoever knew the one before knows nothing of this.
      if (before) await sessions.end(before.sessionId)
      cookies.set(response, 'session', await sessions.open(signedIn))
      cookies.clear(response, 'attempt')
      go(response, attempt.next === '' ? startPageOf[signedIn.role] : attempt.next)
    } catch (error) {
      if (!(error instanceof SignInEndedError)) throw error
      // A second tab, or the way back: they are in already.
      if (before) return go(response, startPageOf[before.role])
      logger.info({ reason: error.message, cause: (error.cause as { code?: unknown } | undefined)?.code }, 'sign-in refused')
      await view.show(request, response, { page: 'signInFailed', status: 400 })
    }
  }
}

const signOut = ({ issuer, sessions, cookies }: SignInDependencies): RequestHandler => {
  return async (request, response) => {
    const visitor = visitorOf(response)
    if (!visitor.session) return go(response, '/signed-out')
    if (!visitor.isOwnForm((request.body as { _token?: unknown } | undefined)?._token)) throw new ForeignFormError()
    await sessions.end(visitor.session.sessionId)
    cookies.clear(response, 'session')
    // Here it has ended, whatever becomes of the rest.
    go(response, await issuer.signOutUrl(visitor.session).catch(() => '/signed-out'))
  }
}

const go = (response: Response, to: string): void => void response.set('Cache-Control', 'no-store').redirect(303, to)

/** A path of this place to go on to; undefined for anything that could lead elsewhere. */
export const safeNext = (next: unknown, publicUrl: string): string | undefined => {
  if (typeof next !== 'string' || !next.startsWith('/') || next.length > nextLengthMax) return undefined
  const url = URL.parse(next, publicUrl)
  return url && url.origin === new URL(publicUrl).origin ? `${url.pathname}${url.search}` : undefined
}

const openAttempt = ({ sealer }: SignInDependencies, sealed: string | undefined): Attempt | undefined => {
  try {
    return sealed === undefined ? undefined : Attempt.parse(sealer.open(sealed, attemptContext))
  } catch {
    return undefined
  }
}

/** Where to sign in, coming back to this page afterwards: a page that was posted to is shown again, its form empty. */
export const signInAddress = (request: Request): string => `/sign-in?${new URLSearchParams({ next: request.originalUrl })}`
