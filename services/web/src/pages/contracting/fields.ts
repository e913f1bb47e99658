import { CalendarDay } from '@patchwork/events'
import { z } from 'zod'
import { orNothing } from '../../http/formFields.ts'
import type { OutcomeMeasure } from '../figures/figure.ts'

const tenthsMax = 1_000
const countMax = 1_000_000_000

/** A day as date fields send it. */
export const calendarDay = () => z.string({ error: 'missing' }).trim().min(1, { error: 'missing' }).pipe(dayOf)
export const optionalCalendarDay = () => orNothing(dayOf)
const dayOf = z.string().refine((value) => CalendarDay.safeParse(value).success, { error: 'not-a-day' })

/** What somebody writes for an outcome, as it is counted: `1,200`, `62.5%`, `7.2`; undefined for anything else. */
export const resultIn = (text: string, measure: OutcomeMeasure): number | undefined => {
  const plain = text.replaceAll(/[,\s]/g, '').replace(measure === 'percentage-tenths' ? /%$/ : '', '')
  if (!(measure === 'count' ? /^\d{1,10}$/ : /^\d{1,9}(\.\d)?$/).test(plain)) return undefined
  const value = measure === 'count' ? Number(plain) : Math.round(Number(plain) * 10)
  return value <= (measure === 'percentage-tenths' ? tenthsMax : countMax) ? value : undefined
}
