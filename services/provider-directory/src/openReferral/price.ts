import type { Price } from '../domain/offer.ts'
import { priceUnits } from '../http/schemas.ts'

// What stands beside the amount of a price in the open feed, and what is read of it: the standard has one text for all of it.

export const pounds = (pence: number): string => (pence % 100 === 0 ? `£${pence / 100}` : `£${(pence / 100).toFixed(2)}`)

const vatWords = { none: 'no VAT is charged', included: 'VAT is included', added: 'VAT comes on top' } as const satisfies Record<
  NonNullable<Price['vat']>,
  string
>

/** Like `per hour; VAT comes on top; travel £3 a visit`; undefined where only the amount is said. */
export const besideAmount = ({ unit, vat, travelPence }: Price): string | undefined => {
  const parts = [
    ...(unit === undefined ? [] : [`per ${unit}`]),
    ...(vat === undefined ? [] : [vatWords[vat]]),
    ...(travelPence === undefined ? [] : [`travel ${pounds(travelPence)} a visit`]),
  ]
  return parts.length > 0 ? parts.join('; ') : undefined
}

/** As much of such a text as is in those words; what others say in theirs is not guessed at. */
export const readBesideAmount = (text: string): Pick<Price, 'unit' | 'vat' | 'travelPence'> => {
  const parts = text.split(';').map((part) => part.trim().toLowerCase())
  const unit = priceUnits.find((one) => parts.includes(`per ${one}`))
  const vat = (['none', 'included', 'added'] as const).find((code) => parts.includes(vatWords[code].toLowerCase()))
  const [, travel] = parts.map((part) => /^travel £(\d{1,5}(?:\.\d\d)?) a visit$/.exec(part)).find((match) => match !== null) ?? []
  const travelPence = travel === undefined ? 0 : Math.round(Number(travel) * 100)
  return { ...(unit ? { unit } : {}), ...(vat ? { vat } : {}), ...(travelPence > 0 && travelPence <= travelPenceMax ? { travelPence } : {}) }
}
const travelPenceMax = 1_000_000
