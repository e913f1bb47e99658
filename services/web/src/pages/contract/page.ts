import { definePage, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { Contract, quarterInWords, quartersOf, seesContracts, withContracts } from '../contracting/contract.ts'
import { outcomeInWords } from '../figures/figure.ts'

/** A contract with what rolls up to it; who acts for a partner sees that partner's part. */
export const contractPage = definePage({
  name: 'contract',
  path: '/contracts/:contractId',
  for: withContracts,
  load: async (visit) => {
    const { services, params, person, format, t } = visit
    const contract = await services.get('commissioning', path`/contracts/${params.contractId!}`, Contract)
    const quarters = quartersOf(contract)
    const begun = quarters.filter(({ state }) => state !== 'to-come')
    const current = begun.at(-1)?.year ?? 1
    const open = begun.filter(({ state }) => state === 'open')
    const names = new Map(contract.years.flatMap(({ year, quarters }) => quarters.map((quarter) => [`${year}-${quarter.quarter}`, quarter])))
    return {
      contract,
      isCommissioning: seesContracts(person.role),
      mayReturn: person.role !== 'administrator' && open.length > 0,
      current,
      outcomes: outcomesOf(contract, current, visit),
      counts: contract.rollUp.years
        .filter(({ year }) => year <= current)
        .map((year) => ({ ...year, words: t('contracting.year', { year: String(year.year) }) })),
      partners: partnersOf(contract, current),
      quarters: begun.map((quarter) => ({ ...quarter, ...names.get(quarter.value), words: quarterInWords(quarter, t, format) })).reverse(),
      term: { from: format.date(contract.startsOn), to: format.date(contract.endsOn) },
    }
  },
})

/** Each outcome year by year against its target, up to the year that runs. */
const outcomesOf = ({ outcomes, rollUp }: Contract, current: number, { format, t }: SignedInVisit) =>
  outcomes.map(({ outcomeId, words, measure, targets }) => ({
    outcomeId,
    words,
    measure,
    years: rollUp.years
      .filter(({ year }) => year <= current)
      .map(({ year, outcomes: values }) => {
        const returned = values.find((value) => value.outcomeId === outcomeId)
        const target = targets.find((one) => one.year === year)?.value
        return {
          words: t('contracting.year', { year: String(year) }),
          value: returned && returned.partnersReturned > 0 ? outcomeInWords(measure, returned.value, format) : undefined,
          partners: returned?.partnersReturned ?? 0,
          target: target === undefined ? undefined : outcomeInWords(measure, target, format),
          isReached: target !== undefined && returned !== undefined && returned.partnersReturned > 0 && returned.value >= target,
        }
      }),
  }))

const partnersOf = ({ partners, rollUp }: Contract, current: number) => {
  const thisYear = rollUp.years.find(({ year }) => year === current)
  return partners.map((partner) => {
    const part = thisYear?.partners.find(({ partnerId }) => partnerId === partner.partnerId)
    return { ...partner, sharePence: part?.sharePence ?? 0, quartersReturned: part?.quartersReturned ?? [] }
  })
}
