import { close, given, partnersOf, record, secondYearBy, vary, years } from './testExamples.ts'

const id = (digit: number) => `00000000-0000-4000-8000-${String(digit).padStart(12, '0')}`

describe('M2 M3 recording a contract', () => {
  test('M3 the Leeds shape: two million pounds a year for eight years over 37 partners is recorded when the shares add up', () => {
    const eight = Array.from({ length: 8 }, (_, index) => ({
      year: index + 1,
      startsOn: `${2020 + index}-04-01`,
      endsOn: `${2021 + index}-03-31`,
      valuePence: 200_000_000,
    }))
    // 37 does not divide two million: the lead takes what is over.
    const partners = partnersOf(37, 5_405_405, [1, 2, 3, 4, 5, 6, 7, 8]).map((partner) =>
      partner.isLead ? { ...partner, shares: partner.shares.map((share) => ({ ...share, valuePence: share.valuePence + 15 })) } : partner,
    )
    const leeds = record({ startsOn: '2020-04-01', endsOn: '2028-03-31', referralsEndOn: '2028-03-31', years: eight, partners })
    given().when(leeds).thenTellsData({ years: eight, partners })
  })
  test('M2 recording again changes nothing', () => given(record()).when(record()).thenNothing())
  test('M3 a penny too little is named with its year', () =>
    given()
      .when(record({ years: years.map((year) => (year.year === 2 ? { ...year, valuePence: 200_001 } : year)) }))
      .thenThrows('shares-do-not-add-up', { year: 2, differencePence: -1, field: '/years/1/valuePence' }))
  test('M3 a penny too much as well', () =>
    given()
      .when(record(secondYearByOnly(1)))
      .thenThrows('shares-do-not-add-up', { year: 2, differencePence: 1 }))
  test.each([
    ['the end before the beginning', { endsOn: '2025-03-31', referralsEndOn: '2025-03-31' }, 'dates-back-to-front'],
    ['referrals after the end', { referralsEndOn: '2027-04-01' }, 'dates-back-to-front'],
    ['a year back to front', { years: [{ ...years[0]!, endsOn: '2025-03-31' }, years[1]!] }, 'dates-back-to-front'],
    ['a gap of a day', { years: [years[0]!, { ...years[1]!, startsOn: '2026-04-02' }] }, 'years-not-contiguous'],
    ['an overlap of a day', { years: [{ ...years[0]!, endsOn: '2026-04-01' }, years[1]!] }, 'years-not-contiguous'],
    ['years that end before the term', { endsOn: '2027-04-01' }, 'years-not-contiguous'],
    ['a year of two years', { years: [{ ...years[0]!, endsOn: '2027-03-31' }] }, 'years-not-contiguous'],
    ['numbers that do not begin at 1', { years: years.map((year) => ({ ...year, year: year.year + 1 })) }, 'years-not-contiguous'],
    ['the same partner twice', { partners: [...partnersOf(1, 100_000, [1, 2]), { ...partnersOf(1, 100_000, [1, 2])[0]!, isLead: false }] }, 'partner-twice'],
    [
      'the same organisation as two partners',
      { partners: partnersOf(2, 100_000, [1, 2]).map((partner) => ({ ...partner, organisationId: id(200) })) },
      'partner-twice',
    ],
    ['no lead', { partners: partnersOf(2, 100_000, [1, 2]).map((partner) => ({ ...partner, isLead: false })) }, 'one-lead'],
    ['two leads', { partners: partnersOf(2, 100_000, [1, 2]).map((partner) => ({ ...partner, isLead: true })) }, 'one-lead'],
    ['a share of a year that is none', { partners: partnersOf(2, 100_000, [1, 2, 3]) }, 'unknown-year'],
    ['a share of the same year twice', { partners: partnersOf(2, 100_000, [1, 2, 2]) }, 'unknown-year'],
    ['a target for a year that is none', { outcomes: [{ ...record().outcomes[0]!, targets: [{ year: 3, value: 1 }] }] }, 'unknown-year'],
    ['percentages added up', { outcomes: [{ ...record().outcomes[1]!, rollUp: 'sum' as const }] }, 'roll-up-not-for-measure'],
    ['more than all of a hundred', { outcomes: [{ ...record().outcomes[1]!, targets: [{ year: 1, value: 1_001 }] }] }, 'value-too-high'],
  ])('M3 %s is refused', (_, changes, code) => given().when(record(changes)).thenThrows(code))
})

const secondYearByOnly = (pence: number) => ({ partners: secondYearBy(pence).partners })

