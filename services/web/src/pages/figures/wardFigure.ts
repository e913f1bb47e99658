import { scaleQuantize } from 'd3-scale'
import type { Ward } from '../../map/boundaries.ts'
import { drawWardMap, type WardMap } from '../../map/wardMap.ts'
import { barsOf, type Chart } from './charts.ts'
import { eventsAddress, type Figure, shownInWords, type Wording } from './figure.ts'

const levels = [1, 2, 3, 4] as const

export type WardChart = Chart & { map: WardMap | undefined; legend: { level: string; words: string }[] }

/** A figure by ward: a map with its values written in the wards and shaded in four steps, and the bars and table that say the same. */
export const wardFigureOf = (figure: Figure, wards: readonly Ward[], wording: Wording): WardChart => {
  const { t, format } = wording
  const inPlace = figure.rows.filter(({ key }) => wording.names.wards.has(key.ward ?? ''))
  const values = inPlace.flatMap(({ value }) => value ?? [])
  const scale = scaleQuantize<(typeof levels)[number]>([0, Math.max(1, ...values)], levels)
  const inWords = (value: number) => (figure.unit === 'pence' ? format.pounds(Math.round(value / 100) * 100) : format.number(Math.round(value)))
  const shades = new Map(
    inPlace.map(({ key, value }) => {
      const level = value === undefined ? 'hidden' : value === 0 ? '0' : String(scale(value))
      return [key.ward!, { level, words: value === undefined ? '–' : inWords(value), href: eventsAddress(figure, key) }]
    }),
  )
  return {
    ...barsOf(figure, wording),
    map: values.length === 0 ? undefined : drawWardMap(wards, { pins: [], shades }),
    legend: [
      ...levels.flatMap((level) => {
        const here = values.filter((value) => value > 0 && scale(value) === level)
        const [from, to] = [Math.min(...here), Math.max(...here)]
        return here.length === 0
          ? []
          : [{ level: String(level), words: from === to ? inWords(from) : t('format.fromTo', { from: inWords(from), to: inWords(to) }) }]
      }),
      ...(inPlace.some(({ suppressed }) => suppressed) ? [{ level: 'hidden', words: shownInWords(figure, { suppressed: true }, wording) }] : []),
    ],
  }
}
