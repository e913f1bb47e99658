import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import type { JWK } from 'jose'
import {
  type ClientMetadata,
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  type Account as OidcAccount,
  Provider,
} from 'oidc-provider'
import { type Account, type AccountDetails, isUsable } from '../domain/account.ts'
import type { DerivedSecrets } from '../secrets/derivedSecrets.ts'
import type { AccountStore } from '../store/accountStore.ts'
import type { OidcRecords } from '../store/oidcRecords.ts'
import type { Pages } from './pages.ts'

export const webClientId = 'patchwork-web'
const ownClientPrefix = 'account-'
/** What tokens are for: every service of the place takes them (`aud`). */
const audience = 'patchwork'
const resource = 'urn:patchwork:services'
const resourceScope = 'patchwork'
const scopes = ['openid', 'offline_access']

const minuteSeconds = 60
const accessTokenSeconds = 10 * minuteSeconds
/** A sign-in lasts a day's work, or until the browser is closed. */
const sessionSeconds = 12 * 60 * minuteSeconds
const interactionSeconds = 60 * minuteSeconds

export type ProviderDependencies = {
  issuer: string
  publicUrl: string
  store: AccountStore
  records: OidcRecords
  secrets: DerivedSecrets
  signingKeys: JWK[]
  pages: Pages
  runtime: Pick<Runtime, 'now'>
  logger: Logger
}

/** The client by which a script signs in as one demonstration account. */
export const ownClientId = (accountId: string): string => `${ownClientPrefix}${accountId}`

/** The OpenID Connect provider: code + PKCE for the web pages, client credentials for demonstration accounts; see docs of the issuer at its discovery address. */
export const createProvider = (dependencies: ProviderDependencies): Provider => {
  const { issuer, publicUrl, records, secrets, signingKeys, logger } = dependencies
  const isSecure = issuer.startsWith('https:')
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure: isSecure } as const
  const configuration: Configuration = {
    adapter: (kind: string) => (kind === 'Client' ? clientAdapter(dependencies) : records.adapterFor(kind)),
    clients: [webClient(publicUrl, secrets.webClientSecret)],
    clientDefaults: { id_token_signed_response_alg: 'ES256', grant_types: ['authorization_code'], response_types: ['code'] },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    clientBasedCORS: () => false,
    claims: { openid: ['sub', 'person_id', 'account_id', 'role'] },
    conformIdTokenClaims: false,
    cookies: {
      keys: secrets.cookieKeys,
      long: cookie,
      short: cookie,
      names: { session: 'patchwork_identity', interaction: 'patchwork_interaction', resume: 'patchwork_resume' },
    },
    discovery: { ui_locales_supported: ['en', 'cy'], claims_supported: ['sub', 'person_id', 'account_id', 'role'] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    expiresWithSession: async () => true,
    extraTokenClaims: (_ctx, token) => claimsOfToken(dependencies, token),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      userinfo: { enabled: false },
      revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => signOut(dependencies, ctx, form),
        postLogoutSuccessSource: async (ctx) => signedOut(dependencies, ctx),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => resource,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (_ctx, indicator) => {
          if (indicator !== resource) throw new errors.InvalidTarget()
          return { audience, scope: resourceScope, accessTokenFormat: 'jwt', accessTokenTTL: accessTokenSeconds, jwt: { sign: { alg: 'ES256' } } }
        },
      },
    },
    findAccount: (ctx, accountId, token) => findAccount(dependencies, ctx, accountId, token),
    interactions: { url: (_ctx, interaction) => `${new URL(issuer).pathname}/interaction/${interaction.uid}`, policy: policy() },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    jwks: { keys: signingKeys as NonNullable<Configuration['jwks']>['keys'] },
    loadExistingGrant: (ctx) => grantOf(ctx),
    pkce: { required: () => true },
    renderError: async (ctx, out) => {
      ctx.type = 'html'
      ctx.body = dependencies.pages.problem(ctx.req, out.error)
    },
    responseTypes: ['code'],
    rotateRefreshToken: true,
    scopes,
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: minuteSeconds,
      ClientCredentials: accessTokenSeconds,
      Grant: sessionSeconds,
      IdToken: sessionSeconds,
      Interaction: interactionSeconds,
      RefreshToken: sessionSeconds,
      Session: sessionSeconds,
    },
  }
  const provider = new Provider(issuer, configuration)
  provider.proxy = true
  provider.on('server_error', (_ctx, error) =>
    logger.error({ err: { type: error.name, code: (error as { code?: unknown }).code, stack: error.stack }, route: '/identity' }, 'sign-in failed'),
  )
  // Koa's own word on an error would go to the console with the request in it.
  provider.silent = true
  return provider
}

const webClient = (publicUrl: string, secret: string): ClientMetadata => ({
  client_id: webClientId,
  client_secret: secret,
  client_name: 'Patchwork',
  application_type: 'web',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: [`${publicUrl}/signed-in`],
  post_logout_redirect_uris: [`${publicUrl}/signed-out`],
  token_endpoint_auth_method: 'client_secret_basic',
  scope: scopes.join(' '),
})

