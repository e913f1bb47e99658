/** What a figure can be broken down by, and what its rows' keys name. */
export const dimensions = ['ward', 'category', 'track', 'state', 'reason', 'time', 'month', 'year', 'partner', 'outcome'] as const
export type Dimension = (typeof dimensions)[number]
export const filterNames = ['from', 'until', 'ward', 'category', 'contract'] as const
export type FilterName = (typeof filterNames)[number]
/** `from` and `until` are calendar days, both counted; a ward or category of `unknown` asks for what has none. */
export type Filter = { [Name in FilterName]?: string }

/** The collections of facts that figures are made of. */
export type FactName =
  | 'offers'
  | 'referrals'
  | 'searches'
  | 'refused-searches'
  | 'pool-shares'
  | 'pool-spends'
  | 'contract-values'
  | 'return-results'
  | 'grant-facts'

/** How one version of a measure counts: which facts, which of them, and what of each is added up (1 for each fact when absent). */
export type Counting = {
  facts: FactName
  where?: Readonly<Record<string, { equals: string | boolean } | { atLeast: string } | { above: number }>>
  sum?: string
  /** The fields that period, month and year stand in. */
  day: string
  month: string
  year: string
}

export type MeasureVersion = {
  version: number
  /** In plain words, as it stands beside the figure. */
  definition: { en: string; cy: string }
  counting: Counting
}

export type Measure = {
  name: string
  unit: 'count' | 'pence' | 'as-outcome'
  by: readonly Dimension[]
  filters: readonly FilterName[]
  /** Only for those with the case-level right: it is about single partners. */
  caseLevelOnly?: true
  /**
   * What those without the case-level right may ask instead of `by` and `filters`, where sums of several questions would tell single payments apart:
   * one breakdown of everything, in which nothing can be subtracted from anything.
   */
  open?: { by: readonly Dimension[]; filters: readonly FilterName[] }
  /** Oldest first. A new meaning is a new version; the older ones stay computable. */
  versions: readonly [MeasureVersion, ...MeasureVersion[]]
}

const byDay = { day: 'day', month: 'month', year: 'year' } as const
const period = ['from', 'until'] as const
const referrals = {
  unit: 'count',
  by: ['state', 'ward', 'category', 'month', 'year', 'reason', 'partner'],
  filters: [...period, 'ward', 'category', 'contract'],
} as const

const onlyByMonth = { by: ['month'], filters: [] } as const