describe('M2 a notice is due', () => {
  const notice = (...changes: ReturnType<typeof vary>[]) => {
    const last = changes.at(-1) as ReturnType<typeof vary>
    return given(record(), ...changes.slice(0, -1)).when(last)
  }
  test('M2 not for a tenth of the value exactly', () => notice(vary('v1', secondYearBy(40_000))).thenTellsData({ noticeDue: false }))
  test('M2 for a penny more than a tenth', () => notice(vary('v1', secondYearBy(40_001))).thenTellsData({ noticeDue: true }))
  test('M2 for a penny less by more than a tenth', () => notice(vary('v1', secondYearBy(-40_001))).thenTellsData({ noticeDue: true }))
  test('M2 never for light touch', () => {
    given(record({ lightTouch: true }))
      .when(vary('v1', secondYearBy(100_000)))
      .thenTellsData({ noticeDue: false })
  })
  test('M2 splitting it in two does not help', () =>
    notice(vary('v1', secondYearBy(25_000)), vary('v2', secondYearBy(50_000))).thenTellsData({ noticeDue: true }))
  test('M2 nor does going back in between', () =>
    notice(vary('v1', secondYearBy(25_000)), vary('v2', secondYearBy(0)), vary('v3', secondYearBy(25_000))).thenTellsData({ noticeDue: true }))
  test('M2 what a notice was due for is not counted again', () =>
    notice(vary('v1', secondYearBy(50_000)), vary('v2', secondYearBy(60_000))).thenTellsData({ noticeDue: false }))
  test('M2 for more than a tenth of the term', () => {
    const longer = [...years, { year: 3, startsOn: '2027-04-01', endsOn: '2027-06-13', valuePence: 0 }]
    notice(vary('v1', { years: longer, endsOn: '2027-06-13' })).thenTellsData({ noticeDue: true })
    const shorter = [...years, { year: 3, startsOn: '2027-04-01', endsOn: '2027-06-12', valuePence: 0 }]
    notice(vary('v1', { years: shorter, endsOn: '2027-06-12' })).thenTellsData({ noticeDue: false })
  })
})

describe('M2 varying a contract', () => {
  test('M2 a contract that nobody recorded is not there', () => given().when(vary('v1')).thenThrows('not-found'))
  test('M2 a repeat changes nothing', () =>
    given(record(), vary('v1', secondYearBy(10)))
      .when(vary('v1', secondYearBy(10)))
      .thenNothing())
  test('M2 a variation takes effect within the term', () => {
    given(record())
      .when(vary('v1', { effectiveOn: '2025-03-31' }))
      .thenThrows('dates-back-to-front')
    given(record())
      .when(vary('v1', { effectiveOn: '2027-04-01' }))
      .thenThrows('dates-back-to-front')
  })
  test('M2 a partner stays, with or without a share', () => {
    const alone = partnersOf(1, 200_000, [1, 2])
    given(record())
      .when(vary('v1', { partners: alone }))
      .thenThrows('partner-missing')
    const left = [...alone, { ...partnersOf(2, 0, [])[1]! }]
    given(record())
      .when(vary('v1', { partners: left }))
      .thenTellsData({ partners: left })
  })
  test('M2 a partner does not become another organisation', () => {
    const partners = partnersOf(2, 100_000, [1, 2]).map((partner) => ({ ...partner, organisationId: id(300 + Number(partner.isLead)) }))
    given(record()).when(vary('v1', { partners })).thenThrows('partner-organisation-fixed')
  })
  test('M2 a year with a closed quarter keeps its days and its value', () => {
    const less = years.map((year) => (year.year === 1 ? { ...year, valuePence: 0 } : year))
    const partners = partnersOf(2, 100_000, [2])
    given(record(), close(1, 1))
      .when(vary('v1', { years: less, partners }))
      .thenThrows('closed-year-changed')
    given(record())
      .when(vary('v1', { years: less, partners }))
      .thenTellsData({ years: less })
  })
})

describe('closing a quarter', () => {
  test('a quarter that is over is closed, once', () => {
    given(record()).when(close(1, 4)).thenTellsData({ year: 1, quarter: 4 })
    given(record(), close(1, 4)).when(close(1, 4)).thenNothing()
  })
  test('its last day is still part of it', () => {
    given(record())
      .when(close(1, 4, '2026-03-31'))
      .thenThrows('quarter-not-over')
    given(record())
      .when(close(1, 4, '2026-04-01'))
      .thenTellsData({ quarter: 4 })
  })
  test('a quarter that is none is refused', () => {
    given(record()).when(close(3, 1)).thenThrows('unknown-quarter')
    given(record()).when(close(1, 5)).thenThrows('unknown-quarter')
  })
})
