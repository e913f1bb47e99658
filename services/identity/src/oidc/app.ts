import type { Sealer } from '@patchwork/encryption'
import { createRateLimit } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { instant } from '@patchwork/runtime'
import { inSpan, type Logger } from '@patchwork/telemetry'
import express, { type CookieOptions, type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response } from 'express'
import helmet from 'helmet'
import type { Provider } from 'oidc-provider'
import type { StrangersRequest } from '../meetRequest.ts'
import { type SendsMail, sendsMailForWords } from '../sendsMail.ts'
import type { Requests } from '../store/requests.ts'
import type { Pages, SignInPage } from './pages.ts'
import type { createSignIn } from './signIn.ts'
import { fill, isLanguage, type Language, languageOf, waitInWords, words } from './words.ts'

const formBytesMax = 8 * 1024
const emailLengthMax = 254
const passwordLengthMax = 1_000
/** From one address: a whole office may sit behind it. What one account can bear is counted beside it. */
const signInsPerAddress = { count: 100, perSeconds: 300 }
const messagesPerAddress = { count: 20, perSeconds: 600 }
const deviceCookie = 'patchwork_device'
const deviceDaysMax = 90
const languageDaysMax = 365
/** How long the button that sends the message again works. */
const againMs = 30 * 60_000

export type IdentityAppDependencies = {
  provider: Provider
  pages: Pages
  signIn: ReturnType<typeof createSignIn>
  requests: Requests<StrangersRequest>
  sendsMail: SendsMail
  sealer: Sealer
  runtime: Pick<Runtime, 'now' | 'uuid'>
  logger: Logger
  issuer: string
  publicUrl: string
}

/** What is mounted at `/identity`: the pages of signing in, and the OpenID Connect provider. */
export const createIdentityApp = (dependencies: IdentityAppDependencies): Express => {
  const { provider, issuer, publicUrl, logger } = dependencies
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', 'loopback')
  app.set('etag', false)
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'"],
          fontSrc: ["'self'"],
          // The library adds the digest of its one inline script where a form must be passed on.
          scriptSrc: ["'self'"],
          formAction: ["'self'", new URL(publicUrl).origin],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
      referrerPolicy: { policy: 'no-referrer' },
    }),
  )
  app.use(asReachedByPeople(issuer))
  const form = express.urlencoded({ extended: false, limit: formBytesMax, parameterLimit: 20 })
  const pages = interactionPages(dependencies)
  app.get('/interaction/:uid', pages.show)
  app.post('/interaction/:uid', form, pages.submit)
  app.post('/interaction/:uid/message', form, pages.sendMessage)
  app.get('/session/end', nobodyToSignOut(provider, publicUrl))
  app.use(provider.callback())
  app.use(problemPage(dependencies.pages, logger))
  return app
}

/** The addresses that the provider writes come from the issuer, never from what a request says of its host. */
const asReachedByPeople = (issuer: string): RequestHandler => {
  const { protocol, host } = new URL(issuer)
  return (request, _response, next) => {
    request.headers['x-forwarded-proto'] = protocol.slice(0, -1)
    request.headers['x-forwarded-host'] = host
    next()
  }
}

/** Who comes to sign out without a session goes straight back to the web pages; the library would show a page with a button first. */
const nobodyToSignOut =
  (provider: Provider, publicUrl: string): RequestHandler =>
  (request, response, next) => {
    const { post_logout_redirect_uri: target, state } = request.query
    if (cookieOf(request, provider.cookieName('session')) !== undefined || target !== `${publicUrl}/signed-out`) return next()
    const url = new URL(target)
    if (typeof state === 'string') url.searchParams.set('state', state)
    response.set('Cache-Control', 'no-store').redirect(303, url.href)
  }

/** The interaction of a request, with the page's language and address; a reason when there is none. */
type Interaction = { language: Language; action: string }

