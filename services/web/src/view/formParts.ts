import type { ShownErrors } from '../http/formErrors.ts'
import type { FieldValues } from '../http/page.ts'

type Params = Record<string, unknown>
type Item = { value: string; text: string; hint?: string | { text: string } }

/** What templates hand to govuk-frontend's macros for the fields of the page's form: name, value and error are filled in. */
export type FormParts = {
  /** For input, textarea and password fields: `govukInput(field('email', { label: '…', hint: '…' }))`. A password is never shown again. */
  field(name: string, params: Params): Params
  /** For radios and checkboxes: `govukRadios(choice('role', [{ value, text, hint }], { legend: '…' }))`. */
  choice(name: string, items: readonly Item[], params: Params): Params
  /** For a select: `govukSelect(select('within', [{ value, text }], { label: '…' }))`. */
  select(name: string, items: readonly Item[], params: Params): Params
}

export const createFormParts = (values: FieldValues, errors: ShownErrors): FormParts => {
  const common = (name: string, { label, labelClasses, hint, ...params }: Params): Params => ({
    name,
    ...(label === undefined ? {} : { label: { text: label, classes: labelClasses ?? 'patchwork-label' } }),
    ...(hint === undefined ? {} : { hint: { text: hint } }),
    ...(errors.byField[name] === undefined ? {} : { errorMessage: { text: errors.byField[name] } }),
    ...params,
  })
  const held = (name: string): readonly string[] => {
    const value = values[name]
    return value === undefined ? [] : typeof value === 'string' ? [value] : value
  }
  return {
    field: (name, params) => ({ id: name, ...(params.type === 'password' ? {} : { value: held(name).at(-1) ?? '' }), ...common(name, params) }),
    choice: (name, items, { legend, legendClasses, ...params }) => ({
      idPrefix: name,
      fieldset: { legend: { text: legend, classes: legendClasses ?? 'govuk-fieldset__legend--s' } },
      ...common(name, params),
      items: items.map(({ hint, ...item }) => ({
        ...item,
        checked: held(name).includes(item.value),
        ...(hint === undefined ? {} : { hint: typeof hint === 'string' ? { text: hint } : hint }),
      })),
    }),
    select: (name, items, params) => ({
      id: name,
      ...common(name, params),
      items: items.map((item) => ({ ...item, selected: held(name).includes(item.value) })),
    }),
  }
}
