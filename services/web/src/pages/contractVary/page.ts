import { z } from 'zod'
import { choice, lines, optionalLines } from '../../http/formFields.ts'
import { definePage, goTo, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { Contract, commissioning } from '../contracting/contract.ts'
import { calendarDay } from '../contracting/fields.ts'
import { checkShares, readPartners, readYears, writePartners, writeYears } from '../contracting/lines.ts'

const reasons = ['more-or-less-needed', 'term-extended', 'term-shortened', 'partner-changed', 'correction', 'other'] as const
const linesLengthMax = 40_000
const Varied = z.object({ variationId: z.uuid(), noticeDue: z.boolean() })

const contractOf = ({ services, params }: SignedInVisit) => services.getTagged('commissioning', path`/contracts/${params.contractId!}`, Contract)

/** What changes of a contract: years, values, partners. What was agreed before stays in its history. */
export const contractVaryPage = definePage({
  name: 'contractVary',
  path: '/contracts/:contractId/vary',
  for: commissioning,
  load: async (visit) => {
    const { body, tag } = await contractOf(visit)
    return { contract: body, version: tag, reasons }
  },
  form: z.strictObject({
    reason: choice(reasons),
    note: optionalLines(2_000),
    effectiveOn: calendarDay(),
    referralsEndOn: calendarDay(),
    years: lines(2_000),
    partners: lines(linesLengthMax),
    version: z.string().regex(/^"\d{1,15}"$/, { error: 'form-not-read' }),
  }),
  fill: ({ contract, version }: { contract: Contract; version: string }) => ({
    version,
    referralsEndOn: contract.referralsEndOn,
    years: writeYears(contract.years),
    partners: writePartners([...contract.partners].sort((one, other) => Number(other.isLead) - Number(one.isLead))),
  }),
  save: async ({ version, reason, note, effectiveOn, referralsEndOn, ...entered }, visit) => {
    const { services, params, format } = visit
    const { body: contract } = await contractOf(visit)
    const years = readYears(entered.years, contract.startsOn)
    const partners = readPartners(entered.partners, years)
    checkShares(years, partners, format)
    // A partner is known by its name; a new name is a new partner.
    const known = new Map(contract.partners.map(({ partnerId, name }) => [name.toLowerCase(), partnerId]))
    const named = partners.map((partner) => {
      const partnerId = known.get(partner.name.toLowerCase())
      return { ...partner, ...(partnerId === undefined ? {} : { partnerId }) }
    })
    const body = { reason, ...(note === undefined ? {} : { note }), effectiveOn, endsOn: years.at(-1)!.endsOn, referralsEndOn, years, partners: named }
    const { noticeDue } = await services.post('commissioning', path`/contracts/${params.contractId!}/variations`, body, Varied, { ifMatch: version })
    return goTo(`/contracts/${params.contractId}`, { notice: noticeDue ? 'contractVary.variedNotice' : 'contractVary.varied' })
  },
})