const interactionPages = (dependencies: IdentityAppDependencies) => {
  const { provider, pages, signIn, requests, sendsMail, sealer, runtime, logger, issuer, publicUrl } = dependencies
  const signIns = createRateLimit(signInsPerAddress, runtime)
  const messages = createRateLimit(messagesPerAddress, runtime)
  const basePath = new URL(issuer).pathname.replace(/\/$/, '')

  /** Gives undefined after answering that the page has timed out: the cookie of this interaction is the proof that the browser began it. */
  const interactionOf = async (request: Request, response: Response): Promise<Interaction | undefined> => {
    const details = await provider.interactionDetails(request, response).catch(() => undefined)
    if (!details || details.uid !== request.params.uid || details.prompt.name !== 'login') {
      const language = languageOf(undefined, request.headers.cookie)
      html(response.status(400), pages.timedOut(language))
      return undefined
    }
    const { lang } = request.query
    const language = isLanguage(lang) ? lang : languageOf(details.params.ui_locales, request.headers.cookie)
    return { language, action: `${basePath}/interaction/${details.uid}` }
  }

  const showAgain = (response: Response, status: number, { language, action }: Interaction, email: string, errors: NonNullable<SignInPage['errors']>) =>
    html(response.status(status), pages.signIn({ language, action, email, errors }))

  const tryToSignIn = async (request: Request, response: Response, interaction: Interaction): Promise<void> => {
    const { language } = interaction
    const email = fieldOf(request, 'email', emailLengthMax).trim()
    const password = fieldOf(request, 'password', passwordLengthMax)
    const text = words[language]
    const missing = [
      ...(email === '' ? [{ field: 'email', text: text.enterEmail } as const] : []),
      ...(password === '' ? [{ field: 'password', text: text.enterPassword } as const] : []),
    ]
    if (missing.length > 0) return showAgain(response, 400, interaction, email, missing)
    const answer = await signIn({ email, password, device: cookieOf(request, deviceCookie) })
    switch (answer.kind) {
      case 'wait':
        response.set('Retry-After', String(Math.ceil(answer.waitMs / 1_000)))
        return showAgain(response, 429, interaction, email, [{ field: 'email', text: fill(text.tooManyTries, { wait: waitInWords(answer.waitMs, language) }) }])
      case 'not-right':
        return showAgain(response, 400, interaction, email, [{ field: 'email', text: text.notRight }])
      case 'not-verified': {
        if (!(await sendsMailForWords(sendsMail, logger))) return html(response, pages.askToVouch(interaction))
        const again = sealer.seal({ accountId: answer.accountId, until: new Date(runtime.now() + againMs).toISOString() }, againContext(request))
        return html(response, pages.checkMail({ ...interaction, again }))
      }
      case 'signed-in':
        response.cookie(deviceCookie, answer.device, {
          httpOnly: true,
          sameSite: 'lax',
          secure: issuer.startsWith('https:'),
          path: basePath,
          maxAge: deviceDaysMax * 24 * 3_600_000,
        })
        await provider.interactionFinished(
          request,
          response,
          { login: { accountId: answer.accountId, ts: answer.signedInAtSeconds, amr: ['pwd'], remember: false } },
          { mergeWithLastSubmission: false },
        )
    }
  }

  const show: RequestHandler = async (request, response) => {
    const interaction = await interactionOf(request, response)
    if (!interaction) return
    // Remembered as the web pages do, so that all that follows is in this language too.
    if (isLanguage(request.query.lang)) response.cookie('language', interaction.language, languageCookie(issuer))
    html(response, pages.signIn(interaction))
  }

  const submit: RequestHandler = async (request, response) => {
    const interaction = await interactionOf(request, response)
    if (!interaction) return
    if (!isOwnForm(request, publicUrl)) return html(response.status(403), pages.problem(request, 'invalid_request'))
    if (!signIns.take(request.ip ?? '')) {
      const text = fill(words[interaction.language].tooManyTries, { wait: waitInWords(signInsPerAddress.perSeconds * 1_000, interaction.language) })
      return showAgain(response, 429, interaction, '', [{ field: 'email', text }])
    }
    await inSpan('identity.sign-in', { 'patchwork.service': 'identity', 'http.route': '/identity/interaction/:uid' }, () =>
      tryToSignIn(request, response, interaction),
    )
  }

  const sendMessage: RequestHandler = async (request, response) => {
    const interaction = await interactionOf(request, response)
    if (!interaction) return
    if (!isOwnForm(request, publicUrl)) return html(response.status(403), pages.problem(request, 'invalid_request'))
    const again = openAgain(sealer, fieldOf(request, 'again', 1_000), againContext(request))
    if (again && again.until > instant(runtime) && messages.take(request.ip ?? '')) {
      const asked = { kind: 'verify-again', accountId: again.accountId, at: instant(runtime) } as const
      await requests.submit(runtime.uuid(), asked, asked)
    }
    html(response, pages.mailSent(interaction))
  }

  return { show, submit, sendMessage }
}

const languageCookie = (issuer: string): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  secure: issuer.startsWith('https:'),
  path: '/',
  maxAge: languageDaysMax * 24 * 3_600_000,
})

const againContext = (request: Request): string => `identity/again/${String(request.params.uid)}`

const openAgain = (sealer: Sealer, sealed: string, context: string): { accountId: string; until: string } | undefined => {
  try {
    return sealer.open(sealed, context)
  } catch {
    return undefined
  }
}

const fieldOf = (request: Request, name: string, lengthMax: number): string => {
  const value: unknown = (request.body as Record<string, unknown> | undefined)?.[name]
  return typeof value === 'string' && value.length <= lengthMax ? value : ''
}

const cookieOf = (request: Request, name: string): string | undefined =>
  (request.headers.cookie ?? '')
    .split(/;\s*/)
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1)

/**
 * Whether the form was sent from our own page. The interaction's cookie (same-site, bound to a path nobody can guess) already says so; this is the second
 * lock. Under our own referrer policy some browsers send `Origin: null`, so they are believed by Sec-Fetch-Site alone.
 */
const isOwnForm = (request: Request, publicUrl: string): boolean => {
  const site = request.get('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin'
  const origin = request.get('origin')
  return origin === undefined || origin === 'null' || origin === new URL(publicUrl).origin
}

const html = (response: Response, body: string): void => void response.set('Cache-Control', 'no-store').type('html').send(body)

const problemPage =
  (pages: Pages, logger: Logger): ErrorRequestHandler =>
  (error, request: Request, response: Response, _next) => {
    const { status, kind, code, name, stack } = error as { status?: number; kind?: string; code?: string; name?: string; stack?: string }
    const answered = typeof status === 'number' && status >= 400 && status < 500 ? status : kind === 'unavailable' ? 503 : 500
    if (answered >= 500) logger.error({ err: { type: name, code, stack }, route: '/identity' }, 'request failed')
    if (response.headersSent) return void response.destroy()
    html(response.status(answered), pages.problem(request, answered === 503 ? 'temporarily_unavailable' : 'server_error'))
  }
