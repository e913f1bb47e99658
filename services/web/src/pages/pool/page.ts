import type { Role } from '@patchwork/events'
import { z } from 'zod'
import { drawDividedBars } from '../../charts/bars.ts'
import { drawLines } from '../../charts/lines.ts'
import { definePage, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import type { Format } from '../../view/format.ts'
import type { Translate } from '../../words/words.ts'
import { councilRoles, holderName, namesIn, type PoolView, poolOf, sendDocument, service } from '../pooling/pools.ts'
import { providing } from '../providing/own.ts'

const Standing = { budgetPence: z.int(), freePence: z.int(), committedPence: z.int(), paidPence: z.int() }
const OverTime = z.object({ fromOn: z.string(), before: z.object(Standing), days: z.array(z.object({ day: z.string(), ...Standing })) })

const poolPage = <const Audience extends readonly Role[]>(base: string, audience: Audience) =>
  definePage({ name: 'pool', path: `${base}/:poolId`, for: audience, load: (visit) => loadPool(visit as SignedInVisit, base) })

const documentPage = <const Audience extends readonly Role[]>(base: string, audience: Audience) =>
  definePage({ name: 'pool', path: `${base}/:poolId/documents/:documentId`, for: audience, load: (visit) => sendDocument(visit as SignedInVisit) })

/** One pool: what it has, what is promised and paid, what is mine, what waits for me, what happened; for its members and for whoever holds its money. */
export const poolPages = [
  poolPage('/my/pools', ['resident']),
  poolPage('/provider/pools', providing),
  poolPage('/council/pools', councilRoles),
  documentPage('/my/pools', ['resident']),
  documentPage('/provider/pools', providing),
  documentPage('/council/pools', councilRoles),
]

const loadPool = async ({ services, params, t, format }: SignedInVisit, base: string) => {
  const poolId = params.poolId!
  const pool = await poolOf(services, poolId)
  const [holder, overTime] = await Promise.all([
    holderName(services, pool.accountHolder, t),
    pool.relation === 'former-member' ? undefined : services.get(service, path`/pools/${poolId}/balances-over-time`, OverTime),
  ])
  return {
    pool,
    holder,
    names: namesIn(pool),
    here: `${base}/${poolId}`,
    payments: base === '/council/pools' ? '/council/payments' : '/provider/payments',
    bars: drawDividedBars(barsOf(pool, t, format)),
    overTime: overTime && overTimeOf(overTime, t, format),
  }
}

const barsOf = ({ members }: PoolView, t: Translate, { pounds }: Format) =>
  members.map((member) => ({
    label: member.isYou ? t('pooling.you', { name: member.calledName }) : member.calledName,
    shown: pounds(member.freePence + member.committedPence + member.paidPence),
    parts: (['free', 'committed', 'paid'] as const).map((kind) => ({
      kind,
      label: t(`pooling.standing.${kind}`),
      shown: pounds(member[`${kind}Pence`]),
      value: member[`${kind}Pence`],
    })),
  }))

/** What went in, what is promised and what is paid: at the beginning and at the end of each day on which something moved. */
const overTimeOf = ({ fromOn, before, days }: z.infer<typeof OverTime>, t: Translate, { date, pounds }: Format) => {
  // A pool begins where its money does: nothing before it is nothing to draw.
  const moments = before.budgetPence === 0 ? days : [{ day: fromOn, ...before }, ...days]
  return {
    drawn: drawLines({
      moments: moments.map(({ day }) => date(day)),
      lines: [
        { kind: 'in', label: t('pooling.lines.in'), values: moments.map(({ budgetPence }) => -budgetPence) },
        { kind: 'committed', label: t('pooling.lines.committed'), values: moments.map(({ committedPence }) => committedPence) },
        { kind: 'spent', label: t('pooling.lines.spent'), values: moments.map(({ paidPence }) => paidPence) },
      ],
      inWords: pounds,
      shape: 'step',
    }),
    rows: days.map(({ day, budgetPence, freePence, committedPence, paidPence }) =>
      [date(day), pounds(-budgetPence), pounds(freePence), pounds(committedPence), pounds(paidPence)].map((text) => ({ text })),
    ),
  }
}