/** Clients are not stored: each demonstration account that is open has one, with a secret that follows from the data key. */
const clientAdapter = ({ store, secrets }: ProviderDependencies) => {
  const none = async () => undefined
  return {
    upsert: none,
    findByUid: none,
    findByUserCode: none,
    consume: none,
    destroy: none,
    revokeByGrantId: none,
    find: async (clientId: string): Promise<ClientMetadata | undefined> => {
      const account = await accountOfClient(store, clientId)
      if (!account) return undefined
      return {
        client_id: clientId,
        client_secret: secrets.clientSecret(clientId),
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        token_endpoint_auth_method: 'client_secret_basic',
      }
    },
  }
}

const accountOfClient = async (store: AccountStore, clientId: string) => {
  const accountId = clientId.startsWith(ownClientPrefix) ? clientId.slice(ownClientPrefix.length) : undefined
  const account = accountId === undefined ? undefined : await store.accounts.get(accountId)
  return account && isUsable(account.state) && account.state.how === 'demonstration' ? account : undefined
}

const claimsOf = (accountId: string, account: Extract<Account, { status: 'verified' }>) => ({
  person_id: account.personId,
  account_id: accountId,
  role: account.role,
})

/** What every access token says of its person. Throws InvalidGrant when the account is not usable any more. */
const claimsOfToken = async ({ store }: ProviderDependencies, token: { accountId?: string; clientId?: string | undefined }) => {
  const account = token.accountId ? await store.accounts.get(token.accountId) : await accountOfClient(store, token.clientId ?? '')
  if (!account || !isUsable(account.state)) throw new errors.InvalidGrant('account is not usable')
  return claimsOf(account.id, account.state)
}

/**
 * An account for a session or a token; undefined when it is closed, not verified, or has a new password since the person signed in. That ends the session
 * also where its record could not be taken away yet.
 */
const findAccount = async (
  { store }: ProviderDependencies,
  ctx: KoaContextWithOIDC,
  accountId: string,
  token: object | undefined,
): Promise<OidcAccount | undefined> => {
  const account = await store.accounts.get(accountId)
  if (!account || !isUsable(account.state) || !account.details) return undefined
  const { state, details } = account
  const signedInAt = (token as { authTime?: number } | undefined)?.authTime ?? ctx.oidc.session?.loginTs
  if (signedInAt !== undefined && beganBefore(signedInAt, details)) return undefined
  return { accountId, claims: async () => ({ sub: accountId, ...claimsOf(accountId, state) }) }
}

// In whole seconds, as the library keeps it: within the same second the record's end decides.
const beganBefore = (signedInAt: number, { passwordChosenAt }: AccountDetails): boolean =>
  passwordChosenAt !== undefined && signedInAt < Math.floor(Date.parse(passwordChosenAt) / 1_000)

/** The library's policy, and: a session whose account is closed or has a new password signs in again. */
const policy = () => {
  const base = interactionPolicy.base()
  base
    .get('login')
    ?.checks.add(new interactionPolicy.Check('account_not_usable', 'the session has ended', (ctx) => Boolean(ctx.oidc.session?.accountId && !ctx.oidc.account)))
  return base
}

/** The web pages are the place's own: nobody is asked whether they may know who has signed in. */
const grantOf = async (ctx: KoaContextWithOIDC) => {
  const { client, session, provider, account } = ctx.oidc
  if (!client || !session?.accountId || !account || client.clientId !== webClientId) return undefined
  const grantId = session.grantIdFor(client.clientId)
  const existing = grantId ? await provider.Grant.find(grantId) : undefined
  if (existing?.accountId === session.accountId) return existing
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope(scopes.join(' '))
  grant.addResourceScope(resource, resourceScope)
  await grant.save()
  return grant
}

/**
 * Signing out. The web pages bring the person's own ID token: that is proof enough, and the session ends at once. Anybody else's link shows a page with a
 * button, so that nobody can be signed out by a picture in a message.
 */
const signOut = async ({ pages, issuer }: ProviderDependencies, ctx: KoaContextWithOIDC, form: string): Promise<void> => {
  const { session, provider } = ctx.oidc
  if (!session) return
  const hint = ctx.oidc.entities.IdTokenHint as { payload?: { sub?: unknown } } | undefined
  if (hint?.payload?.sub === undefined || hint.payload.sub !== session.accountId) {
    ctx.body = pages.signOut(ctx.req, form)
    return
  }
  const { postLogoutRedirectUri, state } = session.state as { postLogoutRedirectUri?: string; state?: string }
  const grantIds = Object.values(session.authorizations ?? {}).flatMap(({ grantId }) => grantId ?? [])
  for (const grantId of grantIds) await Promise.all([provider.RefreshToken.revokeByGrantId(grantId), provider.AuthorizationCode.revokeByGrantId(grantId)])
  await session.destroy()
  ctx.oidc.cookies.set(provider.cookieName('session'), null, { signed: true, httpOnly: true, sameSite: 'lax', secure: issuer.startsWith('https:') })
  const target = new URL(postLogoutRedirectUri ?? `${issuer}/session/end/success`)
  if (postLogoutRedirectUri && state !== undefined) target.searchParams.set('state', state)
  ctx.body = null
  ctx.status = 303
  ctx.redirect(target.href)
}

const signedOut = ({ pages }: ProviderDependencies, ctx: KoaContextWithOIDC): void => {
  ctx.type = 'html'
  ctx.body = pages.signedOut(ctx.req)
}
