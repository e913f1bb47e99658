import { NotFoundError, securityHeaders } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import cookieParser from 'cookie-parser'
import express, { type Express } from 'express'
import type { Assets } from './http/assets.ts'
import { createLive } from './http/live.ts'
import { createOperationsChanges } from './http/operationsChanges.ts'
import { type PageDependencies, pageRoutes, traced } from './http/pageRoutes.ts'
import { type ProblemPageDependencies, problemPage } from './http/problemPage.ts'
import { meetVisitor, type VisitorDependencies } from './http/visitor.ts'
import { pages } from './pages/index.ts'
import { type SignInDependencies, signInRoutes } from './session/signInRoutes.ts'

const formBytesMax = 128 * 1024
const formFieldsMax = 500

export type AppDependencies = VisitorDependencies &
  PageDependencies &
  SignInDependencies &
  ProblemPageDependencies & {
    runtime: Runtime
    assets: Assets
    issuerUrl: string
    cookieKey: string
    ready: () => Promise<void>
  }

/** The pages, as one Express application. `stopLive` ends the streams that would keep it from closing. */
export const createApp = (dependencies: AppDependencies): { app: Express; stopLive: () => void } => {
  const { assets, publicUrl, issuerUrl, ready } = dependencies
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', 'loopback')
  app.set('etag', false)
  app.set('query parser', 'simple')
  app.set('case sensitive routing', true)
  app.use(pageHeaders(publicUrl, issuerUrl))
  app.get('/livez', (_request, response) => void response.json({ status: 'alive' }))
  app.get('/readyz', async (_request, response) => {
    const failed = await ready().then(
      () => false,
      () => true,
    )
    response.status(failed ? 503 : 200).json({ status: failed ? 'not-ready' : 'ready' })
  })
  app.use('/assets', assets.serve)
  // Browsers ask for it on pages that name no icon.
  app.get('/favicon.ico', (_request, response) => response.redirect(assets.url('mark.svg')))
  app.get('/robots.txt', (_request, response) => void response.type('text/plain').send(robots))
  app.use(cookieParser(dependencies.cookieKey))
  app.use(meetVisitor(dependencies))
  const live = createLive()
  app.get('/live', traced('/live', dependencies, live.follow('notification', '/messages/live', 'everyone')))
  app.get('/dashboard/changes', traced('/dashboard/changes', dependencies, live.follow('commissioning', '/dashboard/changes', 'anyone')))
  const changes = createOperationsChanges(dependencies.runtime)
  app.get('/operations/changes', traced('/operations/changes', dependencies, changes.handle))
  app.use(express.urlencoded({ extended: false, limit: formBytesMax, parameterLimit: formFieldsMax }))
  app.use(signInRoutes(dependencies))
  app.use(pageRoutes(pages, dependencies))
  app.use(() => {
    throw new NotFoundError()
  })
  app.use(problemPage(dependencies))
  const stopLive = () => {
    live.stop()
    changes.stop()
  }
  return { app, stopLive }
}

const robots = 'User-agent: *\nDisallow: /messages\nDisallow: /sign-in\nDisallow: /find?\n'

/** Nothing but our own files, no script or style in a page, no word of where the reader came from. */
const pageHeaders = (publicUrl: string, issuerUrl: string) =>
  securityHeaders({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        // Signing out is a form that the issuer's address follows.
        formAction: ["'self'", new URL(issuerUrl).origin],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        ...(publicUrl.startsWith('https:') ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: publicUrl.startsWith('https:') ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  })
