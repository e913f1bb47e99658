import { type DrawnBar, drawBars } from '../../charts/bars.ts'
import { type DrawnLines, drawLines } from '../../charts/lines.ts'
import { csvAddress, eventsAddress, type Figure, keyInWords, type Row, type Shown, shownInWords, type Wording } from './figure.ts'

export type Cell = { text: string; href?: string }
/** A figure as charts/chart.njk shows it. */
export type Chart = {
  id: string
  title: string
  sentence: string
  definition: string
  csv?: string
  head: string[]
  rows: Cell[][]
  bars?: DrawnBar[]
  lines?: DrawnLines | undefined
  isOverTime?: boolean
}

const orders: Readonly<Record<string, readonly string[]>> = {
  time: ['within-1-day', 'within-3-days', 'within-7-days', 'within-14-days', 'longer'],
  state: ['waiting', 'unanswered', 'accepted', 'declined', 'consent-withdrawn', 'concluded'],
}

/** The rows as they are read: what has an order of its own in that, all else the greatest first and what is not shown last. */
export const inOrder = ({ by, rows }: Figure): Row[] => {
  const [first = ''] = by
  const known = orders[first]
  if (known) return [...rows].sort((one, other) => known.indexOf(one.key[first] ?? '') - known.indexOf(other.key[first] ?? ''))
  if (first === 'year' || first === 'month') return [...rows].sort((one, other) => ((one.key[first] ?? '') < (other.key[first] ?? '') ? -1 : 1))
  return [...rows].sort((one, other) => (other.value ?? -1) - (one.value ?? -1))
}

const hiddenSentence = (hidden: number, { t }: Wording): string[] => (hidden === 0 ? [] : [t('figures.sentence.hidden', { count: hidden })])

/** What a figure shows, in a sentence made from it. */
export const sentenceOf = (figure: Figure, wording: Wording): string => {
  const { t } = wording
  const { rows, total } = figure
  const most = rows.reduce<Row | undefined>((found, row) => ((row.value ?? 0) > (found?.value ?? 0) ? row : found), undefined)
  const hidden = rows.filter(({ suppressed }) => suppressed).length
  if (!most && hidden === 0) return t('figures.sentence.nothing')
  return [
    ...(total?.value === undefined ? [] : [t('figures.sentence.total', { total: shownInWords(figure, total, wording) })]),
    ...(most ? [mostSentence(figure, most, wording)] : []),
    ...halfSentence(figure, wording),
    ...hiddenSentence(hidden, wording),
  ].join(' ')
}

const mostSentence = (figure: Figure, most: Row, wording: Wording): string => {
  const value = shownInWords(figure, most, wording, most.key)
  const areAlike = figure.rows.length > 1 && figure.rows.every((row) => row.value === most.value)
  return areAlike ? wording.t('figures.sentence.same', { value }) : wording.t('figures.sentence.most', { name: keyInWords(figure, most, wording), value })
}

/** By when half of all were answered; nothing where a part of them is not shown. */
const halfSentence = (figure: Figure, { t }: Wording): string[] => {
  if (figure.by[0] !== 'time' || figure.rows.some(({ suppressed }) => suppressed)) return []
  const rows = inOrder(figure)
  const all = rows.reduce((sum, { value = 0 }) => sum + value, 0)
  let soFar = 0
  const half = rows.find(({ value = 0 }) => {
    soFar += value
    return soFar * 2 >= all
  })
  return half && half.key.time !== 'longer' ? [t('figures.sentence.half', { time: t(`figures.time.${half.key.time}`) })] : []
}

/** The measure's definition and version, and which of the chosen filters it does not know. */
export const definitionOf = ({ definition, version, notFilteredBy }: Figure, { t, language }: Wording): string =>
  [
    t('figures.definition', { definition: definition[language], version: String(version) }),
    ...(notFilteredBy.length === 0 ? [] : [t('figures.notFilteredBy', { filters: notFilteredBy.map((filter) => t(`figures.filter.${filter}`)).join(', ') })]),
  ].join(' ')

export const idOf = ({ measure, by }: Figure): string => [measure, ...by].join('-')

/** Bars, each leading to the events behind it, with their table. */
export const barsOf = (figure: Figure, wording: Wording): Chart => {
  const { t } = wording
  const rows = inOrder(figure).map((row) => ({
    label: keyInWords(figure, row, wording),
    shown: shownInWords(figure, row, wording, row.key),
    href: eventsAddress(figure, row.key),
    ...(row.value === undefined ? {} : { value: row.value }),
  }))
  const id = idOf(figure)
  const total = figure.total && { text: shownInWords(figure, figure.total, wording), href: eventsAddress(figure) }
  return {
    id,
    title: t(`figures.title.${id}`),
    sentence: sentenceOf(figure, wording),
    definition: definitionOf(figure, wording),
    csv: csvAddress(figure),
    head: [figure.by.map((dimension) => t(`figures.dimension.${dimension}`)).join(', '), t(`figures.value.${figure.unit}`)],
    rows: [
      ...rows.map(({ label, shown, href }) => [{ text: label }, { text: shown, href }]),
      ...(total && rows.length > 0 ? [[{ text: t('figures.total') }, total]] : []),
    ],
    bars: drawBars(rows),
  }
}