/** Every measure of this service. What is not here is no figure. */
export const measures: readonly Measure[] = [
  {
    name: 'offers',
    unit: 'count',
    by: ['category', 'ward', 'track', 'month', 'year'],
    filters: [...period, 'ward', 'category'],
    versions: [
      {
        version: 1,
        definition: {
          en: 'Offers that anyone can find in the directory now. An offer for several wards counts in each of them and once in the total. A period asks for those published in it.',
          cy: 'Cynigion y gall unrhyw un eu canfod yn y cyfeiriadur nawr. Mae cynnig ar gyfer sawl ward yn cyfrif ym mhob un ohonynt ac unwaith yn y cyfanswm. Mae cyfnod yn gofyn am y rhai a gyhoeddwyd ynddo.',
        },
        counting: { facts: 'offers', where: { state: { equals: 'published' } }, ...byDay },
      },
    ],
  },
  {
    name: 'referrals-sent',
    ...referrals,
    versions: [
      {
        version: 1,
        definition: {
          en: 'Referrals, counted on the day they were sent, in the state they are in now: waiting, unanswered in the promised working days, accepted, declined, consent withdrawn, or concluded.',
          cy: 'Atgyfeiriadau, wedi’u cyfrif ar y diwrnod y’u hanfonwyd, yn y cyflwr y maent ynddo nawr: yn aros, heb eu hateb o fewn y diwrnodau gwaith a addawyd, wedi’u derbyn, wedi’u gwrthod, cydsyniad wedi’i dynnu’n ôl, neu wedi dod i ben.',
        },
        counting: { facts: 'referrals', ...byDay },
      },
    ],
  },
  {
    name: 'referrals-accepted',
    ...referrals,
    versions: [
      {
        version: 1,
        definition: {
          en: 'Referrals that a provider took on, whatever came of them, counted on the day they were sent.',
          cy: 'Atgyfeiriadau y cymerodd darparwr ymlaen, beth bynnag a ddaeth ohonynt, wedi’u cyfrif ar y diwrnod y’u hanfonwyd.',
        },
        counting: { facts: 'referrals', where: { accepted: { equals: true } }, ...byDay },
      },
    ],
  },
  {
    name: 'referrals-concluded',
    ...referrals,
    versions: [
      {
        version: 1,
        definition: {
          en: 'Referrals that have ended with a reason, counted on the day they were sent.',
          cy: 'Atgyfeiriadau sydd wedi dod i ben gyda rheswm, wedi’u cyfrif ar y diwrnod y’u hanfonwyd.',
        },
        counting: { facts: 'referrals', where: { state: { equals: 'concluded' } }, ...byDay },
      },
    ],
  },
  {
    name: 'referrals-declined',
    ...referrals,
    versions: [
      {
        version: 1,
        definition: {
          en: 'Needs that a provider declined, counted on the day the referral was sent.',
          cy: 'Anghenion a wrthodwyd gan ddarparwr, wedi’u cyfrif ar y diwrnod yr anfonwyd yr atgyfeiriad.',
        },
        counting: { facts: 'referrals', where: { state: { equals: 'declined' } }, ...byDay },
      },
    ],
  },
  {
    name: 'referrals-unanswered',
    ...referrals,
    versions: [
      {
        version: 1,
        definition: {
          en: 'Referrals that no provider has answered in the promised working days and that still wait, counted on the day they were sent.',
          cy: 'Atgyfeiriadau nad oes unrhyw ddarparwr wedi’u hateb o fewn y diwrnodau gwaith a addawyd ac sy’n dal i aros, wedi’u cyfrif ar y diwrnod y’u hanfonwyd.',
        },
        counting: { facts: 'referrals', where: { state: { equals: 'unanswered' } }, ...byDay },
      },
    ],
  },
  {
    name: 'time-to-answer',
    ...referrals,
    by: ['time', 'ward', 'category', 'month', 'year', 'partner'],
    versions: [
      {
        version: 1,
        definition: {
          en: 'Referrals that were accepted or declined, by how long after they were sent: within 1, 3, 7 or 14 days of 24 hours, or longer.',
          cy: 'Atgyfeiriadau a dderbyniwyd neu a wrthodwyd, yn ôl pa mor hir ar ôl eu hanfon: o fewn 1, 3, 7 neu 14 diwrnod o 24 awr, neu’n hirach.',
        },
        counting: { facts: 'referrals', where: { time: { atLeast: '' } }, ...byDay },
      },
    ],
  },
  {
    name: 'searches-found-nothing',
    unit: 'count',
    by: ['ward', 'category', 'month', 'year'],
    filters: [...period, 'ward', 'category'],
    versions: [
      {
        version: 1,
        definition: {
          en: 'Searches of the directory that found nothing, by the kind of help and the ward that were asked for. The words are never kept.',
          cy: 'Chwiliadau yn y cyfeiriadur na chanfu ddim, yn ôl y math o gymorth a’r ward y gofynnwyd amdanynt. Ni chedwir y geiriau byth.',
        },
        counting: { facts: 'searches', ...byDay },
      },
    ],
  },
  {
    name: 'searches-none-acceptable',
    unit: 'count',
    by: ['ward', 'category', 'reason', 'month', 'year'],
    filters: [...period, 'ward', 'category'],
    versions: [
      {
        version: 1,
        definition: {
          en: 'Searches of the directory of which somebody said that nothing they found will do, by the kind of help and the ward that were asked for and the reason that was chosen. The words are never kept.',
          cy: 'Chwiliadau yn y cyfeiriadur y dywedodd rhywun nad oes dim a ganfuwyd yn addas, yn ôl y math o gymorth a’r ward y gofynnwyd amdanynt a’r rheswm a ddewiswyd. Ni chedwir y geiriau byth.',
        },
        counting: { facts: 'refused-searches', ...byDay },
      },
    ],
  },
  {
    name: 'pool-money-in',
    unit: 'pence',
    by: ['month', 'year'],
    filters: period,
    open: onlyByMonth,
    versions: [
      {
        version: 1,
        definition: {
          en: 'Money that people earmarked for pools, less what went back to their own budgets, by the day of each movement. Patchwork holds no money.',
          cy: 'Arian a neilltuodd pobl ar gyfer cronfeydd, llai’r hyn a aeth yn ôl i’w cyllidebau eu hunain, yn ôl diwrnod pob symudiad. Nid yw Patchwork yn dal unrhyw arian.',
        },
        counting: { facts: 'pool-shares', sum: 'pence', ...byDay },
      },
    ],
  },
  {
    name: 'pool-money-committed',
    unit: 'pence',
    by: ['month', 'year', 'partner'],
    filters: [...period, 'contract'],
    open: onlyByMonth,
    versions: [
      {
        version: 1,
        definition: {
          en: 'Money that pools promised to providers, paid or not, by the day it was proposed. What was refused or paid back is left out.',
          cy: 'Arian a addawodd cronfeydd i ddarparwyr, wedi’i dalu neu beidio, yn ôl y diwrnod y’i cynigiwyd. Gadewir allan yr hyn a wrthodwyd neu a dalwyd yn ôl.',
        },
        counting: { facts: 'pool-spends', where: { promisedPence: { above: 0 } }, sum: 'promisedPence', ...byDay },
      },
    ],
  },
  {
    name: 'pool-money-spent',
    unit: 'pence',
    by: ['month', 'year', 'partner'],
    filters: [...period, 'contract'],
    open: onlyByMonth,
    versions: [
      {
        version: 1,
        definition: {
          en: 'Money of pools that the account-holders confirmed they paid to providers, by the day it was paid. What was paid back is left out.',
          cy: 'Arian cronfeydd y cadarnhaodd deiliaid y cyfrifon eu bod wedi’i dalu i ddarparwyr, yn ôl y diwrnod y’i talwyd. Gadewir allan yr hyn a dalwyd yn ôl.',
        },
        counting: { facts: 'pool-spends', where: { paidPence: { above: 0 } }, sum: 'paidPence', day: 'paidDay', month: 'paidMonth', year: 'paidYear' },
      },
    ],
  },
  {
    name: 'contract-value',
    unit: 'pence',
    by: ['year', 'partner'],
    filters: [...period, 'contract'],
    open: { by: ['year'], filters: [] },
    versions: [
      {
        version: 1,
        definition: {
          en: 'What contracts are worth: the partners’ shares, by the calendar year in which the contract year begins. Each share counts once, so partners add up to the contract.',
          cy: 'Gwerth contractau: cyfrannau’r partneriaid, yn ôl y flwyddyn galendr y mae blwyddyn y contract yn dechrau ynddi. Mae pob cyfran yn cyfrif unwaith, felly mae’r partneriaid yn adio i’r contract.',
        },
        counting: { facts: 'contract-values', sum: 'pence', ...byDay },
      },
    ],
  },
  {
    name: 'contract-outcomes',
    unit: 'as-outcome',
    by: ['outcome', 'partner', 'year'],
    filters: ['contract'],
    caseLevelOnly: true,
    versions: [
      {
        version: 1,
        definition: {
          en: 'What the partners of one contract returned, at the latest correction. Counts are added up; percentages and scores are averaged over each partner’s quarters, then over the partners that returned.',
          cy: 'Yr hyn a ddychwelodd partneriaid un contract, yn ôl y cywiriad diweddaraf. Adir cyfrifon at ei gilydd; cymerir cyfartaledd canrannau a sgoriau dros chwarteri pob partner, yna dros y partneriaid a ddychwelodd.',
        },
        counting: { facts: 'return-results', ...byDay },
      },
    ],
  },
  {
    name: 'grants',
    unit: 'count',
    by: ['year', 'ward', 'month'],
    filters: [...period, 'ward'],
    versions: [
      {
        version: 1,
        definition: {
          en: 'Grants to voluntary groups, by the day they were awarded and the ward of the group where it is known.',
          cy: 'Grantiau i grwpiau gwirfoddol, yn ôl y diwrnod y’u dyfarnwyd a ward y grŵp lle mae’n hysbys.',
        },
        counting: { facts: 'grant-facts', ...byDay },
      },
    ],
  },
  {
    name: 'grants-awarded',
    unit: 'pence',
    by: ['year', 'ward', 'month'],
    filters: [...period, 'ward'],
    versions: [
      {
        version: 1,
        definition: {
          en: 'The money of grants to voluntary groups, by the day they were awarded and the ward of the group where it is known.',
          cy: 'Arian grantiau i grwpiau gwirfoddol, yn ôl y diwrnod y’u dyfarnwyd a ward y grŵp lle mae’n hysbys.',
        },
        counting: { facts: 'grant-facts', sum: 'pence', ...byDay },
      },
    ],
  },
]

export const measureNamed = (name: string): Measure | undefined => measures.find((measure) => measure.name === name)

/** The version asked for, or the latest; undefined where there is no such version. */
export const versionOf = ({ versions }: Measure, version?: number): MeasureVersion | undefined =>
  version === undefined ? versions.at(-1) : versions.find((one) => one.version === version)

/** What somebody may break a measure down by and filter it by. */
export const askable = ({ by, filters, open }: Measure, exact: boolean): Pick<Measure, 'by' | 'filters'> =>
  exact || open === undefined ? { by, filters } : open
