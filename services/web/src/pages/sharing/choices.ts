import { Category } from '@patchwork/events'
import type { SignedInVisit } from '../../http/page.ts'

/** Kinds of help, and the wards by their names. */
export const choicesFor = async ({ wards, language, t }: SignedInVisit) => ({
  categories: Category.options.map((value) => ({ value, text: t(`category.${value}`) })),
  wards: (await wards())
    .map(({ properties: { wardCode, name } }) => ({ value: wardCode, text: name }))
    .sort((one, other) => one.text.localeCompare(other.text, language)),
})