/** From request to end: how many were sent, how many of these were taken on, and how many have ended. */
export const funnelOf = (sent: Figure, accepted: Figure, wording: Wording): Chart => {
  const { t } = wording
  const ended = sent.rows.find(({ key }) => key.state === 'concluded')
  const steps: [string, Figure, Shown, Record<string, string>][] = [
    ['sent', sent, sent.total ?? { value: 0 }, {}],
    ['accepted', accepted, accepted.total ?? { value: 0 }, {}],
    ['concluded', sent, ended ?? { value: 0 }, { state: 'concluded' }],
  ]
  const rows = steps.map(([step, figure, shown, key]) => ({
    label: t(`figures.funnel.${step}`),
    shown: shownInWords(figure, shown, wording),
    href: eventsAddress(figure, key),
    ...(shown.value === undefined ? {} : { value: shown.value }),
  }))
  const [first, second, third] = rows.map(({ shown }) => shown) as [string, string, string]
  return {
    id: 'funnel',
    title: t('figures.title.funnel'),
    sentence: sent.total?.value === 0 ? t('figures.sentence.nothing') : t('figures.sentence.funnel', { sent: first, accepted: second, concluded: third }),
    definition: [definitionOf(sent, wording), definitionOf(accepted, wording)].join(' '),
    head: [t('figures.dimension.step'), t('figures.value.count')],
    rows: rows.map(({ label, shown, href }) => [{ text: label }, { text: shown, href }]),
    bars: drawBars(rows),
  }
}

const monthsMax = 1_200

/** Every month from the first to the last, both counted. */
const monthsBetween = (first: string, last: string): string[] => {
  const months: string[] = []
  for (let [year = 0, month = 1] = first.split('-').map(Number); months.length < monthsMax; [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1]) {
    const name = `${year}-${String(month).padStart(2, '0')}`
    if (name > last) break
    months.push(name)
  }
  return months
}

/** Lines over the months, one for each figure; what a month has no row for is nothing in that month. */
export const linesOf = (id: string, named: readonly { kind: string; figure: Figure }[], wording: Wording): Chart => {
  const { t, format } = wording
  const months = named.flatMap(({ figure }) => figure.rows.flatMap(({ key }) => key.month ?? [])).sort()
  const moments = months.length === 0 ? [] : monthsBetween(months[0]!, months.at(-1)!)
  const columns = named.map(({ kind, figure }) => {
    const byMonth = new Map(figure.rows.map((row) => [row.key.month, row]))
    return { kind, figure, shown: moments.map((month): Shown => byMonth.get(month) ?? { value: 0 }) }
  })
  const isMoney = named[0]?.figure.unit === 'pence'
  const inWords = (value: number) => (isMoney ? format.pounds(value) : format.number(value))
  const hidden = columns.flatMap(({ shown }) => shown).filter(({ suppressed }) => suppressed).length
  const totals = named.map(({ kind, figure }) => `${t(`figures.line.${kind}`)}: ${shownInWords(figure, figure.total ?? { value: 0 }, wording)}`)
  return {
    id,
    title: t(`figures.title.${id}`),
    sentence:
      moments.length === 0
        ? t('figures.sentence.nothing')
        : [
            t('figures.sentence.lines', { totals: totals.join('; '), first: format.month(moments[0]!), last: format.month(moments.at(-1)!) }),
            ...hiddenSentence(hidden, wording),
          ].join(' '),
    definition: named.map(({ figure }) => definitionOf(figure, wording)).join(' '),
    ...(named.length === 1 ? { csv: csvAddress(named[0]!.figure) } : {}),
    head: [t('figures.dimension.month'), ...named.map(({ kind }) => t(`figures.line.${kind}`))],
    rows: moments.map((month, at) => [
      { text: format.month(month) },
      ...columns.map(({ figure, shown }) => ({ text: shownInWords(figure, shown[at] ?? { value: 0 }, wording), href: eventsAddress(figure, { month }) })),
    ]),
    isOverTime: true,
    lines: drawLines({
      moments: moments.map((month) => format.month(month)),
      lines: columns.map(({ kind, shown }) => ({ kind, label: t(`figures.line.${kind}`), values: shown.map(({ value }) => value) })),
      inWords,
      shape: 'straight',
    }),
  }
}
