import { AccountHolder, FundSource, PlanOutcomeKind, PoolTerms } from '@patchwork/events'
import { z } from 'zod'
import { answered, type SignedInVisit } from '../../http/page.ts'
import { path, type ServiceCalls } from '../../serviceCalls.ts'
import type { Translate } from '../../words/words.ts'

const documentTimeoutMs = 15_000

/** Who acts for a council. */
export const councilRoles = ['commissioner', 'administrator'] as const

const Sums = { freePence: z.int(), committedPence: z.int(), paidPence: z.int() }
export const SpendView = z.object({
  poolId: z.uuid(),
  spendId: z.uuid(),
  status: z.enum(['proposed', 'instructed', 'refused', 'paid', 'reversed']),
  payeeOrganisationId: z.uuid(),
  payeeName: z.string(),
  payeeHoldsTheMoney: z.boolean(),
  invoiceNumber: z.string(),
  purpose: z.string().optional(),
  invoicedOn: z.string(),
  sessions: z.int().optional(),
  totalPence: z.int(),
  documentId: z.uuid().optional(),
  proposedBy: z.uuid(),
  proposedAt: z.string(),
  decideBy: z.string(),
  approvalsNeeded: z.int(),
  votes: z.array(z.object({ memberId: z.uuid(), vote: z.enum(['approve', 'object']) })),
  steps: z.array(z.string()),
  shares: z.array(
    z.object({
      memberId: z.uuid(),
      amountPence: z.int(),
      fundSource: FundSource.optional(),
      outcomeId: z.uuid().optional(),
      outcomeKind: PlanOutcomeKind.optional(),
    }),
  ),
  instructedAt: z.string().optional(),
  paidOn: z.string().optional(),
  reference: z.string().optional(),
  refusedFor: z.enum(['objections', 'not-decided-in-time', 'taken-back']).optional(),
  endedAt: z.string().optional(),
})
export type SpendView = z.infer<typeof SpendView>

const Rules = z.object({ rulesVersion: z.int(), terms: PoolTerms, proposedAt: z.string(), inForceAt: z.string().optional(), signedBy: z.array(z.uuid()) })
const Member = z.object({
  memberId: z.uuid(),
  calledName: z.string(),
  isYou: z.boolean(),
  joinedAt: z.string(),
  takesPart: z.boolean(),
  ...Sums,
  purposes: z.array(z.object({ outcomeKind: PlanOutcomeKind, ...Sums })).default([]),
})
export const PoolView = z.object({
  poolId: z.uuid(),
  name: z.string(),
  purpose: z.string().optional(),
  status: z.enum(['gathering', 'open']),
  relation: z.enum(['member', 'former-member', 'account-holder']),
  accountHolder: AccountHolder,
  code: z.string().optional(),
  totals: z.object(Sums).optional(),
  members: z.array(Member),
  formerMembers: z.array(z.object({ memberId: z.uuid(), calledName: z.string(), leftAt: z.string() })).default([]),
  mine: z
    .object({ ...Sums, shares: z.array(z.object({ fundSource: FundSource, outcomeId: z.uuid(), outcomeKind: PlanOutcomeKind.optional(), ...Sums })) })
    .optional(),
  rules: z.object({ inForce: Rules.optional(), proposed: Rules.optional() }).default({}),
  waitsForYou: z
    .object({ signature: z.int().optional(), votes: z.array(z.uuid()).default([]), payments: z.array(z.uuid()).default([]) })
    .default({ votes: [], payments: [] }),
  spends: z.array(SpendView).default([]),
})
export type PoolView = z.infer<typeof PoolView>

export const service = 'personal-budget-pooling'

/** A pool as the reader may see it. Throws ServiceProblem. */
export const poolOf = (services: ServiceCalls, poolId: string): Promise<PoolView> => services.get(service, path`/pools/${poolId}`, PoolView)

const Named = z.object({ name: z.string() })

/** Who holds the money of a pool, by name. Throws ServiceProblem. */
export const holderName = async (services: ServiceCalls, holder: PoolView['accountHolder'], t: Translate): Promise<string> =>
  holder.kind === 'council' ? t('pooling.theCouncil') : organisationName(services, holder.organisationId)

export const organisationName = async (services: ServiceCalls, organisationId: string): Promise<string> =>
  (await services.get('provider-directory', path`/organisations/${organisationId}`, Named)).name

/** What members call each other, by their ids, those who have left too. */
export const namesIn = ({ members, formerMembers }: PoolView): Record<string, string> =>
  Object.fromEntries([...members, ...formerMembers].map(({ memberId, calledName }) => [memberId, calledName]))

const Found = z.object({ items: z.array(z.object({ name: z.string(), organisation: z.object({ organisationId: z.uuid(), name: z.string() }) })) })
const offersLookedThrough = 60
const organisationsShown = 15

export type OrganisationChoice = {
  text: string
  organisations: { organisationId: string; name: string; offers: string }[]
  chosen?: { organisationId: string; name: string }
}

/** The organisation that an address names (`organisation`), and those whose offers fit the words in it (`text`). Throws ServiceProblem. */
export const organisationChoice = async (services: ServiceCalls, query: Readonly<Record<string, string>>): Promise<OrganisationChoice> => {
  const text = (query.text ?? '').slice(0, 200)
  const organisationId = z.uuid().safeParse(query.organisation).data
  const [found, name] = await Promise.all([
    text === '' ? { items: [] } : services.get('provider-directory', '/offers', Found, { query: { text, limit: offersLookedThrough } }),
    organisationId && organisationName(services, organisationId),
  ])
  const offers = Map.groupBy(found.items, ({ organisation }) => organisation.organisationId)
  const organisations = [...offers.values()].slice(0, organisationsShown).map((all) => ({
    ...all[0]!.organisation,
    offers: all
      .slice(0, 2)
      .map((offer) => offer.name)
      .join('; '),
  }))
  return { text, organisations, ...(organisationId && name ? { chosen: { organisationId, name } } : {}) }
}

/** Hands on a document as the service gives it, for the browser to save. Throws ServiceProblem. */
export const sendDocument = async ({ services, params, raw: { response } }: SignedInVisit) =>
  handOn(await services.open(service, path`/documents/${params.documentId!}`, { timeoutMs: documentTimeoutMs }), response)

/** Hands on a file of a service: its bytes, its kind and its name. */
export const handOn = async (file: Response, response: SignedInVisit['raw']['response']) => {
  const bytes = Buffer.from(await file.arrayBuffer())
  response.set({
    'Cache-Control': 'no-store',
    'Content-Type': file.headers.get('content-type') ?? 'application/octet-stream',
    'Content-Disposition': file.headers.get('content-disposition') ?? 'attachment',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(bytes)
  return answered()
}
