export type Fields = Record<string, unknown>

/** Fields without those that say nothing: the standard asks that they be left out. */
export const said = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)))

/** Fields that hold one value each, as lists show them. */
export const oneToOne = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value !== 'object'))

export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined

export const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fieldsOf).filter((one) => one !== undefined) : [])
