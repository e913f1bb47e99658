import type { Caller } from '@patchwork/access'
import { type Command, idFor } from '@patchwork/aggregate'
import type { Sealer } from '@patchwork/encryption'
import { Role } from '@patchwork/events'
import { type AnyRoute, defineRoute, IdParams, ListQuery, NotFoundError, Postcode, plainText, type ServiceClient } from '@patchwork/http'
import { instant, type Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import type { Accounts } from '../accounts.ts'
import { isOpen, unopened } from '../domain/account.ts'
import { usableLink } from '../domain/decide.ts'
import {
  AddressInUseError,
  AdministratorExistsError,
  FirstAdministratorCodeError,
  LastAdministratorError,
  LinkEndedError,
  MailIsSentError,
  NoAccountWithAddressError,
} from '../domain/errors.ts'
import { checkPassword } from '../domain/passwordRules.ts'
import type { StrangersRequest } from '../meetRequest.ts'
import type { DerivedSecrets } from '../secrets/derivedSecrets.ts'
import type { PasswordHasher } from '../secrets/passwordHash.ts'
import type { SendsMail } from '../sendsMail.ts'
import type { AccountStore } from '../store/accountStore.ts'
import type { Attempts } from '../store/attempts.ts'
import type { Requests } from '../store/requests.ts'
import { AccountView, toAccountView } from './accountView.ts'

export type RouteDependencies = {
  accounts: Accounts
  store: AccountStore
  services: ServiceClient
  sendsMail: SendsMail
  attempts: Attempts
  requests: Requests<StrangersRequest>
  secrets: DerivedSecrets
  hasher: PasswordHasher
  sealer: Sealer
  runtime: Pick<Runtime, 'now'>
  publicUrl: string
}

const nameLengthMax = 200
const emailLengthMax = 254
const textBytesMax = 1_000

const Email = plainText(emailLengthMax).pipe(z.email({ error: 'Enter an e-mail address in the form name@example.com.' }))
/** As it was typed; the rules for it are in `domain/passwordRules`. */
const Password = z.string().max(textBytesMax)
const Token = z.string().max(200)
const SignUpBody = z.strictObject({
  name: plainText(nameLengthMax),
  email: Email,
  password: Password,
  role: z.enum(['resident', 'provider', 'coordinator']),
  postcode: Postcode.optional(),
})
const TokenBody = z.strictObject({ token: Token })
const EmailBody = z.strictObject({ email: Email })
const NewPasswordBody = z.strictObject({ token: Token, password: Password })
const FirstAdministratorBody = z.strictObject({ code: z.string().max(100), name: plainText(nameLengthMax), email: Email, password: Password })
const ForAnotherBody = z.strictObject({ name: plainText(nameLengthMax), email: Email, role: Role })
const Nothing = z.strictObject({})
const HandedLink = z.strictObject({ url: z.string(), expiresAt: z.string() })
type HandedLink = z.infer<typeof HandedLink>
const OpenedView = z.strictObject({ accountId: z.uuid(), personId: z.uuid() })
const LinkView = z.strictObject({
  /** Absent when it is not true any more. */
  url: z.string().optional(),
  purpose: z.enum(['verify-email', 'reset-password', 'invitation']),
  personId: z.uuid(),
  /** False when the link has ended: then nothing should be sent. */
  stillTrue: z.boolean(),
})

const pageOf = { 'verify-email': '/verify-email', 'reset-password': '/new-password', invitation: '/take-up-invitation' } as const
const asksByPerson = { count: 20, perSeconds: 600 }
const passwordProblems = ['password-too-short', 'password-too-long', 'password-too-common'] as const

/** Everything under /api/identity. */
export const accountRoutes = (dependencies: RouteDependencies): AnyRoute[] => [
  ...strangersRoutes(dependencies),
  ...linkRoutes(dependencies),
  firstAdministratorRoute(dependencies),
  ...ownRoutes(dependencies),
  ...administratorsRoutes(dependencies),
  ...handedLinkRoutes(dependencies),
]

/** What was sent, as a keyed digest: neither a password nor an address can be guessed from what is kept to recognise a repeat. */
const withoutContent = (command: Command, sealer: Sealer): Command => ({ ...command, body: sealer.blindIndex(JSON.stringify(command.body), 'command') })

/** The policies of these routes let people in only; anybody else is a mistake of ours. */
const personOf = (caller: Caller): string => {
  if (caller.kind !== 'person') throw new Error('Only a person can do this')
  return caller.personId
}

/** The address of a link as it stands now; undefined once it was used or has ended. */
const addressOfLink = async (
  { store, secrets, runtime, publicUrl }: RouteDependencies,
  accountId: string,
  challengeId: string,
): Promise<HandedLink | undefined> => {
  const link = usableLink((await store.accounts.get(accountId))?.state ?? unopened, challengeId, instant(runtime))
  return link && { url: `${publicUrl}${pageOf[link.purpose]}?token=${secrets.linkToken(accountId, challengeId)}`, expiresAt: link.expiresAt }
}

const strangersRoutes = ({ requests, hasher }: RouteDependencies): AnyRoute[] => [
  defineRoute({
    method: 'post',
    path: '/accounts',
    policy: 'account.sign-up',
    summary: 'Sign up. The answer is the same whether the address is known or not; its owner gets a message.',
    body: SignUpBody,
    answer: Nothing,
    status: 202,
    problems: passwordProblems,
    rateLimit: asksByPerson,
    handle: async ({ body, command }) => {
      const { password, ...person } = body
      checkPassword(password, body.email)
      const passwordHash = await hasher.hash(password)
      await requests.submit(idFor(command.key), { kind: 'sign-up', ...person, passwordHash, at: command.at }, body)
      return { status: 202, body: {} }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/password-requests',
    policy: 'account.ask-new-password',
    summary: 'Ask for a link to choose a new password. The answer is the same whether the address is known or not.',
    body: EmailBody,
    answer: Nothing,
    status: 202,
    rateLimit: asksByPerson,
    handle: async ({ body, command }) => {
      await requests.submit(idFor(command.key), { kind: 'new-password', email: body.email, at: command.at }, body)
      return { status: 202, body: {} }
    },
  }),
]

const linkRoutes = ({ accounts, store, attempts, secrets, hasher, sealer, runtime, publicUrl }: RouteDependencies): AnyRoute[] => {
  const readToken = (token: string) => {
    const link = secrets.readLinkToken(token)
    if (!link) throw new LinkEndedError()
    return link
  }
  const choosePassword = async (purpose: 'reset-password' | 'invitation', body: z.infer<typeof NewPasswordBody>, command: Command) => {
    const { accountId, challengeId } = readToken(body.token)
    checkPassword(body.password)
    const passwordHash = await hasher.hash(body.password)
    await accounts.choosePassword(accountId, { challengeId, purpose, passwordHash }, withoutContent(command, sealer))
    // Whoever guessed at the old password does not keep its owner waiting with the new one.
    const loginId = (await store.accounts.get(accountId))?.details?.loginId
    if (loginId !== undefined) await attempts.forget(loginId)
    return { body: {} }
  }
  return [
    defineRoute({
      method: 'post',
      path: '/verifications',
      policy: 'account.verify',
      summary: 'Show that an address reaches its person, by the link that was sent to it.',
      body: TokenBody,
      answer: Nothing,
      problems: ['link-ended'],
      rateLimit: { count: 60, perSeconds: 600 },
      handle: async ({ body, command }) => {
        const { accountId, challengeId } = readToken(body.token)
        await accounts.change(accountId, withoutContent(command, sealer), { type: 'VerifyByLink', accountId, challengeId, at: command.at })
        return { body: {} }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/passwords',
      policy: 'account.choose-password',
      summary: 'Choose a new password by the link that was sent. Every session of the account ends.',
      body: NewPasswordBody,
      answer: Nothing,
      problems: ['link-ended', ...passwordProblems],
      rateLimit: asksByPerson,
      handle: ({ body, command }) => choosePassword('reset-password', body, command),
    }),
    defineRoute({
      method: 'post',
      path: '/invitations/acceptance',
      policy: 'account.take-up-invitation',
      summary: 'Take up an invitation by the link that was sent, with a password of one’s own.',
      body: NewPasswordBody,
      answer: Nothing,
      problems: ['link-ended', ...passwordProblems],
      rateLimit: asksByPerson,
      handle: ({ body, command }) => choosePassword('invitation', body, command),
    }),
    defineRoute({
      method: 'get',
      path: '/challenges/:id/link',
      policy: 'account.read-challenge-link',
      summary: 'The address of a one-time link, for the message that carries it. There is none (404) once it was used.',
      params: IdParams,
      answer: LinkView,
      handle: async ({ params }) => {
        const account = await store.findByLink(params.id)
        const challenge = account && isOpen(account.state) && account.state.challenges.find(({ challengeId }) => challengeId === params.id)
        if (!account || !challenge || !isOpen(account.state)) throw new NotFoundError()
        const { personId } = account.state
        const { purpose } = challenge
        if (!usableLink(account.state, params.id, instant(runtime))) return { body: { purpose, personId, stillTrue: false } }
        const url = `${publicUrl}${pageOf[purpose]}?token=${secrets.linkToken(account.id, params.id)}`
        return { body: { url, purpose, personId, stillTrue: true } }
      },
    }),
  ]
}

const firstAdministratorRoute = ({ accounts, store, secrets, hasher, sealer }: RouteDependencies): AnyRoute =>
  defineRoute({
    method: 'post',
    path: '/first-administrator',
    policy: 'account.open-first-administrator',
    summary: 'Open the account of the first administrator, with the one-time code that the terminal shows.',
    body: FirstAdministratorBody,
    answer: OpenedView,
    status: 201,
    problems: ['code-not-right', 'administrator-exists', ...passwordProblems],
    rateLimit: asksByPerson,
    handle: async ({ body, command }) => {
      const { code, name, email, password } = body
      const accountId = secrets.firstAdministratorAccountId
      const exists = (await store.countAdministrators()) > 0
      if (!secrets.isFirstAdministratorCode(code)) throw exists ? new AdministratorExistsError() : new FirstAdministratorCodeError()
      const safeCommand = withoutContent(command, sealer)
      if (exists) {
        // A repeat gets its first answer; everybody else is refused.
        const { answer } = await store.accounts.update(accountId, safeCommand, () => {
          throw new AdministratorExistsError()
        })
        return { status: 201, body: OpenedView.parse(answer) }
      }
      checkPassword(password, email)
      const opened = await accounts.open(
        {
          accountId,
          person: { name, email, how: 'self' },
          email,
          role: 'administrator',
          how: 'first-administrator',
          passwordHash: await hasher.hash(password),
          verifiedHow: 'vouched',
        },
        safeCommand,
      )
      if (opened === 'taken') throw new AddressInUseError()
      return { status: 201, body: opened }
    },
  })

const ownRoutes = ({ store }: RouteDependencies): AnyRoute[] => [
  defineRoute({
    method: 'get',
    path: '/me',
    policy: 'account.read-self',
    summary: 'The account that asks.',
    answer: z.strictObject({ accountId: z.uuid(), personId: z.uuid(), role: Role, verified: z.boolean() }),
    own: 'by-caller',
    handle: async ({ caller }) => {
      const account = caller.kind === 'person' ? await store.accounts.get(caller.accountId) : undefined
      if (!account || account.state.status === 'unopened') throw new NotFoundError()
      const { accountId, personId, role, verified } = toAccountView(account)
      return { body: { accountId, personId, role, verified }, sequence: account.sequence }
    },
  }),
]

const administratorsRoutes = (dependencies: RouteDependencies): AnyRoute[] => {
  const { accounts, store, services, sealer } = dependencies
  return [
    defineRoute({
      method: 'get',
      path: '/accounts',
      policy: 'account.list',
      summary: 'Every account, the one opened last first. Names and addresses are with the people service.',
      query: ListQuery,
      answer: z.strictObject({ items: z.array(AccountView), after: z.string().optional() }),
      handle: async ({ query }) => {
        const page = await store.list({ limit: query.limit, ...(query.after === undefined ? {} : { after: query.after }) })
        return { body: { items: page.aggregates.map(toAccountView), ...(page.after === undefined ? {} : { after: page.after }) } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/accounts/:id',
      policy: 'account.list',
      summary: 'One account, without its person.',
      params: IdParams,
      answer: AccountView,
      handle: async ({ params }) => {
        const account = await store.accounts.get(params.id)
        if (!account || account.state.status === 'unopened') throw new NotFoundError()
        return { body: toAccountView(account), sequence: account.sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/accounts/search',
      policy: 'account.find',
      summary: 'The one account that signs in with an e-mail address which its person has told; the reading is logged, and the person sees it.',
      body: EmailBody,
      answer: AccountView,
      problems: ['no-account-with-address'],
      rateLimit: { count: 60, perSeconds: 600 },
      handle: async ({ body, caller }) => {
        const account = await accounts.findByLogin(accounts.loginIdOf(body.email))
        if (!account || account.state.status === 'unopened') throw new NoAccountWithAddressError()
        await services.call('people', 'POST', `/people/${account.state.personId}/readings`, { body: { readBy: personOf(caller) } })
        return { body: toAccountView(account) }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/accounts/for-another',
      policy: 'account.open-for-another',
      summary: 'Open an account for somebody else; they get an invitation to choose a password.',
      body: ForAnotherBody,
      answer: OpenedView,
      status: 201,
      problems: ['address-in-use'],
      handle: async ({ body, caller, command }) => {
        const { name, email, role } = body
        const registeredBy = personOf(caller)
        const opened = await accounts.open(
          {
            accountId: idFor(command.key),
            person: { name, email, how: 'by-administrator', registeredBy },
            email,
            role,
            how: 'by-administrator',
            linkFor: 'invitation',
          },
          withoutContent(command, sealer),
        )
        if (opened === 'taken') throw new AddressInUseError()
        return { status: 201, body: opened }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/accounts/:id/vouching',
      policy: 'account.vouch',
      summary: 'Vouch that an account belongs to its person, where no mail can show it. One without a password gets a one-time link to hand over.',
      params: IdParams,
      answer: z.strictObject({ link: HandedLink.optional() }),
      problems: ['account-closed'],
      handle: async ({ params, caller, command }) => {
        const { challengeId, sequence } = await accounts.vouch(params.id, personOf(caller), command)
        const link = await addressOfLink(dependencies, params.id, challengeId)
        return { body: link ? { link } : {}, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/accounts/:id/closing',
      policy: 'account.close',
      summary: 'Close an account: nobody can sign in to it any more, and its sessions end.',
      params: IdParams,
      answer: Nothing,
      problems: ['last-administrator'],
      handle: async ({ params, caller, command }) => {
        const account = await store.accounts.get(params.id)
        const isAdministrator = account?.state.status === 'verified' && account.state.role === 'administrator'
        if (isAdministrator && (await store.countAdministrators()) <= 1) throw new LastAdministratorError()
        const { sequence } = await accounts.close(params.id, personOf(caller), command)
        return { body: {}, sequence }
      },
    }),
  ]
}

/** Links that somebody gives to their person by hand, in a place that no e-mail leaves. */
const handedLinkRoutes = (dependencies: RouteDependencies): AnyRoute[] => {
  const { accounts, sendsMail } = dependencies
  const handOver = async (accountId: string, purpose: 'invitation' | 'new-password', by: string, command: Command) => {
    const link = await addressOfLink(dependencies, accountId, await accounts.handOver(accountId, purpose, by, command))
    if (!link) throw new LinkEndedError()
    return { status: 201, body: link }
  }
  return [
    defineRoute({
      method: 'post',
      path: '/accounts/:id/password-link',
      policy: 'account.hand-over-link',
      summary: 'Where no e-mail leaves the place: a one-time link by which somebody who has forgotten their password chooses another, to hand over.',
      params: IdParams,
      answer: HandedLink,
      status: 201,
      problems: ['mail-is-sent', 'account-closed', 'link-ended'],
      handle: async ({ params, caller, command }) => {
        if (await sendsMail()) throw new MailIsSentError()
        return handOver(params.id, 'new-password', personOf(caller), command)
      },
    }),
    defineRoute({
      method: 'post',
      path: '/invitations/link',
      policy: 'account.invite',
      summary: 'Where no e-mail leaves the place: the one-time link of an invitation, to hand over; for the people service, which knows who may.',
      body: z.strictObject({ personId: z.uuid(), handedOverBy: z.uuid() }),
      answer: HandedLink,
      status: 201,
      problems: ['mail-is-sent', 'account-exists', 'address-in-use', 'link-ended'],
      handle: async ({ body: { personId, handedOverBy }, command }) => {
        if (await sendsMail()) throw new MailIsSentError()
        const account = await accounts.openForInvited(personId, command)
        if (account === 'no-address') throw new NotFoundError()
        if (account === 'taken') throw new AddressInUseError()
        return handOver(account.accountId, 'invitation', handedOverBy, command)
      },
    }),
  ]
}
