import fc from 'fast-check'
import { clocksAt } from './clocks.ts'

const london = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', timeZoneName: 'longOffset' })
const offsetOf = (ms: number): string => /GMT([+-]\d\d:\d\d)?/.exec(london.format(ms))?.[1] ?? '+00:00'

test('the clocks are where the time zone says they are, at every instant and since the one named', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('2024-01-01'), max: new Date('2060-01-01'), noInvalidDate: true }), (date) => {
      const { offset, since } = clocksAt(date.getTime())
      expect(offset).toBe(offsetOf(date.getTime()))
      expect(offsetOf(Date.parse(since))).toBe(offset)
      expect(offsetOf(Date.parse(since) - 1)).not.toBe(offset)
      expect(Date.parse(since)).toBeLessThanOrEqual(date.getTime())
    }),
  )
})
