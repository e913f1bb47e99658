import fc from 'fast-check'
import { FormRefusal } from '../../http/formErrors.ts'
import { createFormat } from '../../view/format.ts'
import { openTranslations } from '../../words/words.ts'
import { checkShares, readPartners, readYears, writePartners, writeYears } from './lines.ts'

const format = createFormat('en', openTranslations().in('en'))
const refusalOf = (what: () => unknown) => {
  try {
    what()
  } catch (error) {
    if (error instanceof FormRefusal) return error.errors
    throw error
  }
  throw new Error('It was not refused')
}
const organisationId = '0b9c1f4e-6c43-4c57-9a6e-2a5d8f0e1a11'

describe('M2 years of a contract, a line each', () => {
  test('each has twelve months, over leap years too, unless its last day is given', () => {
    expect(readYears('2,000,000\n\n £500.50 \n2027-06-30; 250000', '2025-04-01')).toEqual([
      { year: 1, startsOn: '2025-04-01', endsOn: '2026-03-31', valuePence: 200_000_000 },
      { year: 2, startsOn: '2026-04-01', endsOn: '2027-03-31', valuePence: 50_050 },
      { year: 3, startsOn: '2027-04-01', endsOn: '2027-06-30', valuePence: 25_000_000 },
    ])
    expect(readYears('1', '2023-03-01')[0]?.endsOn).toBe('2024-02-29')
  })
  test.each(['-5', '1.234', '£1,00', 'two million', '5 USD', '2026-13-40; 5', '2026-03-31'])('“%s” is no year, and its line is named', (line) => {
    expect(refusalOf(() => readYears(`100\n${line}`, '2025-04-01'))).toMatchObject([{ field: 'years', code: 'year-line', values: { line: 2 } }])
  })
})

describe('M2 partners of a contract, a line each', () => {
  const years = readYears('300\n400', '2025-04-01')
  test.each([
    ['with semicolons', 'Elm Road; 100; 200'],
    ['from a spreadsheet', 'Elm Road\t100\t200'],
    ['with commas and spaces', 'Elm Road, £100, 200.00'],
    ['as comma-separated values', '"Elm Road",100,200'],
  ])('are read %s', (_how, line) => {
    expect(readPartners(line, years)).toEqual([
      {
        name: 'Elm Road',
        isLead: true,
        shares: [
          { year: 1, valuePence: 10_000 },
          { year: 2, valuePence: 20_000 },
        ],
      },
    ])
  })
  test('one share is that of every year; the first is the lead; an organisation is known by the address of its page', () => {
    const [, second] = readPartners(`Elm Road; 1,000.50\nJones, Smith & Co, 5, https://place.example/organisations/${organisationId}`, years)
    expect(second).toMatchObject({ name: 'Jones, Smith & Co', isLead: false, organisationId, shares: [{ valuePence: 500 }, { valuePence: 500 }] })
  })
  test('every line that cannot be read is named with what is wrong', () => {
    const problems = refusalOf(() => readPartners('Elm Road\nHill; 1; 2; 3\n\nelm; 5\nElm; 6\n; 7', years))
    expect(problems.map(({ code, values }) => [code, values?.line])).toEqual([
      ['partner-line', 1],
      ['partner-years', 2],
      ['partner-named-twice', 5],
      ['partner-name', 6],
    ])
  })
  test('by how much the shares of a year are too little or too much is told', () => {
    const partners = readPartners('Elm; 100; 250\nHill; 150; 250.10', years)
    expect(refusalOf(() => checkShares(years, partners, format))).toEqual([
      { field: 'partners', code: 'shares-too-little', values: { year: '1', shares: '£250', value: '£300', difference: '£50' } },
      { field: 'partners', code: 'shares-too-much', values: { year: '2', shares: '£500.10', value: '£400', difference: '£100.10' } },
    ])
  })
  test('what is written is read again as it was, to the penny', () => {
    const name = fc.stringMatching(/^[A-Z][a-z]{1,12} [A-Z][a-z]{1,12}$/)
    const pence = fc.integer({ min: 0, max: 99_999_999_999 })
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 8, selector: (one) => one.toLowerCase() }),
        fc.array(pence, { minLength: 1, maxLength: 8 }),
        (names, values) => {
          const terms = readYears(writeYears(readYears(values.map((value) => (value / 100).toFixed(2)).join('\n'), '2025-04-01')), '2025-04-01')
          expect(terms.map(({ valuePence }) => valuePence)).toEqual(values)
          const partners = names.map((one, at) => ({
            name: one,
            isLead: at === 0,
            shares: terms.map(({ year }, index) => ({ year, valuePence: values[(at + index) % values.length] as number })),
          }))
          expect(readPartners(writePartners(partners), terms)).toEqual(partners)
        },
      ),
    )
  })
})
